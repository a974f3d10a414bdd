// The lower bound of one model as its training goes on: points that are kept in a file, so that a
// study that was stopped need not estimate them again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "elbo/evaluate/fitted_vae.h"

namespace elbo {

/// Nats an example, means over the examples that the bound was estimated on.
struct BoundPoint {
  std::int64_t epochs = 0;
  /// Training examples that were looked at, each as often as it was.
  std::int64_t examples = 0;
  double train_elbo_nats = 0;
  double test_elbo_nats = 0;
  /// The two terms of test_elbo_nats: log-likelihood less KL.
  double test_log_likelihood_nats = 0;
  double test_kl_nats = 0;
  /// Latent dimensions in use on the test examples (BoundReport::active_units).
  std::int64_t active_units = 0;
};

class BoundCurve {
 public:
  /// The points of the file, none when there is no such file. Throws FileError when it is damaged.
  explicit BoundCurve(std::filesystem::path file);

  bool has(std::int64_t epochs) const;
  /// Adds a point, in the order of epochs, and writes the file.
  void add(const BoundPoint& point);
  const std::vector<BoundPoint>& points() const { return points_; }

 private:
  std::filesystem::path file_;
  std::vector<BoundPoint> points_;
};

nlohmann::json to_json(const BoundPoint& point);

/// The point of a model as it is, on the first `count` examples of each set.
BoundPoint bound_point(const FittedVae& vae, std::int64_t epochs, const Dataset& train,
                       const Dataset& test, std::int64_t count, std::uint64_t seed);

}  // namespace elbo
