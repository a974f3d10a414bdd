#include "elbo/experiments/planned_training.h"

#include "elbo/objectives/objective.h"

namespace elbo {

PlannedTraining::PlannedTraining(const RunConfig& config, const Dataset& data, int threads)
    : binding_(data, config.train.batch_size), data_count_(data.count()) {
  const BatchNodes nodes(graph_, data);
  const Objective objective =
      build_objective(config.objective, Vae(config.model, config.shape).in_training(),
                      nodes.model_batch(config.data, true),
                      {.warmup = graph_.input("warmup", Shape{}), .example_count = data_count_});
  const ElboTerms& terms = objective.terms;
  step_.emplace(objective.loss, std::vector<Value>{terms.elbo, terms.log_likelihood, terms.kl},
                config.train, threads);
  binding_.bind(step_->plan());
  step_->plan().bind_input("warmup", &warmup_);
}

void PlannedTraining::choose(std::int64_t first) {
  std::int64_t row = first % data_count_;
  for (std::int32_t& index : binding_.indices()) {
    index = static_cast<std::int32_t>(row);
    row = row + 1 == data_count_ ? 0 : row + 1;
  }
}

Dataset blank_data(const RunConfig& config, std::int64_t count) {
  const ImageShape& image = config.shape.image;
  Dataset data;
  data.spec = "blank";
  data.example = {image.height, image.width, image.channels};
  data.examples = Array(config.shape.unit_interval ? DType::u8 : DType::f32, {count, image.size()});
  if (config.shape.class_count > 0) {
    data.labels = Array(DType::i32, {count});
    data.class_names.resize(static_cast<std::size_t>(config.shape.class_count));
  }
  return data;
}

}  // namespace elbo
