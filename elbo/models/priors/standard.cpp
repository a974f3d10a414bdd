// N(0, I), with the KL in closed form. Kingma & Welling 2013.
#include "elbo/models/prior.h"

namespace elbo {
namespace {

class StandardPrior : public Prior {
 public:
  Value log_prob(Value z) const override { return standard_normal_log_prob(z); }
  Value sample(Value noise) const override { return noise; }
  Value kl_per_dimension(const DiagonalNormal& q) const override {
    return kl_to_standard_normal(q);
  }
};

}  // namespace

PriorKind standard_prior() {
  return {.name = "standard",
          .description = "the standard normal distribution",
          .make = [](Graph&, const PriorContext&) -> std::unique_ptr<Prior> {
            return std::make_unique<StandardPrior>();
          }};
}

}  // namespace elbo
