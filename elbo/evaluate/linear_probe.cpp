#include "elbo/evaluate/linear_probe.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <numeric>
#include <span>
#include <vector>

#include "elbo/base/check.h"
#include "elbo/base/threads.h"

namespace elbo {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// a + scale * b.
Vector plus(const Vector& a, double scale, const Vector& b) {
  Vector result(a.size());
  std::transform(a.begin(), a.end(), b.begin(), result.begin(),
                 [scale](double x, double y) { return x + scale * y; });
  return result;
}

struct Point {
  Vector place, gradient;
  double value = 0;
};

/// Fills value and gradient at the place.
using Function = std::function<void(Point&)>;

/// The minimum of a smooth convex function by L-BFGS with halved steps (Nocedal & Wright 2006,
/// algorithms 7.4 and 3.1).
Vector minimum_of(const Function& function, std::size_t size) {
  constexpr int kIterations = 200;
  constexpr std::size_t kMemory = 10;
  constexpr double kSmallGradient = 1e-5, kSufficient = 1e-4;
  struct Pair {
    Vector step, change;
    double product;
  };
  std::deque<Pair> pairs;
  Point at{.place = Vector(size, 0.0), .gradient = Vector(size, 0.0)};
  function(at);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    const auto steepest = [](double a, double b) { return std::abs(a) < std::abs(b); };
    if (std::abs(*std::max_element(at.gradient.begin(), at.gradient.end(), steepest)) <
        kSmallGradient) {
      break;
    }
    Vector direction = at.gradient;
    Vector weights;
    for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) {
      weights.push_back(dot(pair->step, direction) / pair->product);
      direction = plus(direction, -weights.back(), pair->change);
    }
    if (!pairs.empty()) {
      const double scale = pairs.back().product / dot(pairs.back().change, pairs.back().change);
      for (double& element : direction) element *= scale;
    }
    for (const Pair& pair : pairs) {
      const double weight = weights.back() - dot(pair.change, direction) / pair.product;
      weights.pop_back();
      direction = plus(direction, weight, pair.step);
    }
    const double slope = -dot(at.gradient, direction);
    Point next = at;
    double length = 1;
    for (;;) {
      next.place = plus(at.place, -length, direction);
      function(next);
      if (next.value <= at.value + kSufficient * length * slope) break;
      length /= 2;
      if (length < 1e-10) return at.place;
    }
    Pair pair{plus(next.place, -1, at.place), plus(next.gradient, -1, at.gradient), 0};
    pair.product = dot(pair.step, pair.change);
    if (pair.product > 0) pairs.push_back(std::move(pair));
    if (pairs.size() > kMemory) pairs.pop_front();
    at = std::move(next);
  }
  return at.place;
}

/// Codes with a one appended, (M, L + 1), less the means and over the deviations of other codes.
class Standardised {
 public:
  explicit Standardised(const Array& codes) {
    const auto size = static_cast<std::size_t>(codes.extent(1));
    const auto count = static_cast<double>(codes.extent(0));
    means_.assign(size, 0.0);
    scales_.assign(size, 0.0);
    for (std::int64_t i = 0; i < codes.extent(0); ++i) {
      for (std::size_t j = 0; j < size; ++j) means_[j] += codes.row<float>(i)[j] / count;
    }
    for (std::int64_t i = 0; i < codes.extent(0); ++i) {
      for (std::size_t j = 0; j < size; ++j) {
        const double distance = codes.row<float>(i)[j] - means_[j];
        scales_[j] += distance * distance / count;
      }
    }
    // What never varies says nothing: it becomes 0 everywhere.
    for (double& scale : scales_) scale = scale > 1e-24 ? 1 / std::sqrt(scale) : 0;
  }

  Vector operator()(const Array& codes) const {
    Vector features;
    features.reserve(static_cast<std::size_t>(codes.extent(0)) * (means_.size() + 1));
    for (std::int64_t i = 0; i < codes.extent(0); ++i) {
      for (std::size_t j = 0; j < means_.size(); ++j) {
        features.push_back((codes.row<float>(i)[j] - means_[j]) * scales_[j]);
      }
      features.push_back(1);
    }
    return features;
  }

