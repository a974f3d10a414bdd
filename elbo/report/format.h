// Numbers as people read them: significant digits, percentages, durations, thousands.
#pragma once

#include <optional>
#include <string>

namespace elbo {

/// `digits` significant digits, without an exponent from 1e-6 up to 1e9: "0.00651", "-98.4".
std::string significant(double value, int digits = 3);
/// A share as a percentage, "98.4 %". Without a number of decimals, as many as keep it from
/// rounding to a misleading 0 % or 100 %: "1.13 %", "0.02 %", "99.995 %".
/// The space is one that no line breaks at (U+00A0).
std::string percent(double share, int decimals = -1);
/// "48 s", "9 min 40 s", "1 h 5 min".
std::string duration(double seconds);
/// A data spec as people call the set: "MNIST" for "mnist:test".
std::string set_name(const std::string& spec);
/// A score's name as a person says it: "negative ELBO" for "negative_elbo".
std::string spoken(std::string name);
/// "60,000".
std::string thousands(double value);

/// A number that may be missing, as a table shows it: the text, or a dash.
template <typename Format>
std::string or_dash(const std::optional<double>& value, const Format& format) {
  return value ? format(*value) : std::string("–");
}

}  // namespace elbo
