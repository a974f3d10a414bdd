// A normalising flow: codes are standard normal after coupling layers, which are learned with the
// model. Dinh, Sohl-Dickstein & Bengio 2017; as a prior: Chen et al. 2017, "Variational lossy
// autoencoder".
#include "elbo/base/error.h"
#include "elbo/models/prior.h"
#include "elbo/nn/coupling.h"

namespace elbo {
namespace {

class FlowPrior : public Prior {
 public:
  explicit FlowPrior(const ModelSettings& settings)
      : options_{.layers = settings.flow_layers, .hidden = settings.flow_hidden} {
    if (settings.latent < 2) {
      throw UsageError(
          "model.prior = \"flow\" changes one half of the code given the other and needs "
          "model.latent of at least 2, found {}; use \"mixture\"",
          settings.latent);
    }
  }

  /// log N(f(z); 0, I) + log |det df/dz|.
  Value log_prob(Value z) const override {
    std::vector<Dim> leading = z.shape().dims();
    const Dim latent = leading.back();
    leading.pop_back();
    Dim rows;
    for (const Dim& length : leading) {
      rows = Dim(rows.size * length.size, rows.batch || length.batch);
    }
    const FlowResult flow = coupling_flow("prior", reshape(z, Shape{rows, latent}), options_);
    return reshape(standard_normal_log_prob(flow.value) + flow.log_determinant, Shape(leading));
  }
  Value sample(Value noise) const override {
    return coupling_flow_inverse("prior", noise, options_);
  }

 private:
  FlowOptions options_;
};

}  // namespace

PriorKind flow_prior() {
  return {.name = "flow",
          .description = "a standard normal after learned coupling layers",
          .make = [](Graph&, const PriorContext& context) -> std::unique_ptr<Prior> {
            return std::make_unique<FlowPrior>(context.settings);
          }};
}

}  // namespace elbo
