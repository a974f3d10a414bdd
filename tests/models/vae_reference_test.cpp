// The VAE and the conditional VAE against PyTorch: the same parameters, batches and noise give the
// same terms, gradients and, after ten steps of Adam, parameters. tests/fixtures/vae_reference.py
// recorded the fixture; its weights are (out, in), ours (in, out), and where it appends the
// condition to a layer's input we have a second weight.
#include <gtest/gtest.h>

#include <cmath>

#include "elbo/device/plan.h"
#include "elbo/graph/gradients.h"
#include "elbo/graph/parameters.h"
#include "elbo/io/safetensors.h"
#include "elbo/models/vae.h"
#include "elbo/tensor/arena.h"
#include "elbo/train/optimizer.h"

namespace elbo {
namespace {

constexpr std::int64_t kData = 20, kLatent = 4, kClasses = 3, kBatchSize = 8, kSteps = 10;

class Recording {
 public:
  explicit Recording(std::string model)
      : model_(std::move(model)),
        file_(read_safetensors(ELBO_SOURCE_DIR "/tests/fixtures/vae_reference.safetensors")) {}

  const Array& array(const std::string& name) const {
    const Array* found = file_.find(model_ + "." + name);
    EXPECT_NE(found, nullptr) << name;
    return *found;
  }
  std::span<const float> step(const std::string& name, std::int64_t step) const {
    return array(name).row<float>(step);
  }

  /// The recorded array of "initial", "gradient" or "final" in our layout.
  std::vector<float> parameter(const std::string& kind, const ParameterSlot& slot) const {
    std::string name = slot.name;
    const bool of_condition = name.ends_with(".condition_weight");
    if (of_condition) name.replace(name.rfind("condition_"), 10, "");
    const Array& theirs = array(kind + "." + name);
    const auto values = theirs.values<float>();
    if (slot.extents.size() == 1) return {values.begin(), values.end()};
    const std::int64_t inputs = slot.extents[0], outputs = slot.extents[1];
    EXPECT_EQ(theirs.extent(0), outputs);
    const std::int64_t columns = theirs.extent(1);
    const std::int64_t first = of_condition ? columns - inputs : 0;
    std::vector<float> ours;
    for (std::int64_t i = 0; i < inputs; ++i) {
      for (std::int64_t o = 0; o < outputs; ++o) {
        ours.push_back(values[static_cast<std::size_t>(o * columns + first + i)]);
      }
    }
    return ours;
  }

 private:
  std::string model_;
  SafeTensors file_;
};

void expect_near(std::span<const float> found, std::span<const float> expected, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(found[i], expected[i], tolerance) << what << ", element " << i;
  }
}

class VaeReference : public testing::TestWithParam<const char*> {};

TEST_P(VaeReference, StepsAgreeWithPyTorch) {
  const Recording recording(GetParam());
  ModelSettings model_settings;
  model_settings.name = GetParam();
  model_settings.latent = kLatent;
  model_settings.hidden = {16};
  const Vae model(model_settings, {.image = {1, 1, kData}, .class_count = kClasses});
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, kData});
  const Value noise = graph.input("noise", Shape{kBatch, kLatent});
  const Value condition =
      model.is_conditional() ? graph.input("condition", Shape{kBatch, kClasses}) : Value();
  const Posterior posterior = model.posterior(x, condition);
  const Value log_likelihood =
      mean_over_batch(model.likelihood(posterior.sample(noise), condition)->log_prob(x));
  const Value kl = mean_over_batch(sum(model.kl_per_dimension(posterior), {-1}));
  const Value loss = kl - log_likelihood;

  std::vector<Value> parameters;
  for (const NodeId id : graph.parameters()) parameters.emplace_back(&graph, id);
  const std::vector<Value> d = gradients(loss, parameters);
  const ParameterLayout layout(graph);
  const FlatBuffer weights(static_cast<std::size_t>(layout.size()));
  const FlatBuffer slopes(weights.size());
  std::vector<PlanOutput> outputs{loss, log_likelihood, kl};
  for (std::size_t i = 0; i < d.size(); ++i) {
    const ParameterSlot& slot = layout.slots()[i];
    outputs.emplace_back(d[i], slopes.data() + slot.offset);
    const std::vector<float> first = recording.parameter("initial", slot);
    std::copy(first.begin(), first.end(), weights.data() + slot.offset);
  }
  Plan plan(graph, outputs, weights.data(), {.batch_size = kBatchSize});
  TrainSettings settings;
  settings.schedule = "constant";
  Optimizer optimizer(settings, layout.size(), 1);

  const auto part = [](const FlatBuffer& buffer, const ParameterSlot& slot) {
    return buffer.values().subspan(static_cast<std::size_t>(slot.offset),
                                   static_cast<std::size_t>(slot.count));
  };
  for (std::int64_t step = 0; step < kSteps; ++step) {
    plan.bind_input("x", recording.step("batches", step).data());
    plan.bind_input("noise", recording.step("noise", step).data());
    if (condition) plan.bind_input("condition", recording.step("conditions", step).data());
    plan.run();
    const auto at = static_cast<std::size_t>(step);
    std::size_t output = 0;
    for (const char* term : {"loss", "log_likelihood", "kl"}) {
      const float expected = recording.array(term).values<float>()[at];
      // Both sides sum a few thousand products in single precision.
      EXPECT_NEAR(plan.output(output++)[0], expected, 1e-4 * std::abs(expected))
          << term << ", step " << step + 1;
    }
    if (step == 0) {
      for (const ParameterSlot& slot : layout.slots()) {
        // Gradients are of the order of 0.01 to 1.
        expect_near(part(slopes, slot), recording.parameter("gradient", slot), 2e-6,
                    "gradient of " + slot.name);
      }
    }
    optimizer.step(weights.values(), slopes.values(),
                   {.number = step, .learning_rate = settings.learning_rate});
  }
  for (const ParameterSlot& slot : layout.slots()) {
    // Ten steps move a parameter by up to 0.01; agreement is to a thousandth of that.
    expect_near(part(weights, slot), recording.parameter("final", slot), 1e-5, slot.name);
  }
}

INSTANTIATE_TEST_SUITE_P(All, VaeReference, testing::Values("vae", "conditional_vae"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace elbo
