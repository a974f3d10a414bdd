// What makes data other data.
#include "elbo/data/fingerprint.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/train/tiny.h"

namespace elbo {
namespace {

TEST(Fingerprint, IsThatOfTheContent) {
  const Dataset data = testing::tiny_images(30);
  Dataset moved = data;
  moved.spec = "images:elsewhere";
  EXPECT_EQ(fingerprint(moved), fingerprint(data));
  EXPECT_EQ(fingerprint(data).size(), 16U);
}

TEST(Fingerprint, ChangesWithEveryByteLabelAndLength) {
  const Dataset data = testing::tiny_images(30);
  std::set<std::string> seen{fingerprint(data)};
  std::size_t changes = 1;
  for (std::size_t at = 0; at < data.examples.bytes().size(); at += 7, ++changes) {
    Dataset other = data;
    other.examples.bytes()[at] ^= 1;
    seen.insert(fingerprint(other));
  }
  Dataset relabelled = data;
  relabelled.labels->values<std::int32_t>()[3] ^= 1;
  seen.insert(fingerprint(relabelled));
  Dataset wide = data;
  wide.example = {2, 8, 1};
  seen.insert(fingerprint(wide));
  for (std::int64_t count = 1; count < 30; ++count) seen.insert(fingerprint(data.first(count)));
  EXPECT_EQ(seen.size(), changes + 2 + 29);
}

TEST(Fingerprint, ChangesWithTheOrder) {
  const Dataset data = testing::tiny_images(4);
  EXPECT_NE(fingerprint(data.subset({0, 1, 2, 3})), fingerprint(data.subset({1, 0, 2, 3})));
}

}  // namespace
}  // namespace elbo
