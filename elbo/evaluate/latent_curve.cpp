#include "elbo/evaluate/latent_curve.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "elbo/base/check.h"

namespace elbo {
namespace {

/// Points weight_a(t) a + weight_b(t) b.
template <typename Weights>
Array blended_curve(std::span<const float> a, std::span<const float> b, std::int64_t points,
                    const Weights& weights) {
  ELBO_ASSERT(a.size() == b.size() && points >= 2);
  Array curve(DType::f32, {points, static_cast<std::int64_t>(a.size())});
  for (std::int64_t i = 0; i < points; ++i) {
    const auto [weight_a, weight_b] =
        weights(static_cast<double>(i) / static_cast<double>(points - 1));
    const auto point = curve.row<float>(i);
    for (std::size_t j = 0; j < a.size(); ++j) {
      point[j] = static_cast<float>(weight_a * static_cast<double>(a[j]) +
                                    weight_b * static_cast<double>(b[j]));
    }
  }
  return curve;
}

double dot(std::span<const float> a, std::span<const float> b) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    total += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return total;
}

}  // namespace

Array linear_curve(std::span<const float> a, std::span<const float> b, std::int64_t points) {
  return blended_curve(a, b, points, [](double t) { return std::pair(1 - t, t); });
}

Array spherical_curve(std::span<const float> a, std::span<const float> b, std::int64_t points) {
  ELBO_ASSERT(a.size() == b.size());
  const double norms = std::sqrt(std::max(dot(a, a) * dot(b, b), 1e-30));
  const double angle = std::acos(std::clamp(dot(a, b) / norms, -1.0, 1.0));
  // Codes that point the same way (or exactly away) have no great circle of their own.
  if (std::sin(angle) < 1e-4) return linear_curve(a, b, points);
  return blended_curve(a, b, points, [angle](double t) {
    return std::pair(std::sin((1 - t) * angle) / std::sin(angle),
                     std::sin(t * angle) / std::sin(angle));
  });
}

CurveMeasures measure_curve(const Array& frames) {
  ELBO_ASSERT(frames.rank() == 2 && frames.extent(0) >= 2);
  CurveMeasures measures;
  double squares = 0, longest = 0;
  for (std::int64_t i = 0; i + 1 < frames.extent(0); ++i) {
    const auto x = frames.row<float>(i), y = frames.row<float>(i + 1);
    double square = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double difference = static_cast<double>(x[j]) - static_cast<double>(y[j]);
      square += difference * difference;
    }
    measures.step_lengths.push_back(std::sqrt(square));
    measures.length += std::sqrt(square);
    squares += square;
    longest = std::max(longest, std::sqrt(square));
  }
  const auto steps = static_cast<double>(measures.step_lengths.size());
  measures.energy = steps * squares;
  if (measures.length > 0) measures.step_ratio = longest * steps / measures.length;
  return measures;
}

}  // namespace elbo
