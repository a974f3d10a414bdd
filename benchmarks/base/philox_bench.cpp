#include "elbo/base/philox.h"

#include <benchmark/benchmark.h>

namespace elbo {
namespace {

void PhiloxBlock(benchmark::State& state) {
  std::uint32_t counter = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(philox4x32({counter++, 0, 0, 0}, 1));
  }
  state.SetBytesProcessed(state.iterations() * 16);
}
BENCHMARK(PhiloxBlock);

void RandomPermutation(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        random_permutation(static_cast<std::int32_t>(state.range(0)), RandomSequence(1)));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(RandomPermutation)->Arg(60000);

}  // namespace
}  // namespace elbo
