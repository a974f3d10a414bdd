#include "elbo/evaluate/geodesic.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"
#include "elbo/device/cpu/flat_ops.h"
#include "elbo/device/plan.h"
#include "elbo/graph/gradients.h"
#include "elbo/graph/ops.h"

namespace elbo {
namespace {

/// sin(k pi t) / k of a curve's points: (points - 2, points), exactly zero at the ends.
std::vector<double> sine_basis(std::int64_t points) {
  std::vector<double> basis;
  for (std::int64_t k = 1; k <= points - 2; ++k) {
    const auto frequency = static_cast<double>(k);
    basis.push_back(0);
    for (std::int64_t i = 1; i + 1 < points; ++i) {
      const double t = static_cast<double>(i) / static_cast<double>(points - 1);
      basis.push_back(std::sin(frequency * std::numbers::pi * t) / frequency);
    }
    basis.push_back(0);
  }
  return basis;
}

/// The distance of a curve's ends, in each coordinate on average.
float scale_of(const Array& curve) {
  const auto a = curve.row<float>(0), b = curve.row<float>(curve.extent(0) - 1);
  double square = 0;
  for (std::size_t j = 0; j < a.size(); ++j) {
    const double difference = static_cast<double>(b[j]) - static_cast<double>(a[j]);
    square += difference * difference;
  }
  return static_cast<float>(std::sqrt(square / static_cast<double>(a.size())));
}

/// The energies of N curves and how they change with the coefficients of the sines.
struct CurveNodes {
  Value curves;     // (N, T + 1, L)
  Value energies;   // (N)
  Value gradients;  // (N, L, T - 1)

  CurveNodes(Graph& graph, std::int64_t points, std::int64_t latent, const CurveDecoder& decoder) {
    const std::int64_t sines = points - 2;
    const Value coefficients = graph.input("coefficients", Shape{kBatch, latent, sines});
    const Value basis = graph.constant(sine_basis(points), Shape{sines, points});
    const Value detours =
        reshape(matmul(reshape(coefficients, Shape{Dim(latent, true), sines}), basis),
                Shape{kBatch, latent, points});
    curves = graph.input("first_curves", Shape{kBatch, points, latent}) +
             graph.input("scales", Shape{kBatch, 1, 1}) * transpose(detours, {0, 2, 1});
    const Value decoded = decoder(reshape(curves, Shape{Dim(points, true), latent}));
    const Value frames = reshape(decoded, Shape{kBatch, points, decoded.shape()[1]});
    const Value steps = slice(frames, 1, 1, points) - slice(frames, 1, 0, points - 1);
    energies = sum_per_example(square(steps)) * static_cast<double>(points - 1);
    gradients = elbo::gradients(sum(energies), {coefficients})[0];
  }
};

/// Flat loops want whole vectors; what is added stays zero.
std::size_t padded(std::int64_t count) {
  return static_cast<std::size_t>((count + 15) / 16 * 16);
}

/// Curves that are shortened together, as one batch.
class CurveBatch {
 public:
  CurveBatch(std::span<const Array> first, const CurveDecoder& decoder,
             const ParameterMap& parameters, int threads)
      : count_(static_cast<std::int64_t>(first.size())),
        points_(first.front().extent(0)),
        latent_(first.front().extent(1)),
        threads_(threads),
        nodes_(graph_, points_, latent_, decoder),
        parameters_(flat_parameters(graph_, parameters)),
        coefficients_(padded(count_ * latent_ * (points_ - 2))),
        gradients_(coefficients_.size()),
        moment1_(coefficients_.size()),
        moment2_(coefficients_.size()),
        plan_(graph_, {nodes_.energies, nodes_.curves, {nodes_.gradients, gradients_.data()}},
              parameters_.data(),
              {.batch_size = count_,
               .threads = threads,
               .parameter_changes = ParameterChanges::never}),
        best_(first.begin(), first.end()),
        best_energies_(first.size(), std::numeric_limits<double>::infinity()) {
    for (const Array& curve : first) {
      scales_.push_back(scale_of(curve));
      const auto points = curve.values<float>();
      first_.insert(first_.end(), points.begin(), points.end());
    }
    plan_.bind_input("coefficients", coefficients_.data());
    plan_.bind_input("first_curves", first_.data());
    plan_.bind_input("scales", scales_.data());
  }

  void shorten(const GeodesicOptions& options) {
    for (std::int64_t i = 0; i <= options.iterations; ++i) {
      if (interrupted()) throw Interrupted("interrupted");
      plan_.run();
      keep_better_curves();
      if (i == options.iterations) break;
      const double t = static_cast<double>(i), total = static_cast<double>(options.iterations);
      const double rate = options.step_size / 2 * (1 + std::cos(std::numbers::pi * t / total));
      cpu::adam_step(cpu::adam_at(i, rate), coefficients_.values(), gradients_.values(),
                     moment1_.values(), moment2_.values(), {}, threads_);
    }
  }

  const std::vector<Array>& best() const { return best_; }

 private:
  void keep_better_curves() {
    // Less than single precision can tell is no progress.
    constexpr double kLeastProgress = 1e-6;
    for (std::int64_t n = 0; n < count_; ++n) {
      const auto i = static_cast<std::size_t>(n);
      const double energy = static_cast<double>(plan_.output(0)[i]);
      if (!(energy < best_energies_[i] * (1 - kLeastProgress))) continue;
      best_energies_[i] = energy;
      const auto size = static_cast<std::size_t>(points_ * latent_);
      const auto curve = plan_.output(1).subspan(i * size, size);
      std::copy(curve.begin(), curve.end(), best_[i].values<float>().begin());
    }
  }

  std::int64_t count_, points_, latent_;
  int threads_;
  Graph graph_;
  CurveNodes nodes_;
  FlatBuffer parameters_, coefficients_, gradients_, moment1_, moment2_;
  std::vector<float> first_, scales_;
  Plan plan_;
  std::vector<Array> best_;
  std::vector<double> best_energies_;
};

}  // namespace

std::vector<Array> geodesics(const std::vector<Array>& curves, const CurveDecoder& decoder,
                             const ParameterMap& parameters, const GeodesicOptions& options) {
  if (curves.empty()) return {};
  for (const Array& curve : curves) {
    if (curve.rank() != 2 || curve.extent(0) < 3 || curve.extents() != curves[0].extents()) {
      throw ShapeError(
          "geodesics: expected curves of one shape (points, L) with at least 3 points, found {} "
          "beside {}",
          to_string(curve.extents()), to_string(curves[0].extents()));
    }
  }
  // All at once as long as their frames fit into a few caches.
  constexpr std::int64_t kMostPoints = 1024;
  const auto together =
      static_cast<std::size_t>(std::max<std::int64_t>(1, kMostPoints / curves[0].extent(0)));
  const std::span<const Array> all(curves);
  std::vector<Array> found;
  for (std::size_t first = 0; first < all.size(); first += together) {
    const auto part = all.subspan(first, std::min(together, all.size() - first));
    CurveBatch batch(part, decoder, parameters, options.threads);
    batch.shorten(options);
    found.insert(found.end(), batch.best().begin(), batch.best().end());
  }
  return found;
}

}  // namespace elbo
