#include "elbo/device/cpu/product.h"

#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/base/threads.h"

namespace elbo::cpu {
namespace {

/// Below this many multiplications a second thread costs more than it brings.
constexpr std::int64_t kWorkPerThread = 1 << 18;
/// What all of B may take where it stays while the rows of C are written one after the other.
constexpr std::int64_t kMostCachedWords = 2 * kCachedWords;

std::int64_t ceil_of(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

struct Range {
  std::int64_t begin, end;
};

/// Part of the inner dimension: whole runs, or one piece of a run.
struct Block {
  std::int64_t first_run, runs, begin, length;
  /// Words of the inner dimension before it.
  std::int64_t before;
};

/// Rows that follow one another at equal distances, in A and in C.
struct EvenRows {
  std::int64_t a, c, a_step, c_step, count;
};

/// Goes along the rows of a product.
class RowWalk {
 public:
  /// c: as Product::c.
  RowWalk(const Product& product, const RowOffsets& c, std::int64_t row)
      : p_(product), c_(c), windows_(product.height * product.width) {
    all_images_ = ceil_of(p_.rows, windows_);
    const std::int64_t at_once = windows_ == 1 ? all_images_ : p_.images_at_once;
    first_image_ = row / (at_once * windows_) * at_once;
    images_ = std::min(at_once, all_images_ - first_image_);
    const std::int64_t rest = row - first_image_ * windows_;
    image_ = rest % images_;
    h_ = rest / images_ / p_.width;
    w_ = rest / images_ % p_.width;
  }

  /// The next rows, at most so many, and goes behind them.
  EvenRows next(std::int64_t most) {
    EvenRows rows{offset(p_.a), offset(c_), p_.a.step_n, c_.step_n, 0};
    if (images_ > 1) {
      rows.count = std::min(most, images_ - image_);
      image_ += rows.count;
      if (image_ < images_) return rows;
      image_ = 0;
      ++w_;
    } else {
      rows.a_step = p_.a.step_w;
      rows.c_step = c_.step_w;
      rows.count = std::min(most, p_.width - w_);
      w_ += rows.count;
    }
    if (w_ < p_.width) return rows;
    w_ = 0;
    if (++h_ < p_.height) return rows;
    h_ = 0;
    first_image_ += images_;
    images_ = std::min(images_, all_images_ - first_image_);
    return rows;
  }

 private:
  std::int64_t offset(const RowOffsets& offsets) const {
    return (first_image_ + image_) * offsets.step_n + h_ * offsets.step_h + w_ * offsets.step_w;
  }

  const Product& p_;
  const RowOffsets& c_;
  std::int64_t windows_;
  /// The last may have fewer windows, where one image is taken at a time.
  std::int64_t all_images_ = 0;
  /// The images whose windows it goes along now, and which of them.
  std::int64_t first_image_ = 0, images_ = 1, image_ = 0;
  std::int64_t h_ = 0, w_ = 0;
};

/// What one part of the inner dimension is summed up into.
struct Sums {
  float* c;
  RowOffsets offsets;
  /// Words of the inner dimension.
  Range inner;
};

class Worker {
 public:
  Worker(const Product& product, const float* a, const float* b, const Sums& sums,
         const float* bias)
      : p_(product), a_(a), b_(b), sums_(sums), bias_(bias) {}

  /// All of the part, block by block, for some tiles of rows and some panels.
  void run(Range tiles, Range panels) const {
    if (p_.kernels->begin != nullptr) p_.kernels->begin();
    run_blocks(tiles, panels);
    if (p_.kernels->end != nullptr) p_.kernels->end();
  }

 private:
  void run_blocks(Range tiles, Range panels) const {
    const auto run_count = static_cast<std::int64_t>(p_.run_offsets.size());
    const std::int64_t longest = std::clamp<std::int64_t>(
        kCachedWords / p_.kernels->columns, 1, std::max<std::int64_t>(1, p_.block_words));
    const auto [begin, end] = sums_.inner;
    if (run_count == 1) {
      for (std::int64_t at = begin; at < end; at += longest) {
        run_block({0, 1, at, std::min(longest, end - at), at}, tiles, panels);
      }
    } else {
      const std::int64_t step = std::max<std::int64_t>(1, longest / p_.run_length);
      const std::int64_t last = end / p_.run_length;
      for (std::int64_t run = begin / p_.run_length; run < last; run += step) {
        run_block({run, std::min(step, last - run), 0, p_.run_length, run * p_.run_length}, tiles,
                  panels);
      }
    }
  }

  void run_block(const Block& block, Range tiles, Range panels) const {
    // What is used again at once should be what stays in the cache: all of B if it fits, or as many
    // rows of A as do.
    const std::int64_t inner = block.runs * block.length;
    const std::int64_t b_words = (panels.end - panels.begin) * p_.kernels->columns * inner;
    if (b_words <= kMostCachedWords) return run_tiles(block, tiles, panels);
    const std::int64_t count = tiles.end - tiles.begin;
    const std::int64_t a_words = count * p_.kernels->rows * inner;
    const std::int64_t parts = a_words <= kMostCachedWords ? 1 : ceil_of(a_words, kCachedWords);
    const std::int64_t step = ceil_of(count, parts);
    for (std::int64_t first = tiles.begin; first < tiles.end; first += step) {
      const Range some{first, std::min(first + step, tiles.end)};
      for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
        run_tiles(block, some, {panel, panel + 1});
      }
    }
  }

  /// One tile of rows after the other, each with all panels.
  void run_tiles(const Block& block, Range tiles, Range panels) const {
    const MicroKernels& kernels = *p_.kernels;
    const std::int64_t end = block.before + block.runs * block.length;
    const bool is_first = block.before == sums_.inner.begin;
    const bool is_last = end == sums_.inner.end;
    ELBO_ASSERT(!p_.c_is_bf16 || (is_first && is_last));
    Tile tile{.rows = 0,
              .columns = 0,
              .a = {},
              .c = {},
              .run_offsets = p_.run_offsets.data() + block.first_run,
              .runs = block.runs,
              .run_length = block.length,
              .a_step = p_.a_step,
              .b = nullptr,
              .b_stride = p_.b_stride,
              .b_ends_with_zeros = p_.b_ends_with_zeros && end == p_.inner(),
              .bias = nullptr,
              .relu = p_.relu && is_last,
              .accumulates = !is_first,
              .c_is_bf16 = p_.c_is_bf16};
    const std::int64_t tile_count = ceil_of(p_.rows, kernels.rows);
    std::int64_t first = p_.rows * tiles.begin / tile_count;
    RowWalk walk(p_, sums_.offsets, first);
    std::array<float*, kMaxTileRows> c{};
    for (std::int64_t at = tiles.begin; at < tiles.end; ++at) {
      const std::int64_t count = p_.rows * (at + 1) / tile_count - first;
      tile.rows = static_cast<int>(count);
      set_rows(walk, first, count, a_ + block.begin * p_.a_step, tile.a, c);
      first += count;
      for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
        const std::int64_t column = panel * kernels.columns;
        tile.columns =
            static_cast<int>(std::min<std::int64_t>(kernels.columns, p_.columns - column));
        tile.b = b_ + panel * p_.panel_step + block.before * p_.b_stride;
        tile.bias = bias_ != nullptr && is_last ? bias_ + column : nullptr;
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
          tile.c[i] = p_.in_c(c[i], column);
        const bool is_wide = tile.columns * 2 > kernels.columns;
        (is_wide ? kernels.wide : kernels.narrow)[static_cast<std::size_t>(count - 1)](tile);
      }
    }
  }