 private:
  Vector means_, scales_;
};

/// weights: (classes, features), the last of each class its constant.
void logits_of(const double* features, std::size_t feature_count, const Vector& weights,
               Vector& logits) {
  for (std::size_t c = 0; c < logits.size(); ++c) {
    logits[c] = std::inner_product(features, features + feature_count,
                                   weights.data() + c * feature_count, 0.0);
  }
}

struct Regression {
  Vector features;
  std::span<const std::int32_t> labels;
  std::size_t feature_count, classes;
  int threads;

  /// The mean log loss with its penalty.
  void operator()(Point& point) const {
    constexpr double kPenalty = 1e-4;
    // Blocks of a fixed size, added in order: the sum doesn't depend on the threads.
    constexpr std::int64_t kBlock = 1024;
    const auto count = static_cast<std::int64_t>(labels.size());
    const std::int64_t blocks = (count + kBlock - 1) / kBlock;
    std::vector<Point> parts(static_cast<std::size_t>(blocks));
    parallel_for(threads, blocks, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t block = first; block < last; ++block) {
        Point& part = parts[static_cast<std::size_t>(block)];
        part.gradient.assign(point.place.size(), 0.0);
        for (std::int64_t i = block * kBlock; i < std::min(count, (block + 1) * kBlock); ++i) {
          add_example(static_cast<std::size_t>(i), point.place, part);
        }
      }
    });
    const double share = 1 / static_cast<double>(count);
    point.value = 0;
    std::fill(point.gradient.begin(), point.gradient.end(), 0.0);
    for (const Point& part : parts) {
      point.value += share * part.value;
      point.gradient = plus(point.gradient, share, part.gradient);
    }
    for (std::size_t i = 0; i < point.place.size(); ++i) {
      if (i % feature_count == feature_count - 1) continue;
      point.value += kPenalty / 2 * point.place[i] * point.place[i];
      point.gradient[i] += kPenalty * point.place[i];
    }
  }

  void add_example(std::size_t i, const Vector& weights, Point& part) const {
    const double* x = features.data() + i * feature_count;
    Vector& logits = part.place;
    logits.resize(classes);
    logits_of(x, feature_count, weights, logits);
    const double largest = *std::max_element(logits.begin(), logits.end());
    const auto label = static_cast<std::size_t>(labels[i]);
    double total = 0;
    part.value += largest - logits[label];
    for (double& logit : logits) total += logit = std::exp(logit - largest);
    part.value += std::log(total);
    for (std::size_t c = 0; c < classes; ++c) {
      const double d_logit = logits[c] / total - (c == label ? 1 : 0);
      double* gradient = part.gradient.data() + c * feature_count;
      for (std::size_t j = 0; j < feature_count; ++j) gradient[j] += d_logit * x[j];
    }
  }
};

}  // namespace

double linear_probe_accuracy(const Array& train_codes, const Array& train_labels,
                             const Array& test_codes, const Array& test_labels,
                             std::int64_t classes, int threads) {
  ELBO_ASSERT(train_codes.extent(1) == test_codes.extent(1));
  const Standardised standardised(train_codes);
  const auto feature_count = static_cast<std::size_t>(train_codes.extent(1)) + 1;
  const auto class_count = static_cast<std::size_t>(classes);
  const Regression regression{.features = standardised(train_codes),
                              .labels = train_labels.values<std::int32_t>(),
                              .feature_count = feature_count,
                              .classes = class_count,
                              .threads = threads};
  const Vector weights = minimum_of(regression, feature_count * class_count);
  const Vector features = standardised(test_codes);
  const auto labels = test_labels.values<std::int32_t>();
  Vector logits(class_count);
  std::int64_t right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    logits_of(features.data() + i * feature_count, feature_count, weights, logits);
    const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
    right += best == labels[i];
  }
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace elbo
