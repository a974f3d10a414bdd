#include <gtest/gtest.h>

#include <cmath>

#include "elbo/base/error.h"
#include "elbo/data/ising.h"
#include "elbo/data/xy.h"

namespace elbo {
namespace {

LatticeOptions at(double low, double high, int size, std::int64_t count) {
  LatticeOptions options;
  options.low_temperature = low;
  options.high_temperature = high;
  options.size = size;
  options.count = count;
  options.seed = 5;
  options.sweeps = 40;
  return options;
}

/// Mean over examples and sites of -sum of product(site, right) and product(site, below).
template <typename Product>
double energy_per_site(const Dataset& data, const Product& product) {
  const Clusters lattice(static_cast<int>(data.example.width));
  double energy = 0;
  for (std::int64_t i = 0; i < data.count(); ++i) {
    const auto row = data.examples.row<std::uint8_t>(i);
    for (std::int32_t site = 0; site < lattice.sites(); ++site) {
      energy -=
          product(row, site, lattice.right_of(site)) + product(row, site, lattice.below(site));
    }
  }
  return energy / static_cast<double>(data.count() * lattice.sites());
}

double ising_product(std::span<const std::uint8_t> row, std::int32_t a, std::int32_t b) {
  return row[static_cast<std::size_t>(a)] == row[static_cast<std::size_t>(b)] ? 1 : -1;
}

double xy_product(std::span<const std::uint8_t> row, std::int32_t a, std::int32_t b) {
  const auto component = [&](std::int32_t site, int c) {
    return (row[static_cast<std::size_t>(2 * site + c)] - 127.5) / 127.5;
  };
  return component(a, 0) * component(b, 0) + component(a, 1) * component(b, 1);
}

/// Onsager 1944: energy per site of the infinite lattice, K the complete elliptic integral.
double onsager_energy(double temperature) {
  const double k = 2 / temperature;
  const double modulus = 2 * std::sinh(k) / (std::cosh(k) * std::cosh(k));
  const double tanh = std::tanh(k);
  return -1 / tanh *
         (1 + 2 / 3.14159265358979 * (2 * tanh * tanh - 1) * std::comp_ellint_1(modulus));
}

TEST(Ising, EnergyAgreesWithOnsager) {
  // Away from T = 2.269 a lattice of 32 is infinite for this purpose; the deviation of the mean is
  // sqrt(heat capacity) T / (32 sqrt(300)), below 0.006.
  for (const double temperature : {1.8, 3.0}) {
    const Dataset data = make_ising(at(temperature, temperature, 32, 300));
    EXPECT_NEAR(energy_per_site(data, ising_product), onsager_energy(temperature), 0.02)
        << temperature;
  }
}

TEST(Ising, TargetsAreTheTemperatures) {
  const Dataset data = make_ising(at(1.0, 4.0, 16, 200));
  EXPECT_EQ(data.example, (ExampleShape{16, 16, 1}));
  const auto targets = data.targets->values<float>();
  double cold = 0, hot = 0;
  int cold_count = 0, hot_count = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    ASSERT_TRUE(targets[i] >= 1.0f && targets[i] <= 4.0f);
    double up = 0;
    for (const std::uint8_t spin : data.examples.row<std::uint8_t>(static_cast<std::int64_t>(i))) {
      ASSERT_TRUE(spin == 0 || spin == 255);
      up += spin == 255;
    }
    const double magnetisation = std::abs(2 * up / 256 - 1);
    (targets[i] < 2 ? cold : hot) += targets[i] < 2 || targets[i] > 3 ? magnetisation : 0;
    cold_count += targets[i] < 2;
    hot_count += targets[i] > 3;
  }
  // Ordered below the transition (0.91 or more at T < 2), disordered above.
  EXPECT_GT(cold / cold_count, 0.9);
  EXPECT_LT(hot / hot_count, 0.3);
}

TEST(Ising, BothSignsAreAsLikely) {
  const Dataset data = make_ising(at(1.5, 1.5, 8, 400));
  int up = 0;
  for (std::int64_t i = 0; i < data.count(); ++i) {
    up += data.examples.row<std::uint8_t>(i)[0] == 255;
  }
  EXPECT_NEAR(up, 200, 50);  // five deviations of 10
}

TEST(Xy, EnergyAgreesWithItsLimits) {
  // Cold: spin waves, each site's one angle carrying T / 2 of energy; the next term is T^2 / 16.
  LatticeOptions slow = at(0.1, 0.1, 16, 200);
  slow.sweeps = kXySweeps;
  const Dataset cold = make_xy(slow);
  EXPECT_NEAR(energy_per_site(cold, xy_product), -2 + 0.1 / 2, 0.01);
  // Hot: the leading term of the expansion, -2 I1(1/T) / I0(1/T); the next is 0.002 here.
  const Dataset hot = make_xy(at(5, 5, 16, 400));
  const double leading = -2 * std::cyl_bessel_i(1.0, 0.2) / std::cyl_bessel_i(0.0, 0.2);
  EXPECT_NEAR(energy_per_site(hot, xy_product), leading, 0.02);
}

TEST(Xy, ChannelsAreUnitVectors) {
  const Dataset data = make_xy(at(0.2, 2.0, 8, 50));
  EXPECT_EQ(data.example, (ExampleShape{8, 8, 2}));
  const auto bytes = data.examples.bytes();
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const double x = (bytes[i] - 127.5) / 127.5, y = (bytes[i + 1] - 127.5) / 127.5;
    EXPECT_NEAR(std::hypot(x, y), 1, 0.006);  // rounding to 1/127.5 on both axes
  }
}

TEST(Lattice, IsTheSameWhateverTheThreadsAndTheCount) {
  for (const auto make : {make_ising, make_xy}) {
    LatticeOptions options = at(1, 3, 8, 40);
    const Dataset one = make(options);
    options.threads = 2;
    options.count = 50;
    const Dataset more = make(options);
    const auto a = one.examples.bytes();
    EXPECT_TRUE(std::equal(a.begin(), a.end(), more.examples.bytes().begin()));
    options.test = true;
    const Dataset test = make(options);
    EXPECT_FALSE(std::equal(a.begin(), a.end(), test.examples.bytes().begin()));
  }
}

TEST(Lattice, NeighboursWrapAround) {
  const Clusters lattice(4);
  EXPECT_EQ(lattice.right_of(0), 1);
  EXPECT_EQ(lattice.right_of(7), 4);
  EXPECT_EQ(lattice.below(13), 1);
  EXPECT_EQ(lattice.below(2), 6);
}

TEST(Lattice, RefusesAbsurdSettings) {
  EXPECT_THROW(make_ising(at(0, 1, 8, 1)), UsageError);
  EXPECT_THROW(make_ising(at(2, 1, 8, 1)), UsageError);
  EXPECT_THROW(make_ising(at(1, INFINITY, 8, 1)), UsageError);
  EXPECT_THROW(make_xy(at(1, 2, 1, 1)), UsageError);
  EXPECT_THROW(make_xy(at(1, 2, 1024, 1 << 30)), UsageError);
  LatticeOptions options = at(1, 2, 8, 1);
  options.sweeps = 0;
  EXPECT_THROW(make_xy(options), UsageError);
}

}  // namespace
}  // namespace elbo
