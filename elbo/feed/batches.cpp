#include "elbo/feed/batches.h"

#include "elbo/base/error.h"
#include "elbo/base/philox.h"
#include "elbo/graph/ops.h"

namespace elbo {

DataShape shape_of(const Dataset& data) {
  DataShape shape;
  if (data.example.is_image()) {
    shape.image = {data.example.height, data.example.width, data.example.channels};
  } else {
    shape.image = {1, 1, data.example.size()};
  }
  shape.class_count = data.labels ? data.class_count() : 0;
  shape.unit_interval = data.examples.dtype() == DType::u8;
  return shape;
}

BatchNodes::BatchNodes(Graph& graph, const Dataset& data)
    : unit_interval_(data.examples.dtype() == DType::u8) {
  const Shape table = Shape::of(data.examples.extents());
  const Value indices = graph.input("indices", Shape{kBatch}, DType::i32);
  examples_ = gather(graph.input("examples", table, data.examples.dtype()), indices);
  if (unit_interval_) examples_ = examples_ * (1.0 / 255);
  if (data.labels && data.class_count() > 0) {
    const Value labels = gather(graph.input("labels", Shape{data.count(), 1}, DType::i32), indices);
    one_hot_ = one_hot(reshape(labels, Shape{kBatch}), data.class_count());
  }
}

ModelBatch BatchNodes::model_batch(const DataSettings& settings, bool training) const {
  ModelBatch batch{.input = examples_, .target = examples_, .condition = one_hot_};
  Graph& graph = examples_.graph();
  if (settings.binarisation == "dynamic") {
    batch.target = less(graph.random_uniform(examples_.shape()), examples_);
    batch.input = batch.target;
  }
  if (training && settings.noise > 0) {
    // Each example has a noise level of its own, so that one model knows them all.
    const Value level = graph.random_uniform(Shape{kBatch, 1}) * settings.noise;
    batch.input = batch.input + graph.random_normal(examples_.shape()) * level;
    if (unit_interval_) batch.input = clamp(batch.input, 0, 1);
  }
  return batch;
}

BatchBinding::BatchBinding(const Dataset& data, std::int64_t batch_size)
    : data_(data), indices_(static_cast<std::size_t>(batch_size), 0) {}

void BatchBinding::bind(Plan& plan) const {
  plan.bind_input("examples", data_.examples.bytes().data());
  plan.bind_input("indices", indices_.data());
  if (data_.labels && data_.class_count() > 0) {
    plan.bind_input("labels", data_.labels->bytes().data());
  }
}

Dataset binarised(const Dataset& data, std::uint64_t seed, bool same_noise) {
  if (data.examples.dtype() != DType::u8) {
    throw DataError("{}: only pixels (u8) can be binarised, found {}", data.spec,
                    name_of(data.examples.dtype()));
  }
  Dataset result = data;
  constexpr std::uint32_t kStream = 0x62696e00;
  const RandomSequence begin(seed, kStream);
  RandomSequence random = begin;
  for (std::int64_t i = 0; i < result.count(); ++i) {
    if (same_noise) random = begin;
    for (std::uint8_t& pixel : result.examples.row<std::uint8_t>(i)) {
      pixel = random.next_uniform() * 255.0 < pixel ? 255 : 0;
    }
  }
  return result;
}

}  // namespace elbo
