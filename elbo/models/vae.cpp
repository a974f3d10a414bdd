#include "elbo/models/vae.h"

#include "elbo/base/error.h"
#include "elbo/nn/layers.h"

namespace elbo {
namespace {

/// exp(+-14) spans every variance that single precision training meets; beyond it lies overflow.
constexpr double kLogVarianceBound = 14;

}  // namespace

Vae::Vae(const ModelSettings& settings, const DataShape& data)
    : settings_(settings),
      data_(data),
      likelihood_(find_likelihood(settings.likelihood)),
      prior_(find_prior(settings.prior)) {
  encoder_ = {.family = settings.network,
              .hidden = settings.hidden,
              .channels = settings.channels,
              .kernel = settings.kernel,
              .activation = settings.activation,
              .normalization = settings.normalization,
              .residual = settings.residual,
              .blocks = settings.blocks};
  decoder_ = encoder_;
  if (!settings.decoder_hidden.empty()) decoder_.hidden = settings.decoder_hidden;
  if (is_conditional() && data.class_count < 2) {
    throw UsageError(
        "model.name = \"conditional_vae\" needs data with at least two classes, found {}; use "
        "\"vae\" or give labels",
        data.class_count);
  }
  if (is_conditional() && (encoder_.hidden.empty() || decoder_.hidden.empty())) {
    throw UsageError(
        "model.hidden = [] leaves a conditional model no layer that takes the class; give at least "
        "one "
        "width");
  }
  if (likelihood_.byte_levels > 0 && !data.unit_interval) {
    throw UsageError(
        "model.likelihood = \"{}\" is of pixels stored as bytes, the data holds plain numbers; use "
        "\"gaussian\" or \"student_t\"",
        settings.likelihood);
  }
  if (settings.posterior == "iaf" && settings.flow_hidden.empty()) {
    throw UsageError(
        "model.posterior = \"iaf\" needs networks with at least one hidden layer; give "
        "model.flow_hidden a width");
  }
  if (settings.posterior == "iaf" && settings.prior == "vampprior") {
    throw UsageError(
        "model.prior = \"vampprior\" needs the posterior's density at any code, which \"iaf\" only "
        "has for its own draws; use model.posterior = \"normal\" or another prior");
  }
  if (settings.network == "conv" && data.image.height * data.image.width == 1) {
    throw UsageError("model.network = \"conv\" needs images, found vectors of {}; use \"mlp\"",
                     data.image.channels);
  }
}

Vae Vae::in_training() const {
  Vae model = *this;
  model.encoder_.dropout = model.decoder_.dropout = settings_.dropout;
  return model;
}

Posterior Vae::posterior(Value x, Value condition) const {
  if (!is_conditional()) condition = Value();
  const Value features = encoder_network("encoder", x, condition, data_.image, encoder_);
  const std::int64_t latent = settings_.latent;
  const Value both = dense("encoder.posterior", features, 2 * latent);
  Posterior posterior;
  posterior.mean = slice(both, 1, 0, latent);
  posterior.log_variance =
      clamp(slice(both, 1, latent, 2 * latent), -kLogVarianceBound, kLogVarianceBound);
  if (settings_.posterior == "iaf") {
    posterior.context = dense("encoder.context", features, settings_.flow_hidden.front());
  }
  return posterior;
}

std::unique_ptr<Likelihood> Vae::likelihood(Value z, Value condition) const {
  if (!is_conditional()) condition = Value();
  return likelihood_.make(decoder_network("decoder", z, condition, data_.image,
                                          likelihood_.outputs_per_element, decoder_),
                          {.unit_interval = data_.unit_interval,
                           .sigma = settings_.sigma,
                           .degrees_of_freedom = settings_.degrees_of_freedom});
}

std::unique_ptr<Prior> Vae::prior(Graph& graph) const {
  return prior_.make(
      graph, {.settings = settings_, .data = data_, .posterior = [this](Value x, Value condition) {
                return posterior(x, condition);
              }});
}

Value Vae::prior_log_prob(Value z) const {
  return prior(z.graph())->log_prob(z);
}

Value Vae::kl_per_dimension(const Posterior& posterior) const {
  if (posterior.context) return {};
  return prior(posterior.mean.graph())->kl_per_dimension(posterior);
}

}  // namespace elbo
