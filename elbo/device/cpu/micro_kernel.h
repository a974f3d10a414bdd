// The inner loop of every product: one tile of C = A B stays in registers while the loop runs along
// the inner dimension (after Goto & van de Geijn 2008; product.h blocks for the caches, as far as
// these sizes need it). Operands are read as words of four bytes: a float, or two bfloat16
// numbers that are neighbours along the inner dimension, which one instruction multiplies and adds.
#pragma once

#include <array>
#include <cstdint>

namespace elbo::cpu {

inline constexpr int kMaxTileRows = 32;

/// One tile of the result and what it is made from. Rows of A and C are where their addresses say;
/// rows of B are `b_stride` words apart and hold a whole vector more than `columns` needs.
struct Tile {
  int rows, columns;
  std::array<const float*, kMaxTileRows> a;
  std::array<float*, kMaxTileRows> c;
  /// A row of A is read in `runs` runs: from each offset, `run_length` words `a_step` apart.
  const std::int64_t* run_offsets;
  std::int64_t runs, run_length, a_step;
  const float* b;
  std::int64_t b_stride;
  /// B may be read beyond its last row, up to a multiple of MicroKernels::inner_words.
  bool b_ends_with_zeros;
  /// Null: none.
  const float* bias;
  bool relu;
  /// C += A B instead of C = A B.
  bool accumulates;
  /// `c` are the addresses of bfloat16; does not accumulate.
  bool c_is_bf16;
};

/// Asks for a run of a tile's first row where each word is in a line of its own: what hardware does
/// not foresee. Where rows are neighbours, this is all that the tile reads.
inline void prefetch_run(const Tile& tile, std::int64_t offset) {
  constexpr std::int64_t kLineWords = 16;
  if (tile.a_step < kLineWords) return;
  const std::int64_t end = offset + tile.run_length * tile.a_step;
  for (std::int64_t at = offset; at < end; at += tile.a_step) __builtin_prefetch(tile.a[0] + at);
}

using MicroKernel = void (*)(const Tile& tile);

/// The kernels of one instruction set and one type of word.
struct MicroKernels {
  /// For the plan's listing.
  const char* name = "";
  /// Of a full tile; the columns are two vectors.
  int rows = 0, columns = 0;
  /// A is read fastest when the words of a row, not those of a column, are neighbours, and rows
  /// equally far apart.
  bool prefers_rows_of_a = false;
  /// Words that the inner dimension is read in at once: operands that are laid out anew end with
  /// zeros up to a multiple of it.
  int inner_words = 1;
  /// What a thread calls before the first of a series of tiles and after the last; null: nothing.
  void (*begin)() = nullptr;
  void (*end)() = nullptr;
  /// By the tile's rows - 1: for more than half of the columns, and for at most half.
  std::array<MicroKernel, kMaxTileRows> wide{}, narrow{};
};

/// For words that are floats.
const MicroKernels& float_micro_kernels();
/// For words that are pairs of bfloat16; null where the processor has no instruction for them.
const MicroKernels* avx512_bf16_micro_kernels();
const MicroKernels* amx_micro_kernels();
/// The faster of them, null where there is neither.
const MicroKernels* bf16_micro_kernels();

}  // namespace elbo::cpu
