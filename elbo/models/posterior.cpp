#include "elbo/models/posterior.h"

#include "elbo/nn/autoregressive.h"

namespace elbo {
namespace {

FlowResult flow(const ModelSettings& settings, Value z, Value context) {
  return autoregressive_flow("posterior", z, context,
                             {.layers = settings.flow_layers, .hidden = settings.flow_hidden});
}

}  // namespace

std::vector<std::string> posterior_names() {
  return {"normal", "iaf"};
}

PosteriorDraw draw_posterior(const ModelSettings& settings, const Posterior& posterior,
                             Value noise) {
  DiagonalNormal q = posterior;
  const bool several = noise.shape().rank() == 3;
  if (several) q = {expand_dims(posterior.mean, 1), expand_dims(posterior.log_variance, 1)};
  // The noise is the standardised sample, so q's density needs no subtraction of near numbers.
  PosteriorDraw draw{.z = q.sample(noise),
                     .log_prob = standard_normal_log_prob(noise) - sum(q.log_variance * 0.5, {-1})};
  if (!posterior.context) return draw;
  if (!several) {
    const FlowResult result = flow(settings, draw.z, posterior.context);
    return {.z = result.value, .log_prob = draw.log_prob - result.log_determinant};
  }
  const std::int64_t samples = noise.shape()[1].size, latent = noise.shape()[2].size;
  const std::int64_t size = posterior.context.shape()[1].size;
  const Value context =
      broadcast_to(expand_dims(posterior.context, 1), Shape{kBatch, samples, size});
  const FlowResult result = flow(settings, reshape(draw.z, Shape{Dim(samples, true), latent}),
                                 reshape(context, Shape{Dim(samples, true), size}));
  return {.z = reshape(result.value, noise.shape()),
          .log_prob = draw.log_prob - reshape(result.log_determinant, Shape{kBatch, samples})};
}

Value posterior_code(const ModelSettings& settings, const Posterior& posterior) {
  if (!posterior.context) return posterior.mean;
  return flow(settings, posterior.mean, posterior.context).value;
}

}  // namespace elbo
