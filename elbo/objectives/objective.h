// Objectives: what training minimises, from a model and a batch. What is trained and what is
// reported are two things: every objective also gives the terms of the plain ELBO. A registry by
// name; an objective is one file that composes graph nodes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "elbo/models/vae.h"
#include "elbo/objectives/settings.h"

namespace elbo {

struct ModelBatch {
  /// What the encoder sees: (N, D). The target, or a noisy version of it.
  Value input;
  /// What is to be explained: (N, D).
  Value target;
  /// One-hot labels (N, C), or null.
  Value condition;
};

/// The evidence lower bound of each example, in nats, with one sample of z: (N) each.
/// elbo = log_likelihood - kl, whatever is trained.
struct ElboTerms {
  Value elbo;
  Value log_likelihood;
  Value kl;
};

ElboTerms elbo_terms(const Vae& model, const ModelBatch& batch);

struct Objective {
  /// Minimised: a scalar, in nats an example.
  Value loss;
  ElboTerms terms;
};

/// warmup: a scalar that grows from 0 to 1 while training warms up.
Objective build_objective(const ObjectiveSettings& settings, const Vae& model,
                          const ModelBatch& batch, Value warmup);

using ObjectiveFunction = Objective (*)(const ObjectiveSettings& settings, const Vae& model,
                                        const ModelBatch& batch, Value warmup);

std::vector<std::string> objective_names();

// One a file.
Objective elbo_objective(const ObjectiveSettings& settings, const Vae& model,
                         const ModelBatch& batch, Value warmup);

}  // namespace elbo
