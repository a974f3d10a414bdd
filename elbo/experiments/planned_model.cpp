#include "elbo/experiments/planned_model.h"

#include "elbo/graph/gradients.h"

namespace elbo {

PlannedModel::PlannedModel(const RunConfig& config, const Dataset& data,
                           const PlannedModelOptions& options)
    : binding_(data, options.batch_size),
      data_count_(data.count()),
      seed_(static_cast<std::uint64_t>(config.train.seed)) {
  const BatchNodes nodes(graph_, data);
  const std::vector<PlanOutput> wanted = build(config, options.purpose, nodes);
  for (const PlanOutput& output : wanted) outputs_.push_back(output.value);
  layout_.initialize(parameters_.values(), seed_, options.threads);
  plan_.emplace(graph_, wanted, parameters_.data(),
                PlanOptions{.batch_size = options.batch_size,
                            .threads = options.threads,
                            .precision = precision_from_name(config.train.precision),
                            .parameter_changes = options.purpose == PlanPurpose::training
                                                     ? ParameterChanges::told
                                                     : ParameterChanges::never});
  binding_.bind(*plan_);
  if (graph_.find_input("warmup")) plan_->bind_input("warmup", &warmup_);
}

std::vector<PlanOutput> PlannedModel::build(const RunConfig& config, PlanPurpose purpose,
                                            const BatchNodes& nodes) {
  const Vae model(config.model, config.shape);
  const ModelBatch batch = nodes.model_batch(config.data, purpose == PlanPurpose::training);
  std::vector<PlanOutput> wanted;
  std::vector<Value> slopes;
  if (purpose == PlanPurpose::training) {
    const Objective objective =
        build_objective(config.objective, model.in_training(), batch,
                        {.warmup = graph_.input("warmup", Shape{}), .example_count = data_count_});
    wanted = {objective.loss, objective.terms.elbo, objective.terms.log_likelihood,
              objective.terms.kl};
    slopes = parameter_gradients(objective.loss);
  } else if (purpose == PlanPurpose::encoding) {
    const Posterior posterior = model.posterior(batch.input, batch.condition);
    wanted = {model.code(posterior), posterior.log_variance};
  } else {
    wanted = {elbo_terms(model, batch).elbo};
  }
  layout_ = ParameterLayout(graph_);
  parameters_ = FlatBuffer(static_cast<std::size_t>(layout_.size()));
  gradients_ = FlatBuffer(slopes.empty() ? 0 : parameters_.size());
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    wanted.emplace_back(slopes[i], gradients_.data() + layout_.slots()[i].offset);
  }
  return wanted;
}

void PlannedModel::run(std::int64_t first, std::uint32_t step) {
  std::int64_t row = first % data_count_;
  for (std::int32_t& index : binding_.indices()) {
    index = static_cast<std::int32_t>(row);
    row = row + 1 == data_count_ ? 0 : row + 1;
  }
  plan_->run({.seed = seed_, .step = step});
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
