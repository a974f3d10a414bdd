// A trained VAE, ready to be used on data: arrays in, arrays out. Each call builds the small graph
// it needs, plans it once for large batches, and runs through the data.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "elbo/data/dataset.h"
#include "elbo/feed/batches.h"
#include "elbo/graph/parameters.h"
#include "elbo/models/vae.h"
#include "elbo/tensor/arena.h"
#include "elbo/tensor/array.h"

namespace elbo {

/// Named parameter arrays, as model.safetensors holds them.
using ParameterMap = std::map<std::string, Array>;

ParameterMap to_map(const ParameterLayout& layout, std::span<const float> buffer);
/// The other way: what a plan of the graph needs, which may be a part of the parameters only.
/// Throws ShapeError when one that it needs is missing or has another shape.
FlatBuffer flat_parameters(const Graph& graph, const ParameterMap& parameters);

/// CRC-32C of names and values: tells whether something was made for these weights.
std::uint32_t checksum(const ParameterMap& parameters);

/// How a pass over data is run.
struct PassOptions {
  std::int64_t batch_size = 500;
  int threads = 1;
  std::uint64_t seed = 1;
  /// Distinguishes passes that must draw different noise.
  std::uint32_t step = 0;
  /// RunContext::same_noise.
  bool same_noise = false;
};

/// Runs values an example, (N, ...) each, over a whole data set and returns them as (count, ...)
/// f32 arrays. `build` gets a fresh graph and its data side. Throws Interrupted when the user asks
/// to stop.
using PassBuilder = std::function<std::vector<Value>(Graph&, const BatchNodes&)>;
std::vector<Array> run_pass(const Dataset& data, const ParameterMap& parameters,
                            const PassOptions& options, const PassBuilder& build);

class FittedVae {
 public:
  FittedVae(Vae model, ParameterMap parameters, DataSettings data_settings, int threads)
      : model_(std::move(model)),
        parameters_(std::move(parameters)),
        data_settings_(std::move(data_settings)),
        threads_(threads) {}

  const Vae& model() const { return model_; }
  const ParameterMap& parameters() const { return parameters_; }
  const DataSettings& data_settings() const { return data_settings_; }
  int threads() const { return threads_; }
  void use_threads(int threads) { threads_ = threads; }
  PassOptions pass() const { return {.threads = threads_}; }

  /// Throws ShapeError when the data is not what the model was trained on: other sizes, or a
  /// conditional model and no labels.
  void check(const Dataset& data) const;

  struct Codes {
    Array means;          // (M, L)
    Array log_variances;  // (M, L)
  };
  /// Parameters of q(z | x). With a posterior that passes a normal through a flow: where the flow
  /// takes the normal's mean, and the normal's own log variances. Equal examples have equal codes,
  /// also where pixels are binarised anew: all by the same noise.
  Codes encode(const Dataset& data) const;
  /// Means of p(x | z) at the posterior means: (M, D) in [0, 1].
  Array reconstruct(const Dataset& data) const;
  /// Means of p(x | z): z (M, L) f32, labels (M) i32 for a conditional model -> (M, D).
  Array decode(const Array& z, const Array* labels = nullptr) const;
  /// Draws of the model's prior: (count, L).
  Array sample_codes(std::int64_t count, std::uint64_t seed) const;
  /// The same, decoded to means: (count, D). labels as in decode.
  Array sample(std::int64_t count, std::uint64_t seed, const Array* labels = nullptr) const;

 private:
  /// Throws UsageError when a conditional model gets no labels.
  void check_labels(const char* what, const Array* labels) const;

  Vae model_;
  ParameterMap parameters_;
  DataSettings data_settings_;
  int threads_;
};

/// Draws of N(0, I): (count, size) f32.
Array standard_normal(std::int64_t count, std::int64_t size, std::uint64_t seed);

}  // namespace elbo
