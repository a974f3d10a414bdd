// How a data set gets into a graph: the whole set is one input, in memory as it is, and a batch is
// a list of row numbers; gathering, scaling, binarising and noise are nodes like any others.
#pragma once

#include <cstdint>
#include <vector>

#include "elbo/data/dataset.h"
#include "elbo/device/plan.h"
#include "elbo/feed/settings.h"
#include "elbo/models/vae.h"
#include "elbo/objectives/objective.h"

namespace elbo {

/// What models are built for when they are to fit this data.
DataShape shape_of(const Dataset& data);

/// The data side of a graph. Inputs: "examples" (M, D), "labels" (M, 1) if there are any, and
/// "indices" (N).
class BatchNodes {
 public:
  BatchNodes(Graph& graph, const Dataset& data);

  /// The batch's examples in [0, 1] (tables: as they are): (N, D).
  Value examples() const { return examples_; }
  /// One-hot labels (N, C), or null when the data has none.
  Value one_hot_labels() const { return one_hot_; }
  /// A batch for a model: binarised as asked; in training the encoder's input also gets its noise.
  ModelBatch model_batch(const DataSettings& settings, bool training) const;

 private:
  Value examples_;
  Value one_hot_;
  bool unit_interval_;
};

/// Binds a data set and a batch of row numbers to a plan's inputs. Keeps the labels' table alive.
class BatchBinding {
 public:
  BatchBinding(const Dataset& data, std::int64_t batch_size);
  void bind(Plan& plan) const;
  /// The batch's row numbers, to be filled before each run: in range, batch_size of them.
  std::vector<std::int32_t>& indices() { return indices_; }

 private:
  const Dataset& data_;
  std::vector<std::int32_t> indices_;
};

/// Static binarisation: every pixel a coin flip once and for all, as 0 or 255; with the same noise
/// for all examples, equal examples remain equal.
Dataset binarised(const Dataset& data, std::uint64_t seed, bool same_noise = false);

}  // namespace elbo
