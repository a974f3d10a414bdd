#include "elbo/data/ising.h"

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"
#include "elbo/base/threads.h"

namespace elbo {
namespace {

constexpr std::uint32_t kIsingStream = 0x49534E00;

void sample(LatticeSample& example, int sweeps, Clusters& clusters, std::span<std::uint8_t> spins) {
  // From an ordered start the updates reach equilibrium in half the sweeps.
  std::fill(spins.begin(), spins.end(), std::uint8_t{255});
  // 1 - exp(-2 J / T) between equal spins.
  const auto bond = static_cast<float>(-std::expm1(-2 / example.temperature));
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    clusters.update(
        example.random,
        [&](std::int32_t a, std::int32_t b) {
          return spins[static_cast<std::size_t>(a)] == spins[static_cast<std::size_t>(b)] ? bond
                                                                                          : 0.0f;
        },
        [&](std::int32_t site) { spins[static_cast<std::size_t>(site)] ^= 255; });
  }
}

}  // namespace

Dataset make_ising(const LatticeOptions& options) {
  check_lattice_options("ising", options);
  Dataset data;
  data.spec = options.test ? "ising:test" : "ising:train";
  data.example = {options.size, options.size, 1};
  data.examples = Array(DType::u8, {options.count, data.example.size()});
  data.targets = Array(DType::f32, {options.count});
  const auto targets = data.targets->values<float>();
  parallel_for(options.threads, options.count, 8, [&](std::int64_t begin, std::int64_t end) {
    Clusters clusters(options.size);
    for (std::int64_t i = begin; i < end && !interrupted(); ++i) {
      LatticeSample example = lattice_sample(options, kIsingStream, i);
      sample(example, options.sweeps, clusters, data.examples.row<std::uint8_t>(i));
      targets[static_cast<std::size_t>(i)] = static_cast<float>(example.temperature);
    }
  });
  if (interrupted()) throw Interrupted("interrupted while drawing {}", data.spec);
  return data;
}

}  // namespace elbo
