#include "elbo/evaluate/bound.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "elbo/base/check.h"
#include "elbo/graph/ops.h"
#include "elbo/objectives/importance_samples.h"

namespace elbo {
namespace {

std::int64_t count_active_units(const Array& means) {
  constexpr double kThreshold = 0.01;
  std::int64_t active = 0;
  const std::int64_t count = means.extent(0), latent = means.extent(1);
  for (std::int64_t unit = 0; unit < latent; ++unit) {
    double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const double mean = means.values<float>()[static_cast<std::size_t>(i * latent + unit)];
      sum += mean;
      squares += mean * mean;
    }
    const double average = sum / static_cast<double>(count);
    if (squares / static_cast<double>(count) - average * average > kThreshold) ++active;
  }
  return active;
}

/// log(sum(exp)) that is fed chunk by chunk.
struct LogSum {
  double largest = -INFINITY;
  double scaled_sum = 0;
  void add(double x) {
    if (x == -INFINITY) return;
    if (x > largest) {
      scaled_sum = scaled_sum * std::exp(largest - x) + 1;
      largest = x;
    } else {
      scaled_sum += std::exp(x - largest);
    }
  }
  double value() const { return largest + std::log(scaled_sum); }
};

}  // namespace

double bits_per_dim(double nats, std::int64_t dimensions) {
  return nats / (static_cast<double>(dimensions) * std::log(2.0));
}

double psnr_from_mse(double mse) {
  return 10 * std::log10(1 / std::max(mse, 1e-12));
}

Array unit_examples(const Dataset& data) {
  Array examples = data.examples.to_f32();
  if (data.examples.dtype() == DType::u8) {
    for (float& pixel : examples.values<float>()) pixel *= 1.0f / 255;
  }
  return examples;
}

double mean_of(const Array& values) {
  double total = 0;
  for (const float value : values.values<float>()) total += value;
  return total / static_cast<double>(values.size());
}

Value squared_error_of_rows(Value a, Value b) {
  return sum(square(a - b), {-1}) * (1.0 / static_cast<double>(a.shape()[1].size));
}

std::vector<double> squared_error_per_example(const Array& a, const Array& b) {
  ELBO_ASSERT(a.extents() == b.extents());
  std::vector<double> errors;
  for (std::int64_t i = 0; i < a.extent(0); ++i) {
    const auto x = a.row<float>(i), y = b.row<float>(i);
    double total = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double difference = static_cast<double>(x[j]) - static_cast<double>(y[j]);
      total += difference * difference;
    }
    errors.push_back(total / static_cast<double>(x.size()));
  }
  return errors;
}

double mean_squared_error(const Array& a, const Array& b) {
  double total = 0;
  for (const double error : squared_error_per_example(a, b)) total += error;
  return total / static_cast<double>(a.extent(0));
}

BoundReport evaluate_bound(const FittedVae& vae, const Dataset& data, std::uint64_t seed) {
  vae.check(data);
  PassOptions options = vae.pass();
  options.seed = seed;
  const auto arrays =
      run_pass(data, vae.parameters(), options, [&](Graph&, const BatchNodes& nodes) {
        const ModelBatch batch = nodes.model_batch(vae.data_settings(), false);
        const ElboTerms terms = elbo_terms(vae.model(), batch);
        const Value code = vae.model().code(vae.model().posterior(batch.input, batch.condition));
        const Value mean = vae.model().likelihood(code, batch.condition)->mean();
        return std::vector<Value>{terms.elbo, terms.log_likelihood, terms.kl,
                                  squared_error_of_rows(mean, batch.target), code};
      });
  const double mse = mean_of(arrays[3]);
  std::optional<double> psnr;
  if (vae.model().data().unit_interval) psnr = psnr_from_mse(mse);
  return {.count = data.count(),
          .elbo_nats = mean_of(arrays[0]),
          .log_likelihood_nats = mean_of(arrays[1]),
          .kl_nats = mean_of(arrays[2]),
          .mse = mse,
          .psnr_db = psnr,
          .active_units = count_active_units(arrays[4])};
}

std::vector<double> importance_weighted_nll(const FittedVae& vae, const Dataset& data,
                                            std::int64_t samples, std::uint64_t seed,
                                            bool same_noise) {
  vae.check(data);
  // Each chunk draws codes anew, but all must explain the same pixels: those are drawn first.
  DataSettings settings = vae.data_settings();
  const bool is_dynamic = settings.binarisation == "dynamic";
  const Dataset bits = is_dynamic ? binarised(data, seed, same_noise) : Dataset();
  const Dataset& examples = is_dynamic ? bits : data;
  settings.binarisation = "none";
  constexpr std::int64_t kChunk = 50;
  std::vector<LogSum> sums(static_cast<std::size_t>(data.count()));
  std::uint32_t chunk_number = 0;
  for (std::int64_t done = 0; done < samples;) {
    const std::int64_t chunk = std::min(kChunk, samples - done);
    PassOptions options = vae.pass();
    options.batch_size = 20;
    options.seed = seed;
    options.step = ++chunk_number;
    options.same_noise = same_noise;
    const Array weights =
        run_pass(examples, vae.parameters(), options, [&](Graph&, const BatchNodes& nodes) {
          const ModelBatch batch = nodes.model_batch(settings, false);
          return std::vector<Value>{importance_samples(vae.model(), batch, chunk).log_weights()};
        })[0];
    for (std::int64_t i = 0; i < data.count(); ++i) {
      for (const float weight : weights.row<float>(i))
        sums[static_cast<std::size_t>(i)].add(weight);
    }
    done += chunk;
  }
  std::vector<double> nll;
  for (const LogSum& sum : sums) {
    nll.push_back(std::log(static_cast<double>(samples)) - sum.value());
  }
  return nll;
}

LikelihoodReport evaluate_likelihood(const FittedVae& vae, const Dataset& data,
                                     std::int64_t samples, std::uint64_t seed) {
  const std::vector<double> nll = importance_weighted_nll(vae, data, samples, seed);
  const auto count = static_cast<double>(nll.size());
  const double mean = std::accumulate(nll.begin(), nll.end(), 0.0) / count;
  LikelihoodReport report{.count = data.count(),
                          .importance_samples = samples,
                          .nll_nats = mean,
                          .nll_standard_error_nats = {}};
  if (count > 1) {
    double squares = 0;
    for (const double x : nll) squares += (x - mean) * (x - mean);
    report.nll_standard_error_nats = std::sqrt(squares / (count - 1) / count);
  }
  return report;
}

}  // namespace elbo
