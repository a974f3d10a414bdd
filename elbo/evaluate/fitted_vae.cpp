#include "elbo/evaluate/fitted_vae.h"

#include "elbo/base/error.h"
#include "elbo/base/philox.h"
#include "elbo/graph/ops.h"

namespace elbo {
namespace {

/// A data set of plain float examples, to bring arrays through the same pass as data.
Dataset as_dataset(const Array& rows, const Array* labels, std::int64_t class_count) {
  Dataset data;
  data.spec = "array";
  data.examples = rows;
  data.example = {1, 1, rows.extent(1)};
  if (labels != nullptr) {
    data.labels = *labels;
    data.class_names.resize(static_cast<std::size_t>(class_count));
  }
  return data;
}

}  // namespace

std::vector<Value> encoding(const Vae& model, const ModelBatch& batch) {
  const Posterior q = model.posterior(batch.input, batch.condition);
  return {model.code(q), q.log_variance};
}

void FittedVae::check(const Dataset& data) const {
  const ImageShape& image = model_.data().image;
  const DataShape found = shape_of(data);
  if (found.image != image) {
    throw ShapeError(
        "{}: examples are {} x {} x {}, the model was trained on {} x {} x {}; give data of that "
        "shape",
        data.spec, found.image.height, found.image.width, found.image.channels, image.height,
        image.width, image.channels);
  }
  if (found.unit_interval != model_.data().unit_interval) {
    throw ShapeError("{}: holds {}, the model was trained on {}", data.spec,
                     found.unit_interval ? "pixels (u8)" : "plain numbers",
                     model_.data().unit_interval ? "pixels (u8)" : "plain numbers");
  }
  if (model_.is_conditional() && found.class_count != model_.data().class_count) {
    throw ShapeError("{}: has {} classes, the conditional model was trained on {}", data.spec,
                     found.class_count, model_.data().class_count);
  }
}

FittedVae::Codes FittedVae::encode(const Dataset& data) const {
  check(data);
  PassOptions options = pass();
  options.same_noise = true;
  auto arrays = run_pass(data, parameters_, options, [&](Graph&, const BatchNodes& nodes) {
    return encoding(model_, nodes.model_batch(data_settings_, false));
  });
  return {.means = std::move(arrays[0]), .log_variances = std::move(arrays[1])};
}

Array FittedVae::reconstruct(const Dataset& data) const {
  check(data);
  auto arrays = run_pass(data, parameters_, pass(), [&](Graph&, const BatchNodes& nodes) {
    const Value condition = nodes.one_hot_labels();
    const Value code = model_.code(model_.posterior(nodes.examples(), condition));
    return std::vector<Value>{model_.likelihood(code, condition)->mean()};
  });
  return std::move(arrays[0]);
}

void FittedVae::check_labels(const char* what, const Array* labels) const {
  if (model_.is_conditional() && labels == nullptr) {
    throw UsageError("{}: a conditional model needs a label for each code", what);
  }
}

Array FittedVae::decode(const Array& z, const Array* labels) const {
  if (z.rank() != 2 || z.extent(1) != model_.latent()) {
    throw ShapeError("decode: expected codes of shape (count, {}), found {}", model_.latent(),
                     to_string(z.extents()));
  }
  check_labels("decode", labels);
  const Dataset data = as_dataset(z.to_f32(), labels, model_.data().class_count);
  auto arrays = run_pass(data, parameters_, pass(), [&](Graph&, const BatchNodes& nodes) {
    return std::vector<Value>{model_.likelihood(nodes.examples(), nodes.one_hot_labels())->mean()};
  });
  return std::move(arrays[0]);
}

Array FittedVae::sample_codes(std::int64_t count, std::uint64_t seed) const {
  const Dataset noise = as_dataset(standard_normal(count, model_.latent(), seed), nullptr, 0);
  PassOptions options = pass();
  options.seed = seed;
  auto arrays = run_pass(noise, parameters_, options, [&](Graph& graph, const BatchNodes& nodes) {
    return std::vector<Value>{model_.prior(graph)->sample(nodes.examples())};
  });
  return std::move(arrays[0]);
}

Array FittedVae::sample(std::int64_t count, std::uint64_t seed, const Array* labels) const {
  check_labels("sample", labels);
  return decode(sample_codes(count, seed), labels);
}

Array standard_normal(std::int64_t count, std::int64_t size, std::uint64_t seed) {
  Array z(DType::f32, {count, size});
  constexpr std::uint32_t kStream = 0x6e6f7200;
  RandomSequence random(seed, kStream);
  for (float& element : z.values<float>()) element = static_cast<float>(random.next_normal());
  return z;
}

}  // namespace elbo
