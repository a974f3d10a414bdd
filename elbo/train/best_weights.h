// The weights that a run will keep: those of the epoch whose monitored term was the largest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <utility>

#include "elbo/tensor/arena.h"
#include "elbo/train/trainer.h"

namespace elbo {

class BestWeights {
 public:
  /// `monitored`: a validation term's name; `size`: of the weights.
  BestWeights(std::string monitored, std::size_t size)
      : monitored_(std::move(monitored)), weights_(size) {}

  /// Keeps an epoch's weights where its validation is the best so far; true if so.
  bool judge(std::int64_t epoch, const TermMeans& validation, std::span<const float> weights);
  /// Keeps weights whatever came before.
  void keep(std::span<const float> weights);

  std::span<float> values() const { return weights_.values(); }
  /// The best epoch, 0 while there is none, and its monitored term.
  std::int64_t epoch() const { return epoch_; }
  double monitored() const { return best_; }
  /// Validations since the best.
  std::int64_t stale() const { return stale_; }

  /// All but the weights, into and out of a checkpoint's object; load() throws nlohmann's errors.
  void save(nlohmann::json& progress) const;
  void load(const nlohmann::json& progress);

 private:
  std::string monitored_;
  FlatBuffer weights_;
  std::int64_t epoch_ = 0, stale_ = 0;
  double best_ = -std::numeric_limits<double>::infinity();
};

}  // namespace elbo
