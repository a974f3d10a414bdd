// Objectives: what training minimises, from a model and a batch. What is trained and what is
// reported are two things: every objective also gives the terms of the plain ELBO. A registry by
// name; an objective is one file of named/ that composes graph nodes.
#pragma once

#include <cstdint>
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

/// What an objective may know of the training that it is used in.
struct TrainingContext {
  /// A scalar that grows from 0 to 1 while training warms up.
  Value warmup;
  /// Examples in the training set, of which a batch is a sample.
  std::int64_t example_count = 0;
};

/// The evidence lower bound of each example, in nats: (N) each, with one sample of z or the mean
/// over several. elbo = log_likelihood - kl, whatever is trained.
struct ElboTerms {
  Value elbo;
  Value log_likelihood;
  /// In closed form where the prior has one, else log q(z | x) - log p(z) at the sample.
  Value kl;
  /// The KL as finely as the prior divides it: (N, L), or (N, 1) without a closed form.
  Value kl_per_unit;
};

/// With one sample of z.
ElboTerms elbo_terms(const Vae& model, const ModelBatch& batch);
/// At a draw of the posterior, (N, L), that an objective has made for itself.
ElboTerms elbo_terms(const Vae& model, const ModelBatch& batch, const Posterior& posterior,
                     const PosteriorDraw& draw);

struct Objective {
  /// Minimised: a scalar, in nats an example.
  Value loss;
  ElboTerms terms;
};

using ObjectiveFunction = Objective(const ObjectiveSettings& settings, const Vae& model,
                                    const ModelBatch& batch, const TrainingContext& training);

/// Builds the objective that settings.name names. Throws UsageError, with the nearest name, when
/// there is none.
ObjectiveFunction build_objective;

/// For objectives that need q's density at codes that it didn't draw: throws UsageError when the
/// model's posterior has none.
void require_normal_posterior(const std::string& objective, const Vae& model);

struct NamedObjective {
  std::string name;
  ObjectiveFunction* build = nullptr;
};

/// One entry a file of named/; the list is made by CMake.
const std::vector<NamedObjective>& registered_objectives();
std::vector<std::string> objective_names();

}  // namespace elbo
