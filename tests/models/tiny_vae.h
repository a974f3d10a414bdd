// A model of six binary elements and two latents in a graph of its own, with random weights, that
// can be computed in double precision.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "elbo/base/philox.h"
#include "elbo/device/reference/reference_executor.h"
#include "elbo/graph/gradients.h"
#include "elbo/graph/parameters.h"
#include "elbo/objectives/objective.h"

namespace elbo::testing {

using Doubles = std::vector<double>;
using Leaves = std::vector<std::pair<NodeId, Doubles>>;

inline ModelSettings tiny_model_settings() {
  ModelSettings settings;
  settings.latent = 2;
  settings.hidden = {5};
  settings.activation = "tanh";  // smooth, for finite differences
  settings.prior_components = 3;
  settings.flow_layers = 3;
  settings.flow_hidden = {4};
  return settings;
}

class TinyVae {
 public:
  static constexpr std::int64_t kData = 6;

  explicit TinyVae(const ModelSettings& settings = tiny_model_settings())
      : model(settings, {.image = {1, 1, kData}, .class_count = 0}) {
    const Value x = graph.input("x", Shape{kBatch, kData});
    batch = {.input = x, .target = x, .condition = {}};
    training = {.warmup = graph.input("warmup", Shape{}), .example_count = 50};
  }

  /// Weights that are all different from zero, the same for every graph of the same parameters, and
  /// examples of which every second is the same.
  Leaves leaves(std::int64_t batch_size, double warmup = 1) const {
    Leaves leaves;
    for (const NodeId id : graph.parameters()) {
      const Node& node = graph.node(id);
      std::uint64_t seed = 5;
      for (const char c : node.get<ParameterAttributes>().name) {
        seed = seed * 131 + static_cast<unsigned char>(c);
      }
      RandomSequence random(seed);
      Doubles values(static_cast<std::size_t>(node.shape.count(1)));
      for (double& value : values) value = weight_deviation * random.next_normal();
      leaves.emplace_back(id, std::move(values));
    }
    RandomSequence random(3);
    Doubles two_rows, x;
    for (std::int64_t i = 0; i < 2 * kData; ++i) two_rows.push_back(random.next_uniform() < 0.5);
    for (std::int64_t i = 0; i < batch_size * kData; ++i) {
      x.push_back(two_rows[static_cast<std::size_t>(i % (2 * kData))]);
    }
    leaves.emplace_back(batch.input.id(), std::move(x));
    leaves.emplace_back(training.warmup.id(), Doubles{warmup});
    return leaves;
  }

  std::vector<Doubles> evaluate(const std::vector<Value>& outputs, std::int64_t batch_size,
                                std::uint64_t seed = 1, double warmup = 1) const {
    return evaluate_in_double(graph, outputs, batch_size, leaves(batch_size, warmup),
                              {.seed = seed});
  }

  std::vector<Value> parameters() {
    std::vector<Value> values;
    for (const NodeId id : graph.parameters()) values.emplace_back(&graph, id);
    return values;
  }

  double weight_deviation = 0.6;
  Graph graph;
  Vae model;
  ModelBatch batch;
  TrainingContext training;
};

}  // namespace elbo::testing
