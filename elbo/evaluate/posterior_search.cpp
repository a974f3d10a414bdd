#include "elbo/evaluate/posterior_search.h"

#include <cmath>
#include <numbers>
#include <optional>

#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"
#include "elbo/device/cpu/flat_ops.h"
#include "elbo/graph/gradients.h"
#include "elbo/graph/ops.h"
#include "elbo/objectives/importance_samples.h"

namespace elbo {
namespace {

/// The noise of evaluations; steps of the search are numbered from 0.
constexpr std::uint32_t kEvaluationStep = 0x65766100;

/// What the loops over flat buffers want.
std::size_t whole_vectors(std::size_t count) {
  constexpr std::size_t kVector = 16;
  return (count + kVector - 1) / kVector * kVector;
}

/// Rows of the encoder's posteriors: (M, L), (M, L), and (M, H) with a flow.
struct Posteriors {
  Array means, log_variances;
  std::optional<Array> contexts;
};

Posteriors encoded(const FittedVae& vae, const Dataset& data, const DataSettings& settings) {
  auto arrays = run_pass(data, vae.parameters(), vae.pass(), [&](Graph&, const BatchNodes& nodes) {
    const ModelBatch batch = nodes.model_batch(settings, false);
    const Posterior q = vae.model().posterior(batch.input, batch.condition);
    std::vector<Value> values{q.mean, q.log_variance};
    if (q.context) values.push_back(q.context);
    return values;
  });
  Posteriors posteriors{std::move(arrays[0]), std::move(arrays[1]), std::nullopt};
  if (arrays.size() > 2) posteriors.contexts = std::move(arrays[2]);
  return posteriors;
}

/// A graph in which posteriors are inputs: "mean", "log_variance", and "context" with a flow.
struct SearchGraph {
  SearchGraph(const FittedVae& vae, const Dataset& data, const DataSettings& settings,
              const Posteriors& posteriors, std::int64_t samples)
      : nodes(graph, data) {
    const Shape shape{kBatch, vae.model().latent()};
    posterior.mean = graph.input("mean", shape);
    posterior.log_variance = graph.input("log_variance", shape);
    if (posteriors.contexts) {
      posterior.context = graph.input("context", Shape{kBatch, posteriors.contexts->extent(1)});
    }
    elbo =
        elbo_terms(vae.model(), importance_samples(vae.model(), nodes.model_batch(settings, false),
                                                   posterior, samples))
            .elbo;
  }

  Graph graph;
  BatchNodes nodes;
  Posterior posterior;
  /// (N).
  Value elbo;
};

class Search {
 public:
  Search(const FittedVae& vae, const Dataset& data, const DataSettings& settings,
         const PosteriorSearchOptions& options)
      : options_(options),
        count_(data.count()),
        batch_size_(std::clamp<std::int64_t>(count_, 1, options.batch_size)),
        encoder_(encoded(vae, data, settings)),
        half_(whole_vectors(static_cast<std::size_t>(batch_size_ * vae.model().latent()))),
        variables_(2 * half_),
        gradient_(2 * half_),
        moment1_(2 * half_),
        moment2_(2 * half_),
        binding_(data, batch_size_),
        search_(vae, data, settings, encoder_, options.search_samples),
        evaluation_(vae, data, settings, encoder_, options.evaluation_samples),
        search_parameters_(flat_parameters(search_.graph, vae.parameters())),
        evaluation_parameters_(flat_parameters(evaluation_.graph, vae.parameters())) {
    if (encoder_.contexts) {
      contexts_.resize(static_cast<std::size_t>(batch_size_ * encoder_.contexts->extent(1)));
    }
    // Minimised: examples don't share anything, so the sum is each example's own problem.
    const std::vector<Value> gradients = elbo::gradients(
        -sum(search_.elbo), {search_.posterior.mean, search_.posterior.log_variance});
    const PlanOptions plan{
        .batch_size = batch_size_, .threads = vae.threads(), .parameters_are_fixed = true};
    step_.emplace(search_.graph,
                  std::vector<PlanOutput>{{gradients[0], gradient_.data()},
                                          {gradients[1], gradient_.data() + half_}},
                  search_parameters_.data(), plan);
    evaluate_.emplace(evaluation_.graph, std::vector<PlanOutput>{evaluation_.elbo},
                      evaluation_parameters_.data(), plan);
    for (Plan* each : {&*step_, &*evaluate_}) {
      binding_.bind(*each);
      each->bind_input("mean", variables_.data());
      each->bind_input("log_variance", variables_.data() + half_);
      if (encoder_.contexts) each->bind_input("context", contexts_.data());
    }
  }

