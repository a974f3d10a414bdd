#include "elbo/evaluate/aggregate_posterior.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "elbo/base/check.h"
#include "elbo/base/philox.h"
#include "elbo/base/threads.h"
#include "elbo/graph/ops.h"

namespace elbo {
namespace {

constexpr std::uint32_t kSubsetStream = 0x61676700;

Dataset random_part(const Dataset& data, std::int64_t limit, std::uint64_t seed) {
  if (data.count() <= limit) return data;
  auto order = random_permutation(static_cast<std::int32_t>(data.count()),
                                  RandomSequence(seed, kSubsetStream));
  order.resize(static_cast<std::size_t>(limit));
  return data.subset(order);
}

}  // namespace

double mutual_information(const Array& means, const Array& log_variances, std::uint64_t seed,
                          int threads) {
  ELBO_ASSERT(means.extents() == log_variances.extents() && means.extent(0) > 0);
  const std::int64_t count = means.extent(0);
  const auto latent = static_cast<std::size_t>(means.extent(1));
  const Array noise = standard_normal(count, means.extent(1), seed);
  // log q(z | x_j) but for (2 pi)^(-L/2), which cancels: -(z - mean)^2 precision / 2 - offset.
  std::vector<double> precisions, offsets;
  for (std::int64_t j = 0; j < count; ++j) {
    double offset = 0;
    for (const float log_variance : log_variances.row<float>(j)) {
      precisions.push_back(std::exp(-static_cast<double>(log_variance)));
      offset += 0.5 * static_cast<double>(log_variance);
    }
    offsets.push_back(offset);
  }
  std::vector<double> information(static_cast<std::size_t>(count), 0.0);
  parallel_for(threads, count, 8, [&](std::int64_t first, std::int64_t last) {
    std::vector<double> z(latent), log_densities(static_cast<std::size_t>(count));
    for (std::int64_t i = first; i < last; ++i) {
      for (std::size_t l = 0; l < latent; ++l) {
        z[l] = means.row<float>(i)[l] +
               std::exp(0.5 * static_cast<double>(log_variances.row<float>(i)[l])) *
                   static_cast<double>(noise.row<float>(i)[l]);
      }
      for (std::int64_t j = 0; j < count; ++j) {
        const auto mean = means.row<float>(j);
        const double* precision = precisions.data() + static_cast<std::size_t>(j) * latent;
        double squares = 0;
        for (std::size_t l = 0; l < latent; ++l) {
          const double distance = z[l] - mean[l];
          squares += distance * distance * precision[l];
        }
        log_densities[static_cast<std::size_t>(j)] =
            -0.5 * squares - offsets[static_cast<std::size_t>(j)];
      }
      const double largest = *std::max_element(log_densities.begin(), log_densities.end());
      double total = 0;
      for (const double log_density : log_densities) total += std::exp(log_density - largest);
      const double log_mixture = largest + std::log(total / static_cast<double>(count));
      information[static_cast<std::size_t>(i)] =
          log_densities[static_cast<std::size_t>(i)] - log_mixture;
    }
  });
  return std::accumulate(information.begin(), information.end(), 0.0) / static_cast<double>(count);
}

std::optional<AggregateReport> evaluate_aggregate_posterior(const FittedVae& vae,
                                                            const Dataset& data, std::uint64_t seed,
                                                            std::int64_t limit) {
  vae.check(data);
  if (vae.model().settings().posterior != "normal") return std::nullopt;
  const Dataset part = random_part(data, limit, seed);
  PassOptions options = vae.pass();
  options.seed = seed;
  const auto arrays =
      run_pass(part, vae.parameters(), options, [&](Graph&, const BatchNodes& nodes) {
        const ModelBatch batch = nodes.model_batch(vae.data_settings(), false);
        const Posterior q = vae.model().posterior(batch.input, batch.condition);
        return std::vector<Value>{q.mean, q.log_variance, elbo_terms(vae.model(), batch).kl};
      });
  const auto kl = arrays[2].values<float>();
  const double mean_kl =
      std::accumulate(kl.begin(), kl.end(), 0.0) / static_cast<double>(part.count());
  AggregateReport report{.count = part.count()};
  // Both parts of the KL are at least 0, which an estimate from few examples need not be.
  report.mutual_information_nats = std::clamp(
      mutual_information(arrays[0], arrays[1], seed, vae.threads()), 0.0, std::max(0.0, mean_kl));
  report.aggregate_kl_nats = mean_kl - report.mutual_information_nats;
  return report;
}

}  // namespace elbo
