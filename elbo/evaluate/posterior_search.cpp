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

/// The noise of evaluations and of trials; steps of the search are numbered from 0.
constexpr std::uint32_t kEvaluationStep = 0x65766100;
constexpr std::uint32_t kTrialStep = 0x74727900;
constexpr float kTrialLogVariance = -14;

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

/// Posteriors of a batch, which the plans read while the search changes them.
struct BatchPosteriors {
  BatchPosteriors(const Posteriors& all, std::int64_t batch_size)
      : half(whole_vectors(static_cast<std::size_t>(batch_size * all.means.extent(1)))),
        variables(2 * half) {
    if (all.contexts) {
      contexts.resize(static_cast<std::size_t>(batch_size * all.contexts->extent(1)));
    }
  }

  float* means() { return variables.data(); }
  float* log_variances() { return variables.data() + half; }

  /// Where log variances begin: half of the buffer.
  std::size_t half;
  FlatBuffer variables;
  std::vector<float> contexts;
};

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
    code = vae.model().code(posterior);
    elbo =
        elbo_terms(vae.model(), importance_samples(vae.model(), nodes.model_batch(settings, false),
                                                   posterior, samples))
            .elbo;
  }

  Graph graph;
  BatchNodes nodes;
  Posterior posterior;
  /// (N, L).
  Value code;
  /// (N).
  Value elbo;
};

class Search {
 public:
  Search(const FittedVae& vae, const Dataset& data, const DataSettings& settings,
         const PosteriorSearchOptions& options)
      : options_(options),
        vae_(vae),
        count_(data.count()),
        batch_size_(std::clamp<std::int64_t>(count_, 1, options.batch_size)),
        encoder_(encoded(vae, data, settings)),
        starts_(options.starts > 0 ? vae.sample_codes(options.starts, options.seed)
                                   : Array(DType::f32, {0, vae.model().latent()})),
        batch_(encoder_, batch_size_),
        gradient_(2 * batch_.half),
        moment1_(2 * batch_.half),
        moment2_(2 * batch_.half),
        binding_(data, batch_size_),
        search_(vae, data, settings, encoder_, options.search_samples),
        evaluation_(vae, data, settings, encoder_, options.evaluation_samples),
        trial_(vae, data, settings, encoder_, 1) {
    // Minimised: examples don't share anything, so the sum is each example's own problem.
    const Posterior& searched = search_.posterior;
    const std::vector<Value> gradients =
        elbo::gradients(-sum(search_.elbo), {searched.mean, searched.log_variance});
    plan(step_, search_.graph,
         {{gradients[0], gradient_.data()}, {gradients[1], gradient_.data() + batch_.half}});
    plan(evaluate_, evaluation_.graph, {evaluation_.elbo, evaluation_.code});
    if (options.starts > 0) plan(try_, trial_.graph, {trial_.elbo});
  }

  PosteriorSearch run() {
    PosteriorSearch result;
    result.best_codes = Array(DType::f32, encoder_.means.extents());
    for (std::int64_t first = 0; first < count_; first += batch_size_) {
      load(first);
      evaluate(first, result.encoder_elbo);
      choose_starts(first);
      optimise(first);
      evaluate(first, result.best_elbo);
      const auto codes = evaluate_.plan->output(1).first(
          static_cast<std::size_t>(rows_in(first) * result.best_codes.row_size()));
      std::copy(codes.begin(), codes.end(), result.best_codes.row<float>(first).begin());
    }
    return result;
  }

 private:
  struct Planned {
    FlatBuffer parameters;
    std::optional<Plan> plan;
  };