  PosteriorSearch run() {
    PosteriorSearch result;
    for (std::int64_t first = 0; first < count_; first += batch_size_) {
      load(first);
      evaluate(first, result.encoder_elbo);
      optimise(first);
      evaluate(first, result.best_elbo);
    }
    return result;
  }

 private:
  std::int64_t rows_in(std::int64_t first) const { return std::min(batch_size_, count_ - first); }

  /// The batch's rows and the encoder's posteriors of them; the last row fills up the last batch.
  void load(std::int64_t first) {
    for (std::int64_t n = 0; n < batch_size_; ++n) {
      const std::int64_t row = first + std::min(n, rows_in(first) - 1);
      binding_.indices()[static_cast<std::size_t>(n)] = static_cast<std::int32_t>(row);
      const auto copy = [n, row](const Array& from, float* to) {
        const auto values = from.row<float>(row);
        std::copy(values.begin(), values.end(), to + n * from.row_size());
      };
      copy(encoder_.means, variables_.data());
      copy(encoder_.log_variances, variables_.data() + half_);
      if (encoder_.contexts) copy(*encoder_.contexts, contexts_.data());
    }
  }

  RunContext context(std::int64_t first, std::uint32_t step) const {
    return {
        .seed = options_.seed, .step = step, .first_example = static_cast<std::uint32_t>(first)};
  }

  void evaluate(std::int64_t first, std::vector<double>& elbos) {
    evaluate_->run(context(first, kEvaluationStep));
    const auto values = evaluate_->output(0).first(static_cast<std::size_t>(rows_in(first)));
    elbos.insert(elbos.end(), values.begin(), values.end());
  }

  void optimise(std::int64_t first) {
    std::fill_n(moment1_.data(), moment1_.size(), 0.0F);
    std::fill_n(moment2_.data(), moment2_.size(), 0.0F);
    for (std::int64_t step = 0; step < options_.steps; ++step) {
      if (interrupted()) throw Interrupted("interrupted");
      step_->run(context(first, static_cast<std::uint32_t>(step)));
      const double done = static_cast<double>(step) / static_cast<double>(options_.steps);
      const double rate = options_.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * done));
      cpu::adam_step(cpu::adam_at(step, rate), variables_.values(), gradient_.values(),
                     moment1_.values(), moment2_.values(), {}, 1);
    }
  }

  const PosteriorSearchOptions& options_;
  std::int64_t count_, batch_size_;
  Posteriors encoder_;
  /// In each of the buffers the means of a batch, then from here on its log variances.
  std::size_t half_;
  FlatBuffer variables_, gradient_, moment1_, moment2_;
  std::vector<float> contexts_;
  BatchBinding binding_;
  SearchGraph search_, evaluation_;
  FlatBuffer search_parameters_, evaluation_parameters_;
  std::optional<Plan> step_, evaluate_;
};

}  // namespace

PosteriorSearch search_posteriors(const FittedVae& vae, const Dataset& data,
                                  const PosteriorSearchOptions& options) {
  vae.check(data);
  // Every step must explain the same pixels.
  DataSettings settings = vae.data_settings();
  const bool is_dynamic = settings.binarisation == "dynamic";
  const Dataset bits = is_dynamic ? binarised(data, options.seed) : Dataset();
  settings.binarisation = "none";
  return Search(vae, is_dynamic ? bits : data, settings, options).run();
}

}  // namespace elbo
