#include "elbo/base/philox.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace elbo {
namespace {

using Words = std::array<std::uint32_t, 4>;

// Known answers for philox4x32 with ten rounds, from kat_vectors of the Random123 library.
TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, 0xffffffffffffffff),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  // The digits of pi; the key's low word comes first.
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, UniformsAreBelowOne) {
  EXPECT_EQ(uniform_from_bits(0), 0.0F);
  EXPECT_LT(uniform_from_bits(0xffffffff), 1.0F);
}

TEST(RandomSequence, DependsOnSeedAndStreamOnly) {
  RandomSequence first(1, 2), again(1, 2), other_stream(1, 3), other_seed(2, 2);
  int same_stream = 0, same_seed = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t bits = first.next_bits();
    ASSERT_EQ(bits, again.next_bits());
    same_stream += bits == other_stream.next_bits() ? 1 : 0;
    same_seed += bits == other_seed.next_bits() ? 1 : 0;
  }
  // One word in four thousand million agrees by chance.
  EXPECT_EQ(same_stream, 0);
  EXPECT_EQ(same_seed, 0);
}

TEST(RandomSequence, HasTheMomentsOfItsDistributions) {
  constexpr int kCount = 100000;
  RandomSequence random(7);
  double uniform = 0, normal = 0, square = 0;
  for (int i = 0; i < kCount; ++i) {
    uniform += random.next_uniform();
    const double value = random.next_normal();
    normal += value;
    square += value * value;
  }
  // Five standard errors: 0.289, 1 and 1.41 over the root of the count.
  EXPECT_NEAR(uniform / kCount, 0.5, 0.0046);
  EXPECT_NEAR(normal / kCount, 0.0, 0.016);
  EXPECT_NEAR(square / kCount, 1.0, 0.023);
}

TEST(RandomSequence, BoundedNumbersAreEven) {
  RandomSequence random(3);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts.at(random.next_below(7));
  // Five standard deviations of a binomial count with mean 10000.
  for (const int count : counts) EXPECT_NEAR(count, 10000, 470);
}

TEST(RandomPermutation, HoldsEachIndexOnceInAnotherOrder) {
  std::vector<std::int32_t> order = random_permutation(1000, RandomSequence(5));
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(order, random_permutation(1000, RandomSequence(5)));
  std::sort(order.begin(), order.end());
  for (std::int32_t i = 0; i < 1000; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace elbo
