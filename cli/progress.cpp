#include "cli/progress.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/progress_line.h"

namespace elbo::cli {
namespace {

/// "elbo -104.2 (log p(x|z) -78.9, KL 25.3)" from the terms of a VAE; "name value, ..." from
/// others.
std::string format_terms(const TermMeans& terms) {
  const auto find = [&](const char* name) -> const double* {
    for (const auto& [key, value] : terms) {
      if (key == name) return &value;
    }
    return nullptr;
  };
  const double *elbo = find("elbo_nats"), *fit = find("log_likelihood_nats"), *kl = find("kl_nats");
  if (elbo != nullptr && fit != nullptr && kl != nullptr) {
    return fmt::format("ELBO {:.2f} (fit {:.2f}, KL {:.2f})", *elbo, *fit, *kl);
  }
  std::string text;
  for (const auto& [name, value] : terms) {
    text += fmt::format("{}{} {:.4g}", text.empty() ? "" : ", ", name, value);
  }
  return text;
}

}  // namespace

std::string format_duration(double seconds) {
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  if (whole >= 60) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{} s", whole);
}

TrainingCallbacks training_progress(bool quiet, const std::string& label) {
  if (quiet) return {};
  const std::string before = label.empty() ? "" : label + "  ";
  TrainingCallbacks callbacks;
  if (progress_line().is_drawn_on()) {
    callbacks.on_progress = [label, before](std::int64_t epoch, double done, double rate,
                                            double seconds_left, const TermMeans& terms) {
      const std::string left = format_duration(seconds_left) + " left";
      progress_line().show(label,
                           fmt::format("{}epoch {} {:3.0f} %  {:.0f} examples/s  {}  {}", before,
                                       epoch, 100 * done, rate, format_terms(terms), left),
                           fmt::format("{} {} {:.0f} %, {}", label, epoch, 100 * done, left));
    };
  }
  callbacks.on_epoch = [label, before](const EpochReport& report) {
    const double left = report.seconds / static_cast<double>(report.epoch) *
                        static_cast<double>(report.epochs - report.epoch);
    std::string line =
        fmt::format("{}epoch {}/{}  {:.0f} examples/s  {}", before, report.epoch, report.epochs,
                    report.examples_per_second, format_terms(report.train));
    if (!report.validation.empty()) {
      line += fmt::format("  validation {}{}", format_terms(report.validation),
                          report.is_best ? " *" : "");
    }
    line += fmt::format("  rate {:.2g}  {} left", report.learning_rate, format_duration(left));
    progress_line().print(label, line);
  };
  return callbacks;
}

}  // namespace elbo::cli
