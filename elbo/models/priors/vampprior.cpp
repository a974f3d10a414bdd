// The variational mixture of posteriors: the prior is the mean of the encoder's posteriors at K
// learned pseudo-inputs. Tomczak & Welling 2018, "VAE with a VampPrior", eq. 9.
#include <vector>

#include "elbo/distributions/normal_mixture.h"
#include "elbo/models/prior.h"

namespace elbo {
namespace {

/// Below it the mixture's density would lose precision; see NormalMixture.
constexpr double kLowestLogVariance = -8;
/// Of the pseudo-inputs before the sigmoid: strong enough that their posteriors differ.
constexpr double kFirstDeviation = 2;

/// Pseudo-input k stands for class k modulo C: (K, C), one-hot.
Value classes_in_turn(Graph& graph, std::int64_t count, std::int64_t class_count) {
  std::vector<double> rows(static_cast<std::size_t>(count * class_count), 0.0);
  for (std::int64_t k = 0; k < count; ++k) {
    rows[static_cast<std::size_t>(k * class_count + k % class_count)] = 1;
  }
  return graph.constant(std::move(rows), Shape{count, class_count});
}

class VampPrior : public Prior {
 public:
  VampPrior(Graph& graph, const PriorContext& context) {
    const std::int64_t count = context.settings.prior_components;
    const bool bounded = context.data.unit_interval;
    const Value raw =
        graph.parameter("prior.pseudo_inputs", Shape{count, context.data.image.size()},
                        {Initializer::Kind::normal, bounded ? kFirstDeviation : 1.0});
    const Value condition = context.settings.name == "conditional_vae"
                                ? classes_in_turn(graph, count, context.data.class_count)
                                : Value();
    const DiagonalNormal q = context.posterior(bounded ? sigmoid(raw) : raw, condition);
    mixture_ = {.logits = graph.constant({0.0}, Shape{count}),
                .means = q.mean,
                .log_variances = maximum(q.log_variance, graph.constant(kLowestLogVariance))};
  }
  Value log_prob(Value z) const override { return mixture_.log_prob(z); }
  Value sample(Value noise) const override { return mixture_.sample(noise); }

 private:
  NormalMixture mixture_;
};

}  // namespace

PriorKind vampprior_prior() {
  return {.name = "vampprior",
          .description = "the encoder's posteriors at learned pseudo-inputs",
          .make = [](Graph& graph, const PriorContext& context) -> std::unique_ptr<Prior> {
            return std::make_unique<VampPrior>(graph, context);
          }};
}

}  // namespace elbo
