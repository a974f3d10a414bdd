// Products over the micro-kernels against sums in double precision: sizes that are no multiple of a
// tile, inner dimensions of several blocks, rows in several runs, and any number of threads.
#include "elbo/device/cpu/product.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "elbo/base/philox.h"

namespace elbo::cpu {
namespace {

std::vector<float> random_floats(std::int64_t count, std::uint64_t seed) {
  RandomSequence random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(random.next_uniform(-1, 1));
  return values;
}

/// Both halves of words that hold whole numbers, which bfloat16 has exactly.
std::vector<float> random_pairs(std::int64_t count, std::uint64_t seed) {
  RandomSequence random(seed);
  std::vector<float> words(static_cast<std::size_t>(count));
  const auto half = [&] {
    return std::bit_cast<std::uint32_t>(std::round(static_cast<float>(random.next_uniform(-9, 9))));
  };
  for (float& word : words) word = std::bit_cast<float>(half() >> 16 | (half() & 0xffff0000u));
  return words;
}

double product_of_words(float a, float b, bool are_pairs) {
  if (!are_pairs) return static_cast<double>(a) * static_cast<double>(b);
  const auto bits_a = std::bit_cast<std::uint32_t>(a), bits_b = std::bit_cast<std::uint32_t>(b);
  const auto number = [](std::uint32_t bits) {
    return static_cast<double>(std::bit_cast<float>(bits));
  };
  return number(bits_a << 16) * number(bits_b << 16) +
         number(bits_a & 0xffff0000u) * number(bits_b & 0xffff0000u);
}

struct Case {
  std::int64_t rows, columns, runs, run_length;
  bool relu = false;
  std::int64_t block_words = 1 << 30;
  /// Windows of an image, and images whose windows follow one another.
  std::int64_t width = 1, images_at_once = 1;
  std::int64_t inner_parts = 1;
};

std::vector<Case> cases() {
  return {
      {1, 1, 1, 1},
      {1, 400, 1, 20},
      {7, 33, 1, 19},
      {9, 31, 1, 5000},
      {130, 65, 3, 7, true},
      {17, 16, 300, 31, true},
      {64, 100, 1, 3},
      {32, 64, 9, 16},
      // Inner dimensions in blocks that were asked for; neither A nor B fits the caches.
      {50, 40, 1, 1500, true, 640},
      {401, 300, 1, 600},
      // Rows of images: the last with fewer windows; several taken at once, the last time fewer.
      {77, 45, 1, 40, false, 1 << 30, 32},
      {210, 40, 2, 16, true, 1 << 30, 5, 32},
      // Inner dimensions in parts, one with blocks as well.
      {3, 40, 1, 5000, false, 1 << 30, 1, 1, 8},
      {70, 33, 1, 1500, false, 320, 1, 1, 3},
      {45, 20, 21, 23, false, 1 << 30, 15, 1, 4}};
}

/// How the words of A lie: those of a run one after the other, with gaps between them, or below one
/// another, so that rows are neighbours.
enum class Order { together, with_gaps, below };

class Products : public ::testing::TestWithParam<std::string> {
 protected:
  const MicroKernels* kernels() const {
    if (GetParam() == "floats") return &float_micro_kernels();
    return GetParam() == "avx512_bf16" ? avx512_bf16_micro_kernels() : amx_micro_kernels();
  }
  bool are_pairs() const { return GetParam() != "floats"; }
  void SetUp() override {
    if (kernels() == nullptr) GTEST_SKIP() << "this processor has no such instruction";
  }
  void agree_with_sums_in_double(const Case& c, Order order) const;
};

void Products::agree_with_sums_in_double(const Case& c, Order order) const {
  const auto words = are_pairs() ? random_pairs : random_floats;
  Product product{.kernels = kernels(), .rows = c.rows, .columns = c.columns};
  const std::int64_t inner = c.runs * c.run_length, panel = product.kernels->columns;
  product.a_step = order == Order::together ? 1 : order == Order::with_gaps ? 2 : c.rows + 1;
  // Runs lie apart in a row, in an order of their own.
  const std::int64_t apart = c.run_length * product.a_step + 3;
  product.run_offsets.clear();
  for (std::int64_t i = 0; i < c.runs; ++i) {
    product.run_offsets.push_back((c.runs - 1 - i) * apart);
  }
  product.run_length = c.run_length;
  product.a.step_n = order == Order::below ? 1 : c.runs * apart;
  product.c.step_n = c.columns + 1;
  product.width = c.width;
  product.images_at_once = c.images_at_once;
  for (RowOffsets* offsets : {&product.a, &product.c}) {
    offsets->step_w = offsets->step_n;
    offsets->step_n *= c.width;
  }
  product.b_stride = panel;
  product.panel_step = inner * panel;
  product.relu = c.relu;
  product.block_words = c.block_words;
  product.inner_parts = c.inner_parts;
  const std::int64_t panels = (c.columns + panel - 1) / panel;
  const auto a = words(c.rows * product.a.step_w + c.runs * apart, 1),
             b = words(panels * inner * panel, 2);
  const auto bias = random_floats(c.columns, 3);
  const auto before = random_floats(c.rows * product.c.step_w, 4);
  std::vector<float> partial(static_cast<std::size_t>(product.partial_sums()));

  std::vector<float> found;
  for (const int threads : {1, 2, 3}) {
    product.threads = threads;
    std::vector<float> result = before;
    product.run(a.data(), b.data(), result.data(), c.relu ? bias.data() : nullptr, partial.data());
    if (!found.empty()) {
      EXPECT_EQ(result, found) << "with " << threads << " threads";
    }
    found = result;
  }
  for (std::int64_t row = 0; row < c.rows; ++row) {
    for (std::int64_t column = 0; column < c.columns; ++column) {
      const auto at = static_cast<std::size_t>(row * product.c.step_w + column);
      double expected = 0, size = 1;
      std::int64_t k = 0;
      for (const std::int64_t offset : product.run_offsets) {
        for (std::int64_t i = 0; i < c.run_length; ++i, ++k) {
          const double term = product_of_words(
              a[static_cast<std::size_t>(row * product.a.step_w + offset + product.a_step * i)],
              b[static_cast<std::size_t>(column / panel * product.panel_step + k * panel +
                                         column % panel)],
              are_pairs());
          expected += term;
          size += std::abs(term);
        }
      }
      if (c.relu) {
        expected += static_cast<double>(bias[static_cast<std::size_t>(column)]);
        expected = std::max(expected, 0.0);
      }
      ASSERT_NEAR(found[at], expected, 1e-6 * size)
          << c.rows << " x " << inner << " x " << c.columns << " at " << row << ", " << column;
    }
    if (row + 1 < c.rows) {
      const auto gap = static_cast<std::size_t>((row + 1) * product.c.step_w - 1);
      EXPECT_EQ(found[gap], before[gap]) << "written past the columns";
    }
  }
}

TEST_P(Products, AgreeWithSumsInDouble) {
  for (const Case& c : cases()) {
    for (const Order order : {Order::together, Order::with_gaps, Order::below}) {
      agree_with_sums_in_double(c, order);
    }
  }
}

TEST_P(Products, KeepWhatIsNoNumber) {
  Product product{.kernels = kernels(), .rows = 3, .columns = 1, .run_length = 1, .relu = true};
  product.b_stride = product.kernels->columns;
  product.a.step_n = product.c.step_n = 1;
  const std::vector<float> a = {0, std::nanf(""), 0};
  const std::vector<float> b(static_cast<std::size_t>(product.b_stride), 0.0f);
  std::vector<float> c(3);
  product.run(a.data(), b.data(), c.data(), nullptr);
  EXPECT_EQ(c[0], 0);
  EXPECT_TRUE(std::isnan(c[1]));
}

INSTANTIATE_TEST_SUITE_P(Words, Products, ::testing::Values("floats", "avx512_bf16", "amx"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace elbo::cpu
