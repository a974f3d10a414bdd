// What the lattice models (ising.h, xy.h) share: a periodic square lattice, cluster updates in the
// manner of Swendsen and Wang, and the settings of a sample.
//
// Swendsen & Wang 1987: between neighbours that agree, a bond is laid with a probability that
// depends on their coupling; each cluster of bonded sites is then turned over or not by the toss of
// a coin. It leaves the Boltzmann distribution as it is and, unlike single-site updates, stays
// quick near the critical temperature.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "elbo/base/philox.h"
#include "elbo/data/dataset.h"

namespace elbo {

struct LatticeOptions {
  std::int64_t count = 5000;
  /// Sites along each side.
  int size = 28;
  /// In units of the coupling over Boltzmann's constant. Each example has its own, uniform in
  /// between; equal numbers make it fixed.
  double low_temperature = 1.0;
  double high_temperature = 4.0;
  /// Cluster updates of every site before an example is taken; enough for both models
  /// (kIsingSweeps, kXySweeps). Examples are independent of each other.
  int sweeps = 80;
  std::uint64_t seed = 1;
  /// The test split's samples come from other random numbers than the training split's.
  bool test = false;
  int threads = 1;
};

/// Throws UsageError, naming `model`, for settings that are out of range.
void check_lattice_options(const char* model, const LatticeOptions& options);

/// The random numbers and the temperature of one example.
struct LatticeSample {
  RandomSequence random;
  double temperature;
};
LatticeSample lattice_sample(const LatticeOptions& options, std::uint32_t model_stream,
                             std::int64_t index);

/// Clusters on a periodic square lattice of size by size sites, numbered row by row.
class Clusters {
 public:
  explicit Clusters(int size);

  /// One update: bond_probability(site, neighbour) for every pair of neighbours, then flip(site)
  /// for every site of the clusters whose coin says so.
  template <typename BondProbability, typename Flip>
  void update(RandomSequence& random, const BondProbability& bond_probability, const Flip& flip) {
    reset();
    for (std::int32_t site = 0; site < sites(); ++site) {
      for (const std::int32_t neighbour : {right_of(site), below(site)}) {
        const float probability = bond_probability(site, neighbour);
        // No random number is spent where there can't be a bond.
        if (probability > 0 && uniform_from_bits(random.next_bits()) < probability) {
          join(site, neighbour);
        }
      }
    }
    std::fill(coins_.begin(), coins_.end(), kNotTossed);
    for (std::int32_t site = 0; site < sites(); ++site) {
      auto& coin = coins_[static_cast<std::size_t>(find(site))];
      if (coin == kNotTossed) coin = static_cast<std::int8_t>(random.next_bits() >> 31);
      if (coin == 1) flip(site);
    }
  }

  std::int32_t sites() const { return size_ * size_; }
  std::int32_t right_of(std::int32_t site) const {
    return site % size_ == size_ - 1 ? site - size_ + 1 : site + 1;
  }
  std::int32_t below(std::int32_t site) const {
    return site + size_ < sites() ? site + size_ : site + size_ - sites();
  }

 private:
  static constexpr std::int8_t kNotTossed = -1;
  void reset();
  /// The representative of the site's cluster; halves the path on its way.
  std::int32_t find(std::int32_t site) {
    while (parents_[static_cast<std::size_t>(site)] != site) {
      std::int32_t& parent = parents_[static_cast<std::size_t>(site)];
      parent = parents_[static_cast<std::size_t>(parent)];
      site = parent;
    }
    return site;
  }
  void join(std::int32_t a, std::int32_t b) {
    a = find(a);
    b = find(b);
    parents_[static_cast<std::size_t>(a > b ? a : b)] = a > b ? b : a;
  }

  std::int32_t size_;
  std::vector<std::int32_t> parents_;
  std::vector<std::int8_t> coins_;
};

}  // namespace elbo
