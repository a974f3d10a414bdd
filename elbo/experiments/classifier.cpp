#include "elbo/experiments/classifier.h"

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/graph/ops.h"
#include "elbo/graph/work.h"
#include "elbo/train/metrics_log.h"
#include "elbo/train/run_folder.h"

namespace elbo {
namespace {

NamedTerms terms_of(const Categorical& classes, Value one_hot) {
  const Value top = expand_dims(max(classes.logits, {-1}), -1);
  const Value correct = sum(one_hot * equal(classes.logits, top), {-1});
  return {{"log_likelihood_nats", classes.log_prob(one_hot)}, {"accuracy", correct}};
}

}  // namespace

std::vector<std::int32_t> most_probable(const Array& probabilities) {
  std::vector<std::int32_t> classes;
  for (std::int64_t i = 0; i < probabilities.extent(0); ++i) {
    const auto row = probabilities.row<float>(i);
    classes.push_back(
        static_cast<std::int32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return classes;
}

Array FittedClassifier::pass_over(const Array& images,
                                  const std::function<Value(Value)>& build) const {
  Dataset data;
  data.spec = "array";
  data.examples = images;
  data.example = {1, 1, images.extent(1)};
  const PassOptions options{.batch_size = 250, .threads = threads_};
  return run_pass(data, parameters_, options, [&](Graph&, const BatchNodes& nodes) {
    return std::vector<Value>{build(nodes.examples())};
  })[0];
}

Array FittedClassifier::probabilities(const Array& images) const {
  return pass_over(images, [&](Value examples) {
    return classify(examples, shape_, network_, false).probabilities();
  });
}

Array FittedClassifier::features(const Array& images) const {
  return pass_over(images, [&](Value examples) {
    return classifier_features(examples, shape_, network_, false);
  });
}

double FittedClassifier::accuracy(const Array& images, const Array& labels) const {
  const std::vector<std::int32_t> found = most_probable(probabilities(images));
  const auto expected = labels.values<std::int32_t>();
  std::int64_t right = 0;
  for (std::size_t i = 0; i < found.size(); ++i) right += found[i] == expected[i];
  return static_cast<double>(right) / static_cast<double>(found.size());
}

double training_flops(const Dataset& data, const ClassifierSettings& settings) {
  Graph graph;
  const Categorical classes =
      classify(BatchNodes(graph, data).examples(), shape_of(data), settings.network, true);
  return training_flops(graph, classes.logits, data.count()) * static_cast<double>(settings.epochs);
}

TrainedClassifier train_classifier(const Dataset& data, const ClassifierSettings& settings,
                                   const std::filesystem::path& folder, int threads,
                                   const TrainingCallbacks& callbacks) {
  const DataShape shape = shape_of(data);
  if (shape.class_count < 2) {
    throw UsageError("{}: a classifier needs labels of at least two classes", data.spec);
  }
  Graph graph;
  const BatchNodes nodes(graph, data);
  const Categorical train = classify(nodes.examples(), shape, settings.network, true);
  const Categorical test = classify(nodes.examples(), shape, settings.network, false);
  const NamedTerms train_terms = terms_of(train, nodes.one_hot_labels());
  TrainSettings training;
  training.epochs = settings.epochs;
  training.batch_size = settings.batch_size;
  training.learning_rate = settings.learning_rate;
  training.warmup_steps = 100;
  training.average_decay = 0.998;
  training.seed = static_cast<std::int64_t>(settings.seed);

  const RunPaths paths(folder);
  make_directory(folder);
  Trainer trainer({.graph = graph,
                   .data = data,
                   .split = split_for_validation(data.labels->values<std::int32_t>(),
                                                 settings.validation, settings.seed),
                   .distortion = settings.distortion,
                   .loss = -mean_over_batch(train_terms[0].second),
                   .train_terms = train_terms,
                   .validation_terms = terms_of(test, nodes.one_hot_labels()),
                   .monitored = "accuracy"},
                  training, threads, paths.checkpoints());
  const std::int64_t epochs_done = trainer.resume().value_or(0);
  truncate_metrics(paths.metrics(), epochs_done);
  TrainingCallbacks logged = callbacks;
  logged.on_epoch = [&](const EpochReport& report) {
    append_metrics(paths.metrics(), report);
    if (callbacks.on_epoch) callbacks.on_epoch(report);
  };
  const TrainingResult result = trainer.run(logged);
  write_parameters(paths.model(), trainer.layout(), trainer.best_parameters());
  return {.classifier = {shape, settings.network,
                         to_map(trainer.layout(), trainer.best_parameters()), threads},
          .training = result};
}

}  // namespace elbo
