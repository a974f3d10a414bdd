// Pairs of bfloat16 with AMX, whose registers are squares of words (amx-inl.h). Four hold 32 x 32
// sums, two hold A and two B. One instruction fills a register from rows that are equally far
// apart; rows of A that are not, or whose words have gaps, are put together in memory first.
#include "elbo/device/cpu/micro_kernel.h"

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "elbo/device/cpu/amx-inl.h"
#include "elbo/device/cpu/transpose_avx512-inl.h"

namespace elbo::cpu {
namespace {

using namespace amx;

/// What one register holds.
using Square = std::uint32_t[kSide][kSide];

/// Where the next words of A are, along its runs.
class InnerPosition {
 public:
  explicit InnerPosition(const Tile& tile) : tile_(tile) {}

  /// Words from here to the end of the run.
  std::int64_t rest() const { return tile_.run_length - word_; }
  std::int64_t offset() const { return tile_.run_offsets[run_] + word_ * tile_.a_step; }
  void advance(std::int64_t words) {
    word_ += words;
    while (run_ < tile_.runs && word_ >= tile_.run_length) {
      word_ -= tile_.run_length;
      ++run_;
    }
  }

 private:
  const Tile& tile_;
  std::int64_t run_ = 0, word_ = 0;
};

/// visit(offset in a row of A, first of the words, how many) for each piece of the next `words`.
template <typename Visit>
void for_each_piece(InnerPosition position, int words, const Visit& visit) {
  for (int at = 0; at < words;) {
    const auto count = static_cast<int>(std::min<std::int64_t>(position.rest(), words - at));
    visit(position.offset(), at, count);
    position.advance(count);
    at += count;
  }
}

constexpr unsigned mask_of(int count) {
  return (1u << count) - 1;
}

/// Up to 16 rows of A.
struct RowsOfA {
  RowsOfA(const Tile& tile, int first)
      : rows(tile.a.data() + first), count(std::min(tile.rows - first, kSide)) {
    spacing = count > 1 ? rows[1] - rows[0] : 1;
    for (int i = 1; i < count; ++i) is_even = is_even && rows[i] - rows[i - 1] == spacing;
  }

  /// One instruction can read them.
  bool is_whole() const { return is_even && count == kSide; }

  const float* const* rows;
  int count;
  /// Words between rows, when all are equally far apart.
  std::int64_t spacing = 0;
  bool is_even = true;
};

/// Words of a row are neighbours.
ELBO_AVX512 void gather_rows(const RowsOfA& a, const InnerPosition& position, int words,
                             Square& to) {
  if (position.rest() >= words) {
    const std::int64_t offset = position.offset();
    const auto inside = static_cast<__mmask16>(mask_of(words));
    for (int i = 0; i < a.count; ++i) {
      _mm512_store_si512(to[i], _mm512_maskz_loadu_epi32(inside, a.rows[i] + offset));
    }
    return;
  }
  for (int i = 0; i < a.count; ++i) {
    __m512i row = _mm512_setzero_si512();
    for_each_piece(position, words, [&](std::int64_t offset, int at, int count) ELBO_AVX512 {
      row = _mm512_mask_expandloadu_epi32(row, static_cast<__mmask16>(mask_of(count) << at),
                                          a.rows[i] + offset);
    });
    _mm512_store_si512(to[i], row);
  }
}

/// Rows are neighbours.
ELBO_AVX512 void gather_columns(const RowsOfA& a, std::int64_t step, const InnerPosition& position,
                                int words, Square& to) {
  const auto inside = static_cast<__mmask16>(mask_of(a.count));
  __m512i columns[kSide] = {};
  for_each_piece(position, words, [&](std::int64_t offset, int at, int count) ELBO_AVX512 {
    const float* from = a.rows[0] + offset;
    for (int i = 0; i < count; ++i) {
      columns[at + i] = _mm512_maskz_loadu_epi32(inside, from + i * step);
    }
  });
  transpose_16(columns);
  for (int i = 0; i < kSide; ++i) _mm512_store_si512(to[i], columns[i]);
}

void gather_words(const RowsOfA& a, std::int64_t step, const InnerPosition& position, int words,
                  Square& to) {
  for (int i = 0; i < a.count; ++i) {
    std::fill_n(to[i], kSide, 0);
    for_each_piece(position, words, [&](std::int64_t offset, int at, int count) {
      for (int k = 0; k < count; ++k) {
        __builtin_memcpy(&to[i][at + k], a.rows[i] + offset + k * step, 4);
      }
    });
  }
}

/// Rows of A into a register, of the next `words` words of the inner dimension, then zeros. What
/// the register's other rows hold goes into sums that nobody reads.
template <int kRegister>
void load_a(const Tile& tile, const RowsOfA& a, const InnerPosition& position, int words) {
  const bool rows_are_neighbours = a.is_even && a.spacing == 1;
  alignas(64) Square square;
  if (tile.a_step == 1) {
    if (a.is_whole() && words == kSide && position.rest() >= kSide) {
      load<kRegister>(a.rows[0] + position.offset(), a.spacing);
      return;
    }
    gather_rows(a, position, words, square);
  } else if (rows_are_neighbours) {
    gather_columns(a, tile.a_step, position, words, square);
  } else {
    gather_words(a, tile.a_step, position, words, square);
  }
  load<kRegister>(square, kSide);
}

/// Rows of B into registers; the last of them, too few for a register, with zeros below.
template <int kVectors>
void load_b(const Tile& tile, const float* b, int words) {
  alignas(64) float rows[kSide][2 * kSide];
  const float* from = b;
  std::int64_t stride = tile.b_stride;
  if (words < kSide && !tile.b_ends_with_zeros) {
    for (int i = 0; i < kSide; ++i) {
      if (i < words) {
        std::copy_n(b + i * tile.b_stride, kVectors * kSide, rows[i]);
      } else {
        std::fill_n(rows[i], kVectors * kSide, 0.0f);
      }
    }
    from = rows[0];
    stride = 2 * kSide;
  }
  load<6>(from, stride);
  if constexpr (kVectors == 2) load<7>(from + kSide, stride);
}

/// What a tile's sums become on their way to C.
struct Finish {
  explicit Finish(const Tile& tile)
      : floor(tile.relu ? 0 : -std::numeric_limits<float>::infinity()) {
    for (int j = 0; j < 2; ++j) {
      inside[j] = mask_of(std::clamp(tile.columns - j * kSide, 0, kSide));
    }
  }