  /// Where a tile's rows begin, in A and in C.
  void set_rows(RowWalk& walk, std::int64_t first, std::int64_t count, const float* from,
                std::array<const float*, kMaxTileRows>& a,
                std::array<float*, kMaxTileRows>& c) const {
    for (std::int64_t row = 0; row < count;) {
      const EvenRows even = walk.next(count - row);
      float* to = p_.in_c(sums_.c, even.c);
      for (std::int64_t i = 0; i < even.count; ++i) {
        a[static_cast<std::size_t>(row + i)] = from + even.a + i * even.a_step;
        c[static_cast<std::size_t>(row + i)] = p_.in_c(to, i * even.c_step);
      }
      row += even.count;
    }
    if (p_.a_rows.empty()) return;
    const std::int64_t* offsets = p_.a_rows.data() + first;
    for (std::int64_t i = 0; i < count; ++i) a[static_cast<std::size_t>(i)] = from + offsets[i];
  }

  const Product& p_;
  const float* a_;
  const float* b_;
  Sums sums_;
  const float* bias_;
};

/// One part after the other: the first into C, the others into rows of their own.
Sums sums_of_part(const Product& p, std::int64_t part, float* c, float* partial) {
  const auto run_count = static_cast<std::int64_t>(p.run_offsets.size());
  const std::int64_t unit = run_count > 1 ? p.run_length : p.kernels->inner_words;
  const std::int64_t units = ceil_of(p.inner(), unit);
  ELBO_ASSERT(units >= p.inner_parts && !p.relu && !p.c_is_bf16);
  const auto edge = [&](std::int64_t i) {
    return std::min(p.inner(), units * i / p.inner_parts * unit);
  };
  const Range inner{edge(part), edge(part + 1)};
  if (part == 0) return {c, p.c, inner};
  return {partial + (part - 1) * p.rows * p.columns,
          {p.height * p.width * p.columns, p.width * p.columns, p.columns},
          inner};
}

/// C becomes the sum of all parts.
void add_parts(const Product& p, float* c, const float* partial, int threads) {
  constexpr std::int64_t kRowsAtOnce = 8;
  parallel_for(threads, p.rows, kRowsAtOnce, [&](std::int64_t begin, std::int64_t end) {
    RowWalk walk(p, p.c, begin);
    for (std::int64_t row = begin; row < end; ++row) {
      float* to = c + walk.next(1).c;
      for (std::int64_t part = 1; part < p.inner_parts; ++part) {
        const float* from = partial + ((part - 1) * p.rows + row) * p.columns;
        for (std::int64_t i = 0; i < p.columns; ++i) to[i] += from[i];
      }
    }
  });
}

void multiply_in_parts(const Product& p, const float* a, const float* b, float* c, float* partial,
                       int threads) {
  const std::int64_t tiles = ceil_of(p.rows, p.kernels->rows);
  const Range panels{0, ceil_of(p.columns, p.kernels->columns)};
  parallel_for(threads, p.inner_parts * tiles, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin / tiles; part * tiles < end; ++part) {
      const std::int64_t before = part * tiles;
      const Worker worker(p, a, b, sums_of_part(p, part, c, partial), nullptr);
      worker.run({std::max(begin - before, std::int64_t{0}), std::min(end - before, tiles)},
                 panels);
    }
  });
  add_parts(p, c, partial, threads);
}

