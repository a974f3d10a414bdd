#include "elbo/data/npy_source.h"

#include <limits>

#include "elbo/base/file.h"
#include "elbo/io/npy.h"
#include "tests/io/format_support.h"

namespace elbo {
namespace {

class LoadNpy : public testing::Test {
 protected:
  Dataset load(const Array& x) {
    write_npy(folder_ / "x.npy", x);
    return load_npy(folder_ / "x.npy", std::nullopt);
  }
  Dataset load(const Array& x, const Array& y) {
    write_npy(folder_ / "x.npy", x);
    write_npy(folder_ / "y.npy", y);
    return load_npy(folder_ / "x.npy", folder_ / "y.npy");
  }
  template <typename... Arrays>
  std::string message(const Arrays&... arrays) {
    return folder_.shorten(message_of<DataError>([&] { load(arrays...); }));
  }
  TemporaryFolder folder_;
};

Array floats(std::vector<float> values, Extents extents) {
  return Array::from(values, std::move(extents));
}

TEST_F(LoadNpy, TakesVectorsAndImages) {
  EXPECT_EQ(load(Array(DType::f32, {5, 7})).example, (ExampleShape{1, 1, 7}));
  EXPECT_EQ(load(Array(DType::f32, {5, 4, 3})).example, (ExampleShape{4, 3, 1}));
  const Dataset colour = load(Array(DType::u8, {5, 4, 2, 3}));
  EXPECT_EQ(colour.example, (ExampleShape{4, 2, 3}));
  EXPECT_EQ(colour.examples.extents(), (Extents{5, 24}));
  EXPECT_EQ(colour.examples.dtype(), DType::u8);
  EXPECT_FALSE(colour.labels);
  EXPECT_FALSE(colour.targets);
}

TEST_F(LoadNpy, MakesFloatsOfOtherNumbers) {
  for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::i64}) {
    EXPECT_EQ(load(Array(dtype, {2, 2})).examples.dtype(), DType::f32);
  }
  const Dataset set = load(Array::from(std::vector<std::int64_t>{-3, 16777216}, {1, 2}));
  EXPECT_EQ(set.examples.values<float>()[0], -3.0f);
  EXPECT_EQ(message(Array::from(std::vector<std::int64_t>{16777217}, {1, 1})),
            "D/x.npy: the integer 16777217 doesn't fit a 32-bit float exactly; scale the values");
}

TEST_F(LoadNpy, SaysWhichColumnsSinglePrecisionIsTooCoarseFor) {
  ::testing::internal::CaptureStderr();
  load(Array::from(std::vector<double>{1e9, 0.1, 1e9 + 1, 0.2}, {2, 2}));
  const std::string warning = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(warning.find("x.npy: column 1: numbers are kept in single precision"),
            std::string::npos)
      << warning;
  EXPECT_EQ(warning.find("column 2"), std::string::npos) << warning;
}

TEST_F(LoadNpy, TakesZerosAndOnesForBlackAndWhite) {
  const Dataset binary = load(Array::from(std::vector<std::uint8_t>{0, 1, 1, 0}, {2, 2}));
  EXPECT_EQ(binary.examples.values<std::uint8_t>()[1], 255);
  EXPECT_EQ(binary.examples.values<std::uint8_t>()[0], 0);
  const Dataset pixels = load(Array::from(std::vector<std::uint8_t>{0, 1, 2, 0}, {2, 2}));
  EXPECT_EQ(pixels.examples.values<std::uint8_t>()[1], 1);
}

TEST_F(LoadNpy, MakesClassesOfIntegersAndTargetsOfFloats) {
  const Array x(DType::f32, {3, 2});
  const Dataset labelled = load(x, Array::from(std::vector<std::int64_t>{30, -7, 30}, {3}));
  EXPECT_EQ(labelled.class_names, (std::vector<std::string>{"-7", "30"}));
  EXPECT_EQ(labelled.labels->dtype(), DType::i32);
  EXPECT_EQ(labelled.labels->values<std::int32_t>()[0], 1);
  EXPECT_EQ(labelled.labels->values<std::int32_t>()[1], 0);
  EXPECT_FALSE(labelled.targets);
  const Dataset regression = load(x, Array::from(std::vector<double>{1, 2.5, 3}, {3, 1}));
  EXPECT_EQ(regression.targets->extents(), (Extents{3}));
  EXPECT_EQ(regression.targets->values<float>()[1], 2.5f);
  EXPECT_FALSE(regression.labels);
  EXPECT_EQ(regression.class_count(), 0);
}

TEST_F(LoadNpy, SaysWhatIsWrong) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(message(floats({0, 1, 2, nan}, {2, 2})),
            "D/x.npy: row 1, column 1 (counted from 0) is nan; expected finite numbers that fit "
            "32-bit floats; replace or remove it");
  EXPECT_EQ(message(Array::from(std::vector<double>{1e300}, {1, 1})),
            "D/x.npy: row 0, column 0 (counted from 0) is inf; expected finite numbers that fit "
            "32-bit floats; replace or remove it");
  EXPECT_EQ(message(floats({1, 2}, {2})),
            "D/x.npy: shape (2); expected (N, D) vectors, (N, H, W) grey images or (N, H, W, C) "
            "images");
  EXPECT_EQ(message(floats({1}, {})),
            "D/x.npy: shape (); expected (N, D) vectors, (N, H, W) grey images or (N, H, W, C) "
            "images");
  EXPECT_EQ(message(floats({}, {0, 2})), "D/x.npy: holds no examples: its shape is (0, 2)");
  EXPECT_EQ(message(floats({}, {2, 0})), "D/x.npy: its 2 examples are empty: its shape is (2, 0)");
  EXPECT_EQ(message(Array(DType::u8, {2, 3, 32, 32})),
            "D/x.npy: shape (2, 3, 32, 32) looks like (N, C, H, W); expected (N, H, W, C), so "
            "convert with numpy.moveaxis(X, 1, 3)");
  EXPECT_EQ(message(floats({1, 2}, {2, 1}), Array(DType::i32, {3})),
            "D/y.npy: holds 3 values but D/x.npy holds 2 examples; do the files belong together?");
  EXPECT_EQ(message(floats({1, 2}, {2, 1}), Array(DType::i32, {2, 10})),
            "D/y.npy: shape (2, 10); expected one label or target an example, shape (N)");
  EXPECT_EQ(message(floats({1, 2}, {2, 1}), floats({1, nan}, {2})),
            "D/y.npy: row 1, column 0 (counted from 0) is nan; expected finite numbers that fit "
            "32-bit floats; replace or remove it");
}

TEST_F(LoadNpy, RefusesIdentifiersAsClasses) {
  Array ids(DType::i32, {10001});
  for (std::size_t i = 0; i < 10001; ++i) {
    ids.values<std::int32_t>()[i] = static_cast<std::int32_t>(i);
  }
  EXPECT_EQ(message(Array(DType::u8, {10001, 1}), ids),
            "D/y.npy: more than 10000 distinct values are too many to be classes; to make them "
            "regression targets, write them as decimal numbers");
}

}  // namespace
}  // namespace elbo
