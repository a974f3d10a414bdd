// Products read in place: against sums in double precision, and against the micro-kernels.
#include "elbo/device/cpu/thin_product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "elbo/base/philox.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

using Floats = std::vector<float>;

Floats random_floats(std::int64_t count, std::uint64_t seed) {
  RandomSequence random(seed);
  Floats values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(random.next_uniform(-1, 1));
  return values;
}

/// The product and what it is made of.
struct Example {
  Example(std::int64_t rows, std::int64_t columns, std::int64_t inner)
      : product{.rows = rows, .columns = columns, .inner = inner, .a_row = inner},
        a(random_floats(rows * inner, 1)),
        b(random_floats(inner * columns, 2)),
        bias(random_floats(columns, 3)) {}

  Floats result(int threads) {
    product.threads = threads;
    Floats c(static_cast<std::size_t>(product.rows * product.columns), std::nanf(""));
    product.run(a.data(), b.data(), c.data(), product.relu ? bias.data() : nullptr);
    return c;
  }

  void expect_agreement() {
    const Floats found = result(1);
    EXPECT_EQ(result(2), found);
    EXPECT_EQ(result(3), found);
    const ThinProduct& p = product;
    for (std::int64_t row = 0; row < p.rows; ++row) {
      for (std::int64_t column = 0; column < p.columns; ++column) {
        double expected = p.relu ? static_cast<double>(bias[static_cast<std::size_t>(column)]) : 0;
        double size = 1;
        for (std::int64_t k = 0; k < p.inner; ++k) {
          const std::int64_t at = p.b_is_transposed ? column * p.inner + k : k * p.columns + column;
          const double term =
              static_cast<double>(a[static_cast<std::size_t>(row * p.a_row + k * p.a_step)]) *
              static_cast<double>(b[static_cast<std::size_t>(at)]);
          expected += term;
          size += std::abs(term);
        }
        if (p.relu) expected = std::max(expected, 0.0);
        // A rounding for each of a few sums.
        ASSERT_NEAR(found[static_cast<std::size_t>(row * p.columns + column)], expected,
                    1e-6 * size)
            << p.rows << " x " << p.inner << " x " << p.columns << " at " << row << ", " << column;
      }
    }
  }

  ThinProduct product;
  Floats a, b, bias;
};

TEST(ThinProduct, AgreesWithSumsInDouble) {
  struct Size {
    std::int64_t rows, columns, inner;
  };
  // No multiples of a vector; the third and the last are worth several threads.
  for (const auto& [rows, columns, inner] :
       {Size{1, 1, 1}, Size{2, 37, 7}, Size{3, 450, 783}, Size{70, 33, 2}, Size{1300, 450, 3}}) {
    for (const bool transposed : {false, true}) {
      for (const bool relu : {false, true}) {
        Example example(rows, columns, inner);
        example.product.b_is_transposed = transposed;
        example.product.relu = relu;
        example.expect_agreement();
      }
    }
  }
}

TEST(ThinProduct, ReadsATransposedA) {
  Example example(5, 23, 4);
  example.product.a_row = 1;
  example.product.a_step = 5;
  example.expect_agreement();
}

/// So that what a model says of an example does not depend on how many come with it.
TEST(ThinProduct, GivesTheBitsOfTheMicroKernels) {
  constexpr std::int64_t kRows = 2, kInner = 300;
  const MicroKernels& kernels = float_micro_kernels();
  const std::int64_t columns = kernels.columns;
  Example example(kRows, columns, kInner);
  Product tiled{.kernels = &kernels, .rows = kRows, .columns = columns};
  tiled.a.step_n = tiled.run_length = kInner;
  tiled.c.step_n = tiled.b_stride = columns;
  Floats expected(static_cast<std::size_t>(kRows * columns));
  tiled.run(example.a.data(), example.b.data(), expected.data(), nullptr);
  EXPECT_EQ(example.result(1), expected);
}

TEST(ThinProduct, KeepsWhatIsNoNumber) {
  for (const bool transposed : {false, true}) {
    Example example(1, 9, 5);
    example.product.b_is_transposed = transposed;
    example.product.relu = true;
    example.a[2] = std::nanf("");
    for (const float value : example.result(1)) EXPECT_TRUE(std::isnan(value));
  }
}

}  // namespace
}  // namespace elbo::cpu
