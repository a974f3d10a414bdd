#include "cli/plan_listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output.h"

namespace elbo::cli {
namespace {

constexpr std::size_t kDetailWidth = 60;

bool is_profiled(const PlanSummary& plan) {
  return std::any_of(plan.kernels.begin(), plan.kernels.end(),
                     [](const KernelSummary& kernel) { return kernel.runs > 0; });
}

double seconds_per_run(const KernelSummary& kernel) {
  return kernel.runs > 0 ? kernel.seconds / static_cast<double>(kernel.runs) : 0;
}

std::string shortened(const std::string& text) {
  if (text.size() <= kDetailWidth) return text;
  return text.substr(0, kDetailWidth - 3) + "...";
}

}  // namespace

nlohmann::json plan_json(const PlanSummary& plan) {
  nlohmann::json kernels = nlohmann::json::array();
  for (const KernelSummary& kernel : plan.kernels) {
    nlohmann::json line = {{"name", kernel.name},
                           {"detail", kernel.detail},
                           {"flops", kernel.flops},
                           {"bytes", kernel.bytes}};
    if (kernel.runs > 0) {
      line["seconds"] = kernel.seconds;
      line["fastest_seconds"] = kernel.fastest_seconds;
      line["runs"] = kernel.runs;
    }
    kernels.push_back(std::move(line));
  }
  return {{"device", plan.device},
          {"arena_bytes", plan.arena_bytes},
          {"parameter_bytes", plan.parameter_bytes},
          {"flops", plan.flops},
          {"kernels", std::move(kernels)}};
}

std::string plan_text(const PlanSummary& plan) {
  const bool profiled = is_profiled(plan);
  std::vector<std::string> titles = {"kernel", "MFLOP", "MB"};
  if (profiled) titles.insert(titles.end(), {"us", "least", "share", "GFLOP/s", "GB/s"});
  titles.emplace_back("what");
  Table table(titles);
  for (std::size_t column = 1; column + 1 < titles.size(); ++column) {
    table.align(column, Table::Align::right);
  }
  double total = 0, least = 0;
  for (const KernelSummary& kernel : plan.kernels) {
    total += seconds_per_run(kernel);
    least += kernel.fastest_seconds;
  }
  for (const KernelSummary& kernel : plan.kernels) {
    std::vector<std::string> row = {kernel.name, fmt::format("{:.2f}", kernel.flops * 1e-6),
                                    fmt::format("{:.2f}", kernel.bytes * 1e-6)};
    if (profiled) {
      const double seconds = std::max(seconds_per_run(kernel), 1e-12);
      row.push_back(fmt::format("{:.1f}", seconds * 1e6));
      row.push_back(fmt::format("{:.1f}", kernel.fastest_seconds * 1e6));
      row.push_back(fmt::format("{:.1f} %", 100 * seconds / total));
      row.push_back(fmt::format("{:.1f}", kernel.flops / seconds * 1e-9));
      row.push_back(fmt::format("{:.1f}", kernel.bytes / seconds * 1e-9));
    }
    row.push_back(shortened(kernel.detail));
    table.add(std::move(row));
  }
  std::string text = table.text();
  text += fmt::format("{} kernels, {:.1f} MFLOP", plan.kernels.size(), plan.flops * 1e-6);
  if (profiled) text += fmt::format(", {:.1f} us, at the least {:.1f}", total * 1e6, least * 1e6);
  text += fmt::format("; {:.2f} MB of memory besides {:.2f} MB of parameters; {}\n",
                      static_cast<double>(plan.arena_bytes) * 1e-6,
                      static_cast<double>(plan.parameter_bytes) * 1e-6, plan.device);
  return text;
}

}  // namespace elbo::cli
