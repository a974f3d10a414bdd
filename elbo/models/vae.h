// Variational autoencoders as graphs: encoder q(z | x), prior p(z), decoder p(x | z), each
// optionally given a class label. Kingma & Welling 2013; conditional: Sohn, Lee & Yan 2015.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "elbo/distributions/likelihood.h"
#include "elbo/distributions/normal.h"
#include "elbo/models/data_shape.h"
#include "elbo/models/posterior.h"
#include "elbo/models/prior.h"
#include "elbo/models/settings.h"
#include "elbo/nn/network.h"

namespace elbo {

class Vae {
 public:
  /// Throws UsageError when the settings don't fit the data (a conditional model without classes).
  Vae(const ModelSettings& settings, const DataShape& data);

  /// The same model as a training step sees it: parts of it dropped out, where the settings say so.
  Vae in_training() const;

  /// q(z | x): x (N, D) in [0, 1], condition one-hot (N, C) or null -> (N, L).
  Posterior posterior(Value x, Value condition) const;
  /// p(x | z): z (N, L) -> over (N, D). With K samples an example, (KN, L), as decoder_network.
  std::unique_ptr<Likelihood> likelihood(Value z, Value condition) const;
  /// A draw for each row of noise, standard normal (N, L), or K draws (N, K, L), through which
  /// gradients flow.
  PosteriorDraw draw(const Posterior& posterior, Value noise) const {
    return draw_posterior(settings_, posterior, noise);
  }
  /// The code that stands for an example, without noise: the normal posterior's mean. (N, L).
  Value code(const Posterior& posterior) const { return posterior_code(settings_, posterior); }
  /// p(z), with parameters of its own in the graph where it has any.
  std::unique_ptr<Prior> prior(Graph& graph) const;
  /// log p(z) in nats, summed over the last axis.
  Value prior_log_prob(Value z) const;
  /// KL(q || prior) in nats, one number a latent dimension: (N, L); null where posterior
  /// and prior have no closed form for it.
  Value kl_per_dimension(const Posterior& posterior) const;

  const ModelSettings& settings() const { return settings_; }
  const DataShape& data() const { return data_; }
  bool is_conditional() const { return settings_.name == "conditional_vae"; }
  std::int64_t latent() const { return settings_.latent; }
  std::int64_t data_size() const { return data_.image.size(); }

 private:
  ModelSettings settings_;
  DataShape data_;
  LikelihoodKind likelihood_;
  PriorKind prior_;
  NetworkOptions encoder_, decoder_;
};

}  // namespace elbo