  void plan(Planned& planned, const Graph& graph, const std::vector<PlanOutput>& outputs) {
    planned.parameters = flat_parameters(graph, vae_.parameters());
    planned.plan.emplace(graph, outputs, planned.parameters.data(),
                         PlanOptions{.batch_size = batch_size_,
                                     .threads = vae_.threads(),
                                     .parameter_changes = ParameterChanges::never});
    binding_.bind(*planned.plan);
    planned.plan->bind_input("mean", batch_.means());
    planned.plan->bind_input("log_variance", batch_.log_variances());
    if (encoder_.contexts) planned.plan->bind_input("context", batch_.contexts.data());
  }

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
      copy(encoder_.means, batch_.means());
      copy(encoder_.log_variances, batch_.log_variances());
      if (encoder_.contexts) copy(*encoder_.contexts, batch_.contexts.data());
    }
  }

  RunContext context(std::int64_t first, std::uint32_t step) const {
    return {.seed = options_.seed,
            .step = step,
            .first_example = static_cast<std::uint32_t>(first),
            .same_noise = options_.same_noise};
  }

  void evaluate(std::int64_t first, std::vector<double>& elbos) {
    evaluate_.plan->run(context(first, kEvaluationStep));
    const auto values = evaluate_.plan->output(0).first(static_cast<std::size_t>(rows_in(first)));
    elbos.insert(elbos.end(), values.begin(), values.end());
  }

  /// Of the encoder's mean and the draws of the prior the one with the highest p(x, z) becomes the
  /// mean, of each example by itself.
  void choose_starts(std::int64_t first) {
    if (starts_.extent(0) == 0) return;
    const auto size = static_cast<std::size_t>(batch_size_ * starts_.row_size());
    std::vector<float> best(batch_.means(), batch_.means() + size);
    // With hardly any variance, and the same for all, bounds differ as log p(x, z) does.
    const std::vector<float> variances(batch_.log_variances(), batch_.log_variances() + size);
    std::fill_n(batch_.log_variances(), size, kTrialLogVariance);
    std::vector<float> highest(static_cast<std::size_t>(batch_size_));
    for (std::int64_t start = -1; start < starts_.extent(0); ++start) {
      if (interrupted()) throw Interrupted("interrupted");
      for (std::int64_t n = 0; start >= 0 && n < batch_size_; ++n) {
        std::ranges::copy(starts_.row<float>(start), batch_.means() + n * starts_.row_size());
      }
      try_.plan->run(context(first, kTrialStep));
      const auto bounds = try_.plan->output(0);
      for (std::size_t n = 0; n < highest.size(); ++n) {
        if (start >= 0 && !(bounds[n] > highest[n])) continue;
        highest[n] = bounds[n];
        if (start >= 0) {
          const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(n) * starts_.row_size();
          std::ranges::copy(starts_.row<float>(start), best.begin() + at);
        }
      }
    }
    std::ranges::copy(best, batch_.means());
    std::ranges::copy(variances, batch_.log_variances());
  }

  void optimise(std::int64_t first) {
    std::fill_n(moment1_.data(), moment1_.size(), 0.0F);
    std::fill_n(moment2_.data(), moment2_.size(), 0.0F);
    for (std::int64_t step = 0; step < options_.steps; ++step) {
      if (interrupted()) throw Interrupted("interrupted");
      step_.plan->run(context(first, static_cast<std::uint32_t>(step)));
      const double done = static_cast<double>(step) / static_cast<double>(options_.steps);
      const double rate = options_.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * done));
      cpu::adam_step(cpu::adam_at(step, rate), batch_.variables.values(), gradient_.values(),
                     moment1_.values(), moment2_.values(), {}, 1);
    }
  }

  const PosteriorSearchOptions& options_;
  const FittedVae& vae_;
  std::int64_t count_, batch_size_;
  Posteriors encoder_;
  /// (S, L).
  Array starts_;
  BatchPosteriors batch_;
  FlatBuffer gradient_, moment1_, moment2_;
  BatchBinding binding_;
  SearchGraph search_, evaluation_, trial_;
  Planned step_, evaluate_, try_;
};

}  // namespace

PosteriorSearch search_posteriors(const FittedVae& vae, const Dataset& data,
                                  const PosteriorSearchOptions& options) {
  vae.check(data);
  // Every step must explain the same pixels.
  DataSettings settings = vae.data_settings();
  const bool is_dynamic = settings.binarisation == "dynamic";
  const Dataset bits = is_dynamic ? binarised(data, options.seed, options.same_noise) : Dataset();
  settings.binarisation = "none";
  return Search(vae, is_dynamic ? bits : data, settings, options).run();
}

}  // namespace elbo
