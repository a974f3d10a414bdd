// A step of training: the loss and its gradients from one plan, then one flat update of the
// parameters. When to take a step, and with which learning rate, is the caller's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "elbo/device/plan.h"
#include "elbo/graph/parameters.h"
#include "elbo/tensor/arena.h"
#include "elbo/train/checkpoint.h"
#include "elbo/train/optimizer.h"
#include "elbo/train/settings.h"

namespace elbo {

class GradientStep {
 public:
  /// Minimises `loss`, a scalar, over all parameters of its graph, which must outlive this object;
  /// `terms` are computed beside it. The parameters get their first values.
  GradientStep(const Value& loss, const std::vector<Value>& terms, const TrainSettings& settings,
               int threads);

  /// What a step computes: the loss, the terms, and the gradient of each parameter.
  const std::vector<Value>& outputs() const { return outputs_; }
  /// To bind inputs and read the loss and the terms.
  Plan& plan() { return plan_; }
  const Plan& plan() const { return plan_; }
  const ParameterLayout& layout() const { return layout_; }
  const FlatBuffer& parameters() const { return parameters_; }
  std::span<const float> gradients() const { return gradients_.values(); }
  /// The moving average of the parameters where settings.average_decay asks for one, else the
  /// parameters themselves.
  const FlatBuffer& averaged_parameters() const;

  /// Loss, terms and gradients of the batch that is bound; `number` keys its noise.
  void compute(std::int64_t number);
  float loss() const { return plan_.output(0)[0]; }
  /// Euclidean, of the gradients of all parameters, not yet clipped.
  double gradient_norm();
  /// Moves the parameters, clipped to settings.clip_norm, after gradient_norm(). `number`, from 0,
  /// corrects the optimizer's bias and lets the average follow quickly at first.
  void update(std::int64_t number, double learning_rate);

  /// Everything that a step changes, by name. Who writes to it calls state_changed().
  NamedBuffers state();
  void state_changed() { plan_.parameters_changed(); }
  /// As it was before the first step.
  void begin_anew();

 private:
  TrainSettings settings_;
  int threads_;
  ParameterLayout layout_;
  FlatBuffer parameters_, gradients_, average_;
  Optimizer optimizer_;
  std::vector<Value> outputs_;
  Plan plan_;
  double norm_ = 0;
};

}  // namespace elbo
