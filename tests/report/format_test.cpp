#include "elbo/report/format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace elbo {
namespace {

TEST(Format, SignificantDigitsKeepTrailingZerosAndCarry) {
  EXPECT_EQ(significant(0.006512), "0.00651");
  EXPECT_EQ(significant(0.0065), "0.00650");
  EXPECT_EQ(significant(9.996), "10.0");
  EXPECT_EQ(significant(0.00099996), "0.00100");
  EXPECT_EQ(significant(1000), "1000");
  EXPECT_EQ(significant(-98.43, 3), "−98.4");
  EXPECT_EQ(significant(0), "0");
  EXPECT_EQ(significant(1e-9), "1.00e-09");
  EXPECT_EQ(significant(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(significant(-std::numeric_limits<double>::infinity()), "−∞");
}

TEST(Format, PercentNeverRoundsToAnEnd) {
  EXPECT_EQ(percent(0.984), "98.4\u00a0%");
  EXPECT_EQ(percent(0.0113), "1.13\u00a0%");
  EXPECT_EQ(percent(0.0002), "0.02\u00a0%");
  EXPECT_EQ(percent(0.00001), "0.001\u00a0%");
  EXPECT_EQ(percent(0.99995), "99.995\u00a0%");
  EXPECT_EQ(percent(1), "100\u00a0%");
  EXPECT_EQ(percent(0), "0\u00a0%");
  EXPECT_EQ(percent(0.98765, 1), "98.8\u00a0%");
}

TEST(Format, DurationsThousandsAndNames) {
  EXPECT_EQ(duration(9.4), "9.4 s");
  EXPECT_EQ(duration(48.3), "48 s");
  EXPECT_EQ(duration(59.7), "1 min 0 s");
  EXPECT_EQ(duration(3900), "1 h 5 min");
  EXPECT_EQ(duration(-1), "–");
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(60000), "60,000");
  EXPECT_EQ(thousands(-1234567), "−1,234,567");
  EXPECT_EQ(set_name("fashion-mnist:test"), "Fashion-MNIST");
  EXPECT_EQ(set_name("npy:x.npy"), "npy:x.npy");
  EXPECT_EQ(spoken("negative_elbo"), "negative ELBO");
}

}  // namespace
}  // namespace elbo
