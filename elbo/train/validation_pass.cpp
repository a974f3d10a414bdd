#include "elbo/train/validation_pass.h"

#include <algorithm>

#include "elbo/train/term_sums.h"

namespace elbo {
namespace {

constexpr std::int64_t kLargestBatch = 512;
/// Apart from the numbers of training's steps.
constexpr std::uint32_t kStep = 0x80000000;

}  // namespace

ValidationPass::ValidationPass(const TrainingProblem& problem, const float* parameters,
                               std::uint64_t seed, int threads)
    : problem_(problem),
      seed_(seed),
      batch_size_(std::min<std::int64_t>(
          kLargestBatch, static_cast<std::int64_t>(problem.split.validation.size()))),
      binding_(problem.data, batch_size_),
      plan_(problem.graph, outputs_of(values_of(problem.validation_terms)), parameters,
            {.batch_size = batch_size_, .threads = threads}) {
  binding_.bind(plan_);
}

TermMeans ValidationPass::run() {
  TermSums sums(problem_.validation_terms);
  const std::vector<std::int32_t>& rows = problem_.split.validation;
  const auto batch = static_cast<std::size_t>(batch_size_);
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    const std::size_t count = std::min(batch, rows.size() - first);
    for (std::size_t n = 0; n < batch; ++n) {
      binding_.indices()[n] = rows[first + std::min(n, count - 1)];
    }
    plan_.run({.seed = seed_, .step = kStep, .first_example = static_cast<std::uint32_t>(first)});
    sums.add(plan_, 0, static_cast<std::int64_t>(count));
  }
  return sums.means();
}

}  // namespace elbo
