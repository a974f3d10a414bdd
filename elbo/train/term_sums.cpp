#include "elbo/train/term_sums.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace elbo {

std::vector<Value> values_of(const NamedTerms& terms) {
  std::vector<Value> values;
  for (const auto& [name, value] : terms) values.push_back(value);
  return values;
}

TermSums::TermSums(const NamedTerms& terms) {
  for (const auto& [name, value] : terms) sums_.emplace_back(name, 0.0);
}

void TermSums::add(const Plan& plan, std::size_t first_output, std::int64_t count) {
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const std::span<const float> values = plan.output(first_output + i);
    double total = 0;
    for (std::int64_t n = 0; n < count; ++n) total += values[static_cast<std::size_t>(n)];
    sums_[i].second += total;
  }
  count_ += count;
}

TermMeans TermSums::means() const {
  if (count_ == 0) return {};
  TermMeans means = sums_;
  for (auto& [name, value] : means) value /= static_cast<double>(count_);
  return means;
}

nlohmann::json TermSums::save() const {
  return {{"sums", sums_}, {"count", count_}};
}

bool TermSums::load(const nlohmann::json& saved) {
  TermMeans sums = saved.at("sums").get<TermMeans>();
  count_ = saved.at("count").get<std::int64_t>();
  const bool same = std::equal(sums.begin(), sums.end(), sums_.begin(), sums_.end(),
                               [](const auto& a, const auto& b) { return a.first == b.first; });
  if (same) sums_ = std::move(sums);
  return same && count_ >= 0;
}

}  // namespace elbo
