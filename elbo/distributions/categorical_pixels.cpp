// Categorical pixels: any distribution over 16 levels of grey, a logit each. A byte b has the level
// round(b / 17), which stands for the pixel value level / 15, so black and white stay what they
// are.
#include "elbo/distributions/categorical.h"
#include "elbo/distributions/likelihood.h"
#include "elbo/distributions/raw_outputs.h"

namespace elbo {
namespace {

/// 256 would say no more of most pictures and cost sixteen times the decoder's last layer.
constexpr std::int64_t kLevels = 16;

class CategoricalPixels : public Likelihood {
 public:
  /// Levels are the last axis: (..., D, 16).
  explicit CategoricalPixels(Categorical levels) : levels_(levels) {}

  Value log_prob(Value x) const override {
    // No byte lies halfway between two levels.
    const Value distance = absolute(expand_dims(x, -1) - values());
    const Value half = x.graph().constant(0.5 / (kLevels - 1));
    return sum(levels_.log_prob(less(distance, half)), {-1});
  }
  Value mean() const override { return sum(levels_.probabilities() * values(), {-1}); }
  Value sample() const override { return sum(levels_.sample() * values(), {-1}); }

 private:
  Value values() const {
    std::vector<double> values;
    for (std::int64_t level = 0; level < kLevels; ++level) {
      values.push_back(static_cast<double>(level) / (kLevels - 1));
    }
    return levels_.logits.graph().constant(values, Shape{kLevels});
  }

  Categorical levels_;
};

}  // namespace

LikelihoodKind categorical_likelihood() {
  return {.name = "categorical",
          .description = "16 levels of grey, the decoder gives each a logit",
          .outputs_per_element = kLevels,
          .describes_grey_pixels = true,
          .byte_levels = kLevels,
          .make = [](Value raw, const LikelihoodOptions&) -> std::unique_ptr<Likelihood> {
            return std::make_unique<CategoricalPixels>(Categorical{by_element(raw, kLevels)});
          }};
}

}  // namespace elbo
