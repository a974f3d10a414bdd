// A mixture of normals whose weights, means and variances are learned with the model.
#include <cmath>

#include "elbo/distributions/normal_mixture.h"
#include "elbo/models/prior.h"

namespace elbo {
namespace {

/// Half of the first variance is between the components and half within: the mixture begins near
/// N(0, I), and no two components begin at the same place.
const double kFirstDeviation = std::sqrt(0.5);
const double kFirstLogVariance = std::log(0.5);
constexpr double kLogVarianceBound = 8;

class MixturePrior : public Prior {
 public:
  MixturePrior(Graph& graph, const ModelSettings& settings) {
    const Shape shape{settings.prior_components, settings.latent};
    mixture_.logits = graph.parameter("prior.logits", Shape{settings.prior_components}, {});
    mixture_.means =
        graph.parameter("prior.means", shape, {Initializer::Kind::normal, kFirstDeviation});
    mixture_.log_variances =
        clamp(graph.parameter("prior.log_variances", shape,
                              {Initializer::Kind::constant, kFirstLogVariance}),
              -kLogVarianceBound, kLogVarianceBound);
  }
  Value log_prob(Value z) const override { return mixture_.log_prob(z); }
  Value sample(Value noise) const override { return mixture_.sample(noise); }

 private:
  NormalMixture mixture_;
};

}  // namespace

PriorKind mixture_prior() {
  return {.name = "mixture",
          .description = "a mixture of learned normals",
          .make = [](Graph& graph, const PriorContext& context) -> std::unique_ptr<Prior> {
            return std::make_unique<MixturePrior>(graph, context.settings);
          }};
}

}  // namespace elbo
