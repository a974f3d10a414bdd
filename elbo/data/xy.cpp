#include "elbo/data/xy.h"

#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"
#include "elbo/base/threads.h"

namespace elbo {
namespace {

constexpr std::uint32_t kXyStream = 0x58590000;

struct Spin {
  float x, y;
};

Spin random_direction(RandomSequence& random) {
  const auto angle = static_cast<float>(random.next_uniform(0, 6.283185307179586));
  return {std::cos(angle), std::sin(angle)};
}

/// Wolff 1989: against a random axis r the spins are Ising spins with couplings
/// (r.s_a)(r.s_b), so that clusters of them can be mirrored.
class XySampler {
 public:
  explicit XySampler(int size)
      : clusters_(size),
        spins_(static_cast<std::size_t>(clusters_.sites())),
        shares_(spins_.size()) {}

  const std::vector<Spin>& sample(LatticeSample& example, int sweeps) {
    for (Spin& spin : spins_) spin = random_direction(example.random);
    const auto doubled_coupling = static_cast<float>(2 / example.temperature);
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      const Spin axis = random_direction(example.random);
      for (std::size_t i = 0; i < spins_.size(); ++i) {
        shares_[i] = axis.x * spins_[i].x + axis.y * spins_[i].y;
      }
      clusters_.update(
          example.random,
          [&](std::int32_t a, std::int32_t b) {
            const float product =
                shares_[static_cast<std::size_t>(a)] * shares_[static_cast<std::size_t>(b)];
            return product > 0 ? -std::expm1(-doubled_coupling * product) : 0.0f;
          },
          [&](std::int32_t site) {
            Spin& spin = spins_[static_cast<std::size_t>(site)];
            const float share = 2 * shares_[static_cast<std::size_t>(site)];
            spin = {spin.x - share * axis.x, spin.y - share * axis.y};
          });
    }
    return spins_;
  }

 private:
  Clusters clusters_;
  std::vector<Spin> spins_;
  /// r.s of each site.
  std::vector<float> shares_;
};

std::uint8_t to_byte(float component) {
  return static_cast<std::uint8_t>(std::min(std::max(127.5f + 127.5f * component, 0.0f), 255.0f) +
                                   0.5f);
}

}  // namespace

Dataset make_xy(const LatticeOptions& options) {
  check_lattice_options("xy", options);
  Dataset data;
  data.spec = options.test ? "xy:test" : "xy:train";
  data.example = {options.size, options.size, 2};
  data.examples = Array(DType::u8, {options.count, data.example.size()});
  data.targets = Array(DType::f32, {options.count});
  const auto targets = data.targets->values<float>();
  parallel_for(options.threads, options.count, 8, [&](std::int64_t begin, std::int64_t end) {
    XySampler sampler(options.size);
    for (std::int64_t i = begin; i < end && !interrupted(); ++i) {
      LatticeSample example = lattice_sample(options, kXyStream, i);
      const std::vector<Spin>& spins = sampler.sample(example, options.sweeps);
      const auto row = data.examples.row<std::uint8_t>(i);
      for (std::size_t site = 0; site < spins.size(); ++site) {
        row[2 * site] = to_byte(spins[site].x);
        row[2 * site + 1] = to_byte(spins[site].y);
      }
      targets[static_cast<std::size_t>(i)] = static_cast<float>(example.temperature);
    }
  });
  if (interrupted()) throw Interrupted("interrupted while drawing {}", data.spec);
  return data;
}

}  // namespace elbo
