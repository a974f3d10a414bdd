#include "elbo/train/gradient_step.h"

#include <algorithm>
#include <cmath>

#include "elbo/device/cpu/flat_ops.h"
#include "elbo/graph/gradients.h"

namespace elbo {
namespace {

std::vector<Value> all_outputs(const Value& loss, const std::vector<Value>& terms) {
  std::vector<Value> outputs{loss};
  outputs.insert(outputs.end(), terms.begin(), terms.end());
  const std::vector<Value> slopes = parameter_gradients(loss);
  outputs.insert(outputs.end(), slopes.begin(), slopes.end());
  return outputs;
}

/// The last of the outputs, one for each parameter, go to their places in the flat buffer.
std::vector<PlanOutput> placed(const std::vector<Value>& outputs, const ParameterLayout& layout,
                               float* gradients) {
  std::vector<PlanOutput> result = outputs_of(outputs);
  const auto& slots = layout.slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    result[result.size() - slots.size() + i].target = gradients + slots[i].offset;
  }
  return result;
}

}  // namespace

GradientStep::GradientStep(const Value& loss, const std::vector<Value>& terms,
                           const TrainSettings& settings, int threads)
    : settings_(settings),
      threads_(threads),
      layout_(loss.graph()),
      parameters_(static_cast<std::size_t>(layout_.size())),
      gradients_(parameters_.size()),
      average_(settings.average_decay > 0 ? parameters_.size() : 0),
      optimizer_(settings, layout_.size(), threads),
      outputs_(all_outputs(loss, terms)),
      plan_(loss.graph(), placed(outputs_, layout_, gradients_.data()), parameters_.data(),
            {.batch_size = settings.batch_size,
             .threads = threads,
             .precision = precision_from_name(settings.precision),
             .parameter_changes = ParameterChanges::told}) {
  begin_anew();
}

const FlatBuffer& GradientStep::averaged_parameters() const {
  return average_.size() > 0 ? average_ : parameters_;
}

void GradientStep::compute(std::int64_t number) {
  plan_.run({.seed = static_cast<std::uint64_t>(settings_.seed),
             .step = static_cast<std::uint32_t>(number)});
}

double GradientStep::gradient_norm() {
  norm_ = std::sqrt(cpu::sum_of_squares(gradients_.values(), threads_, plan_.parameter_pass()));
  return norm_;
}

void GradientStep::update(std::int64_t number, double learning_rate) {
  const double clip = settings_.clip_norm;
  const auto t = static_cast<double>(number);
  optimizer_.step(parameters_.values(), gradients_.values(),
                  {.number = number,
                   .learning_rate = learning_rate,
                   .gradient_scale = clip > 0 && norm_ > clip ? clip / norm_ : 1.0,
                   .average = average_.values(),
                   .average_decay = std::min(settings_.average_decay, (1 + t) / (10 + t)),
                   .pass = plan_.parameter_pass()});
}

NamedBuffers GradientStep::state() {
  NamedBuffers buffers{{"parameters", parameters_.values()}};
  if (average_.size() > 0) buffers.emplace_back("average", average_.values());
  for (auto& [name, values] : optimizer_.state()) buffers.emplace_back(name, values);
  return buffers;
}

void GradientStep::begin_anew() {
  for (const auto& [name, values] : state()) std::ranges::fill(values, 0.0f);
  layout_.initialize(parameters_.values(), static_cast<std::uint64_t>(settings_.seed), threads_);
  if (average_.size() > 0) std::ranges::copy(parameters_.values(), average_.values().begin());
  state_changed();
}

}  // namespace elbo
