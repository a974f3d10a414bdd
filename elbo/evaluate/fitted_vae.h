// A trained VAE, ready to be used on data: arrays in, arrays out. Each call builds the small graph
// it needs and runs it through the data (forward_pass.h).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "elbo/data/dataset.h"
#include "elbo/evaluate/forward_pass.h"
#include "elbo/evaluate/parameter_map.h"
#include "elbo/models/vae.h"
#include "elbo/tensor/array.h"

namespace elbo {

/// Where q(z | x) is: its code and log variances, (N, L) each.
std::vector<Value> encoding(const Vae& model, const ModelBatch& batch);

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
