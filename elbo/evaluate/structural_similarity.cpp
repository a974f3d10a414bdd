#include "elbo/evaluate/structural_similarity.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "elbo/base/check.h"
#include "elbo/base/threads.h"

namespace elbo {
namespace {

constexpr double kFirst = 0.01 * 0.01, kSecond = 0.03 * 0.03;

/// Weights that sum to one, along one axis.
std::vector<double> gaussian_window(std::int64_t size) {
  constexpr double kDeviation = 1.5;
  std::vector<double> weights;
  for (std::int64_t i = 0; i < size; ++i) {
    const double place = static_cast<double>(i) - static_cast<double>(size - 1) / 2;
    weights.push_back(std::exp(-place * place / (2 * kDeviation * kDeviation)));
  }
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= total;
  return weights;
}

/// Local means of planes (height, width): the window slides along the rows, then along the columns.
class Smoothing {
 public:
  Smoothing(std::int64_t height, std::int64_t width, std::vector<double> window)
      : height_(height),
        width_(width),
        window_(std::move(window)),
        rows_(static_cast<std::size_t>(height * out_width())) {}

  std::int64_t out_height() const { return height_ - size() + 1; }
  std::int64_t out_width() const { return width_ - size() + 1; }

  void operator()(const std::vector<double>& plane, std::vector<double>& result) {
    slide(plane, width_, 1, height_, out_width(), rows_);
    result.resize(static_cast<std::size_t>(out_height() * out_width()));
    slide(rows_, out_width(), out_width(), out_height(), out_width(), result);
  }

 private:
  std::int64_t size() const { return static_cast<std::int64_t>(window_.size()); }
  /// result (height, width)[y, x] = sum over i of window[i] * from[y * row + x + i * step].
  void slide(const std::vector<double>& from, std::int64_t row, std::int64_t step,
             std::int64_t height, std::int64_t width, std::vector<double>& result) const {
    std::fill(result.begin(), result.end(), 0.0);
    for (std::int64_t y = 0; y < height; ++y) {
      double* to = result.data() + y * width;
      for (std::int64_t i = 0; i < size(); ++i) {
        const double weight = window_[static_cast<std::size_t>(i)];
        const double* source = from.data() + y * row + i * step;
        for (std::int64_t x = 0; x < width; ++x) to[x] += weight * source[x];
      }
    }
  }

  std::int64_t height_, width_;
  std::vector<double> window_, rows_;
};

std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a.size());
  std::transform(a.begin(), a.end(), b.begin(), result.begin(), std::multiplies<>());
  return result;
}

/// Of one channel of two pictures.
double similarity_of_planes(const std::vector<double>& a, const std::vector<double>& b,
                            Smoothing& smooth) {
  std::vector<double> mean_a, mean_b, mean_aa, mean_bb, mean_ab;
  smooth(a, mean_a);
  smooth(b, mean_b);
  smooth(product(a, a), mean_aa);
  smooth(product(b, b), mean_bb);
  smooth(product(a, b), mean_ab);
  double total = 0;
  for (std::size_t i = 0; i < mean_a.size(); ++i) {
    const double aa = mean_a[i] * mean_a[i], bb = mean_b[i] * mean_b[i];
    const double ab = mean_a[i] * mean_b[i];
    const double variances = (mean_aa[i] - aa) + (mean_bb[i] - bb);
    const double covariance = mean_ab[i] - ab;
    total += (2 * ab + kFirst) * (2 * covariance + kSecond) /
             ((aa + bb + kFirst) * (variances + kSecond));
  }
  return total / static_cast<double>(mean_a.size());
}

}  // namespace

double structural_similarity(const Array& a, const Array& b, const ImageShape& image, int threads) {
  ELBO_ASSERT(a.extents() == b.extents() && a.extent(1) == image.size());
  std::int64_t size = std::min({std::int64_t{11}, image.height, image.width});
  size -= size % 2 == 0;
  const std::vector<double> window = gaussian_window(size);
  const std::int64_t count = a.extent(0);
  // Each picture's own number, summed in one order whatever the threads do.
  std::vector<double> similarities(static_cast<std::size_t>(count), 0.0);
  parallel_for(threads, count, 16, [&](std::int64_t first, std::int64_t last) {
    Smoothing smooth(image.height, image.width, window);
    const auto plane = static_cast<std::size_t>(image.height * image.width);
    const auto channels = static_cast<std::size_t>(image.channels);
    std::vector<double> x(plane), y(plane);
    for (std::int64_t n = first; n < last; ++n) {
      double total = 0;
      for (std::size_t channel = 0; channel < channels; ++channel) {
        for (std::size_t i = 0; i < plane; ++i) {
          x[i] = a.row<float>(n)[i * channels + channel];
          y[i] = b.row<float>(n)[i * channels + channel];
        }
        total += similarity_of_planes(x, y, smooth);
      }
      similarities[static_cast<std::size_t>(n)] = total / static_cast<double>(channels);
    }
  });
  return std::accumulate(similarities.begin(), similarities.end(), 0.0) /
         static_cast<double>(count);
}

double evaluate_structural_similarity(const FittedVae& vae, const Dataset& data,
                                      std::uint64_t seed) {
  vae.check(data);
  PassOptions options = vae.pass();
  options.seed = seed;
  const auto arrays =
      run_pass(data, vae.parameters(), options, [&](Graph&, const BatchNodes& nodes) {
        const ModelBatch batch = nodes.model_batch(vae.data_settings(), false);
        const Value code = vae.model().code(vae.model().posterior(batch.input, batch.condition));
        return std::vector<Value>{vae.model().likelihood(code, batch.condition)->mean(),
                                  batch.target};
      });
  return structural_similarity(arrays[0], arrays[1], vae.model().data().image, vae.threads());
}

}  // namespace elbo
