#include "elbo/evaluate/forward_pass.h"

#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"

namespace elbo {

ForwardPass::ForwardPass(const Dataset& data, const ParameterMap& parameters,
                         const PassOptions& options, const PassBuilder& build)
    : options_(options),
      count_(data.count()),
      values_(build(graph_, BatchNodes(graph_, data))),
      parameters_(flat_parameters(graph_, parameters)),
      binding_(data, options.batch_size) {
  plan_.emplace(graph_, outputs_of(values_), parameters_.data(),
                PlanOptions{.batch_size = options.batch_size,
                            .threads = options.threads,
                            .precision = options.precision,
                            .parameter_changes = ParameterChanges::never});
  binding_.bind(*plan_);
}

std::int64_t ForwardPass::run(std::int64_t first) {
  std::int64_t row = first;
  for (std::int32_t& index : binding_.indices()) {
    index = static_cast<std::int32_t>(std::min(row++, count_ - 1));
  }
  plan_->run({.seed = options_.seed,
              .step = options_.step,
              .first_example = static_cast<std::uint32_t>(first),
              .same_noise = options_.same_noise});
  return std::min(options_.batch_size, count_ - first);
}

std::vector<Array> run_pass(const Dataset& data, const ParameterMap& parameters,
                            const PassOptions& options, const PassBuilder& build) {
  const std::int64_t count = data.count();
  PassOptions fitting = options;
  fitting.batch_size = std::clamp<std::int64_t>(count, 1, options.batch_size);
  ForwardPass pass(data, parameters, fitting, build);
  std::vector<Array> results;
  for (const Value& value : pass.values()) {
    ELBO_ASSERT(value.shape().rank() > 0 && value.shape()[0] == kBatch);
    results.emplace_back(DType::f32, value.shape().resolve(count));
  }
  for (std::int64_t first = 0; first < count; first += pass.batch_size()) {
    if (interrupted()) throw Interrupted("interrupted");
    const std::int64_t rows = pass.run(first);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const std::int64_t length = results[i].row_size();
      std::copy_n(pass.output(i).begin(), rows * length,
                  results[i].values<float>().begin() + first * length);
    }
  }
  return results;
}

}  // namespace elbo