  /// The columns of each vector that C has.
  unsigned inside[2];
  /// Smaller sums become it.
  float floor;
};

template <bool kAccumulates, bool kIsBf16, int kVectors>
ELBO_AVX512_BF16 void finish_rows(const Tile& tile, const Finish& finish,
                                  const float (&sums)[kSide][2 * kSide], float* const* c,
                                  int count) {
  for (int j = 0; j < kVectors; ++j) {
    const int first = j * kSide;
    const auto inside = static_cast<__mmask16>(finish.inside[j]);
    const __m512 floor = _mm512_set1_ps(finish.floor);
    const __m512 bias = tile.bias == nullptr ? _mm512_setzero_ps()
                                             : _mm512_maskz_loadu_ps(inside, tile.bias + first);
    for (int i = 0; i < count; ++i) {
      __m512 sum = _mm512_load_ps(sums[i] + first);
      if constexpr (kAccumulates) {
        sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(inside, c[i] + first));
      }
      // Of two operands of which one is NaN, the instruction returns the second.
      sum = _mm512_maskz_max_ps(0xffff, floor, _mm512_add_ps(sum, bias));
      if constexpr (kIsBf16) {
        _mm256_mask_storeu_epi16(reinterpret_cast<std::uint16_t*>(c[i]) + first, inside,
                                 reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(sum)));
      } else {
        _mm512_mask_storeu_ps(c[i] + first, inside, sum);
      }
    }
  }
}

template <int kHalf, int kVectors>
void finish_half(const Tile& tile, const Finish& finish) {
  alignas(64) float sums[kSide][2 * kSide];
  store<2 * kHalf>(sums[0], 2 * kSide);
  if constexpr (kVectors == 2) store<2 * kHalf + 1>(sums[0] + kSide, 2 * kSide);
  const int first = kHalf * kSide, count = std::min(tile.rows - first, kSide);
  float* const* c = tile.c.data() + first;
  if (tile.c_is_bf16) {
    finish_rows<false, true, kVectors>(tile, finish, sums, c, count);
  } else if (tile.accumulates) {
    finish_rows<true, false, kVectors>(tile, finish, sums, c, count);
  } else {
    finish_rows<false, false, kVectors>(tile, finish, sums, c, count);
  }
}

/// Registers 0 to 3: sums, those of a half next to each other; 4 and 5: A; 6 and 7: B.
template <int kHalves, int kVectors>
void begin_sums() {
  set_zero<0>();
  if constexpr (kVectors == 2) set_zero<1>();
  if constexpr (kHalves == 2) set_zero<2>();
  if constexpr (kHalves == 2 && kVectors == 2) set_zero<3>();
}