void multiply(const Product& p, const float* a, const float* b, float* c, const float* bias,
              float* partial) {
  const auto used = static_cast<int>(
      std::clamp<std::int64_t>(p.rows * p.columns * p.inner() / kWorkPerThread, 1, p.threads));
  if (p.inner_parts > 1) return multiply_in_parts(p, a, b, c, partial, used);
  const Worker worker(p, a, b, {c, p.c, {0, p.inner()}}, bias);
  const std::int64_t tiles = ceil_of(p.rows, p.kernels->rows);
  const std::int64_t panels = ceil_of(p.columns, p.kernels->columns);
  // Between threads goes the side with more to divide; or rows, where there are enough of them and
  // each thread can keep all of B: whole rows are what a thread goes on with.
  constexpr std::int64_t kEnoughTiles = 6;
  const std::int64_t b_words = panels * p.kernels->columns * p.inner();
  const bool by_tiles =
      tiles >= panels || (tiles >= kEnoughTiles * used && b_words <= kMostCachedWords);
  parallel_for(used, by_tiles ? tiles : panels, 1, [&](std::int64_t begin, std::int64_t end) {
    worker.run(by_tiles ? Range{begin, end} : Range{0, tiles},
               by_tiles ? Range{0, panels} : Range{begin, end});
  });
}

}  // namespace

void Product::run(const float* a_words, const float* b_words, float* c_floats, const float* bias,
                  float* partial) const {
  for (std::int64_t group = 0; group < groups; ++group) {
    multiply(*this, a_words + group * a_group, b_words + group * b_group,
             in_c(c_floats, group * c_group), bias == nullptr ? nullptr : bias + group * columns,
             partial);
  }
}

}  // namespace elbo::cpu
