// Priors p(z) over codes. A registry by name; each is one file of priors/. They stand with the
// models and not with the distributions because a prior may be made of layers (the flow) or of the
// encoder itself (the VampPrior).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "elbo/distributions/normal.h"
#include "elbo/models/data_shape.h"
#include "elbo/models/settings.h"

namespace elbo {

/// One distribution over the last axis (L elements), the same for every row.
class Prior {
 public:
  virtual ~Prior() = default;
  /// log p(z) in nats, summed over the last axis: z (N, L), (N, K, L) or (KN, L).
  virtual Value log_prob(Value z) const = 0;
  /// A draw for each row of noise, which is standard normal: (N, L) -> (N, L).
  virtual Value sample(Value noise) const = 0;
  /// KL(q || p) in nats, one number a latent dimension, or null where there is no closed form; then
  /// it is estimated as log q(z | x) - log p(z) at draws of q.
  virtual Value kl_per_dimension(const DiagonalNormal& q) const;
};

/// What a prior may be made of.
struct PriorContext {
  const ModelSettings& settings;
  const DataShape& data;
  /// q(z | x): x (M, D), condition one-hot (M, C) or null -> (M, L).
  std::function<DiagonalNormal(Value x, Value condition)> posterior;
};

struct PriorKind {
  std::string name;
  std::string description;
  /// Throws UsageError when the settings don't fit.
  std::unique_ptr<Prior> (*make)(Graph& graph, const PriorContext& context) = nullptr;
};

/// One entry a file of priors/; the list is made by CMake.
const std::vector<PriorKind>& prior_kinds();
/// Throws UsageError, with the nearest name, when there is none.
const PriorKind& find_prior(const std::string& name);
std::vector<std::string> prior_names();

}  // namespace elbo