/// The inner dimension but for its first `done` words, whatever way A's words and rows lie.
template <int kHalves, int kVectors>
void add_any(const Tile& tile, const RowsOfA& upper, const RowsOfA& lower, std::int64_t done) {
  InnerPosition position(tile);
  position.advance(done);
  const float* b = tile.b + done * tile.b_stride;
  for (std::int64_t left = tile.runs * tile.run_length - done; left > 0; left -= kSide) {
    const auto words = static_cast<int>(std::min<std::int64_t>(left, kSide));
    load_b<kVectors>(tile, b, words);
    load_a<4>(tile, upper, position, words);
    multiply_add<0, 4, 6>();
    if constexpr (kVectors == 2) multiply_add<1, 4, 7>();
    if constexpr (kHalves == 2) {
      load_a<5>(tile, lower, position, words);
      multiply_add<2, 5, 6>();
      if constexpr (kVectors == 2) multiply_add<3, 5, 7>();
    }
    position.advance(words);
    b += kSide * tile.b_stride;
  }
}

/// As many words as go into whole registers where each of A is a square of words in memory. Returns
/// how many.
template <int kHalves, int kVectors>
std::int64_t add_squares(const Tile& tile, const RowsOfA& upper, const RowsOfA& lower) {
  const std::int64_t length = tile.run_length / kSide * kSide;
  if (tile.a_step != 1 || !upper.is_whole() || !lower.is_whole()) return 0;
  if (tile.runs > 1 && length != tile.run_length) return 0;
  const std::int64_t upper_spacing = upper.spacing, lower_spacing = lower.spacing;
  const std::int64_t b_stride = tile.b_stride;
  const float* b = tile.b;
  for (std::int64_t run = 0; run < tile.runs; ++run) {
    const std::int64_t offset = tile.run_offsets[run];
    const float* a = upper.rows[0] + offset;
    const float* a_lower = lower.rows[0] + offset;
    for (const float* end = a + length; a != end; a += kSide, a_lower += kSide) {
      load<6>(b, b_stride);
      if constexpr (kVectors == 2) load<7>(b + kSide, b_stride);
      load<4>(a, upper_spacing);
      multiply_add<0, 4, 6>();
      if constexpr (kVectors == 2) multiply_add<1, 4, 7>();
      if constexpr (kHalves == 2) {
        load<5>(a_lower, lower_spacing);
        multiply_add<2, 5, 6>();
        if constexpr (kVectors == 2) multiply_add<3, 5, 7>();
      }
      b += kSide * b_stride;
    }
  }
  return tile.runs * length;
}

template <int kHalves, int kVectors>
void multiply(const Tile& tile) {
  begin_sums<kHalves, kVectors>();
  const RowsOfA upper(tile, 0), lower(tile, (kHalves - 1) * kSide);
  const std::int64_t done = add_squares<kHalves, kVectors>(tile, upper, lower);
  add_any<kHalves, kVectors>(tile, upper, lower, done);
  const Finish finish(tile);
  finish_half<0, kVectors>(tile, finish);
  if constexpr (kHalves == 2) finish_half<1, kVectors>(tile, finish);
}

/// The operating system lets a process use the registers when it asks.
bool is_usable() {
  if (__builtin_cpu_supports("avx512bf16") == 0 || __builtin_cpu_supports("amx-bf16") == 0) {
    return false;
  }
  constexpr int kRequestPermission = 0x1023, kTileData = 18;
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

MicroKernels make_micro_kernels() {
  MicroKernels kernels{.name = "bf16 by AMX",
                       .rows = 2 * kSide,
                       .columns = 2 * kSide,
                       .prefers_rows_of_a = true,
                       .inner_words = kSide,
                       .begin = configure,
                       .end = release};
  for (std::size_t i = 0; i < 2 * kSide; ++i) {
    kernels.wide[i] = i < kSide ? multiply<1, 2> : multiply<2, 2>;
    kernels.narrow[i] = i < kSide ? multiply<1, 1> : multiply<2, 1>;
  }
  return kernels;
}

}  // namespace

const MicroKernels* amx_micro_kernels() {
  static const bool usable = is_usable();
  static const MicroKernels kernels = make_micro_kernels();
  return usable ? &kernels : nullptr;
}

}  // namespace elbo::cpu
#else
namespace elbo::cpu {

const MicroKernels* amx_micro_kernels() {
  return nullptr;
}

}  // namespace elbo::cpu
#endif
