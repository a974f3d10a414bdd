#include "elbo/data/lattice.h"

#include <numeric>

#include "elbo/base/error.h"

namespace elbo {

void check_lattice_options(const char* model, const LatticeOptions& options) {
  if (options.size < 2 || options.size > 1024) {
    throw UsageError("{}: expected size to be from 2 to 1024 sites, found {}", model, options.size);
  }
  constexpr std::int64_t kMaxSites = std::int64_t{1} << 34;
  const std::int64_t sites = std::int64_t{options.size} * options.size;
  if (options.count < 1 || options.count > INT32_MAX || options.count > kMaxSites / sites) {
    throw UsageError("{}: expected count to be from 1 to {} at size {}, found {}", model,
                     std::min<std::int64_t>(kMaxSites / sites, INT32_MAX), options.size,
                     options.count);
  }
  if (options.sweeps < 1 || options.sweeps > 1000000) {
    throw UsageError("{}: expected sweeps to be from 1 to 1000000, found {}", model,
                     options.sweeps);
  }
  const bool usable = options.low_temperature > 0 &&
                      options.low_temperature <= options.high_temperature &&
                      std::isfinite(options.high_temperature);
  if (!usable) {
    throw UsageError("{}: expected temperatures above 0, the lower first, found {} to {}", model,
                     options.low_temperature, options.high_temperature);
  }
}

LatticeSample lattice_sample(const LatticeOptions& options, std::uint32_t model_stream,
                             std::int64_t index) {
  RandomSequence random(options.seed, model_stream + (options.test ? 1 : 0),
                        static_cast<std::uint32_t>(index));
  const double temperature = random.next_uniform(options.low_temperature, options.high_temperature);
  return {random, temperature};
}

Clusters::Clusters(int size)
    : size_(size),
      parents_(static_cast<std::size_t>(size) * static_cast<std::size_t>(size)),
      coins_(parents_.size()) {}

void Clusters::reset() {
  std::iota(parents_.begin(), parents_.end(), 0);
}

}  // namespace elbo
