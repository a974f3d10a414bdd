#include "elbo/report/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace elbo {

std::string significant(double value, int digits) {
  if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : value < 0 ? "−∞" : "∞";
  if (value == 0) return "0";
  const double magnitude = std::abs(value);
  if (magnitude < 1e-6 || magnitude >= 1e9) return fmt::format("{:.{}e}", value, digits - 1);
  // Rounding may carry into the next decade (9.996 to 10.0), so the decade is taken after it.
  const double decade = std::floor(std::log10(magnitude));
  const double unit = std::pow(10.0, decade - digits + 1);
  const double rounded = std::round(magnitude / unit) * unit;
  const int decimals = digits - 1 - static_cast<int>(std::floor(std::log10(rounded) + 1e-12));
  const std::string text = fmt::format("{:.{}f}", magnitude, std::max(decimals, 0));
  return (value < 0 ? "−" : "") + text;
}

std::string percent(double share, int decimals) {
  if (!std::isfinite(share)) return "NaN";
  const double value = 100.0 * share;
  if (decimals >= 0) return fmt::format("{:.{}f}\u00a0%", value, decimals);
  // The distance to the nearer end decides how many decimals are needed to see it.
  const double distance = std::min(std::abs(value), std::abs(100.0 - value));
  if (distance < 5e-5) return fmt::format("{:.0f}\u00a0%", value);
  decimals = value < 2 || value > 99.005 ? 2 : 1;
  for (double step = 0.01; distance < step && decimals < 4; step /= 10) ++decimals;
  return fmt::format("{:.{}f}\u00a0%", value, decimals);
}

std::string set_name(const std::string& spec) {
  const std::string name = spec.substr(0, spec.find(':'));
  if (name == "mnist") return "MNIST";
  if (name == "fashion-mnist") return "Fashion-MNIST";
  return name == "strokes" ? "drawn digits" : spec;
}

std::string spoken(std::string name) {
  if (name == "combined") return "combined score";
  if (name == "kl") return "KL divergence";
  if (name == "mahalanobis") return "Mahalanobis distance";
  std::replace(name.begin(), name.end(), '_', ' ');
  if (const auto at = name.find("elbo"); at != std::string::npos) name.replace(at, 4, "ELBO");
  return name;
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e12) return "–";
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string thousands(double value) {
  if (!std::isfinite(value) || std::abs(value) > 1e15) return significant(value);
  const std::string digits = fmt::format("{:.0f}", std::abs(value));
  std::string text = value <= -0.5 ? "−" : "";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace elbo
