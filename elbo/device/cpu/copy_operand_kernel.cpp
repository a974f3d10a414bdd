// Makes one copy of an operand: rounds, frames, and lays out in panels, in one pass.
#include <algorithm>
#include <cstring>

#include "elbo/base/check.h"
#include "elbo/base/threads.h"
#include "elbo/device/cpu/micro_kernel.h"
#include "elbo/device/cpu/operand_copies.h"
#include "elbo/device/cpu/pack.h"
#include "elbo/device/cpu/panel_rows.h"

namespace elbo::cpu {
namespace {

/// Elements that are worth a thread.
constexpr std::int64_t kGrain = 32768;

/// A row of a square of words.
constexpr float kZeros[16] = {};

class CopyOperandKernel : public CopyKernel {
 public:
  CopyOperandKernel(const KernelContext& context, const OperandCopies::Copy& copy)
      : CopyKernel(context, copy), panel_(micro_kernels_for(l_.words).columns) {
    if (l_.layout == Layout::panels_of_taps) {
      order_ = tap_order(l_.matrices / l_.window_width, l_.window_width, l_.stride);
    }
  }

  void run(const RunContext&) override {
    switch (l_.layout) {
      case Layout::rows:
        return copy_rows();
      case Layout::rows_of_transpose:
        return transpose_rows();
      case Layout::panels:
        return copy_panels();
      case Layout::panels_of_transpose:
      case Layout::panels_of_taps:
        return transpose_panels();
      case Layout::image_pairs:
      case Layout::phases_of_image_pairs:
      case Layout::patches:
        break;  // copy_image_pairs_kernel.cpp, copy_patches_kernel.cpp
    }
  }

  void lay_rows(std::int64_t first, std::int64_t last) const override {
    if (l_.layout == Layout::panels) {
      const std::int64_t end = (last + rows_a_word() - 1) / rows_a_word();
      for (std::int64_t k = first / rows_a_word(); k < end; ++k) lay_panel_row(k);
    } else {
      transpose_some_rows(first, last);
    }
  }

 private:
  bool is_bf16() const { return l_.words == Words::bf16; }
  /// Along the inner dimension.
  std::int64_t rows_a_word() const { return is_bf16() ? 2 : 1; }

  void copy_rows() const {
    const std::int64_t size = is_bf16() ? 2 : 4, row_bytes = l_.row_words() * 4;
    const std::int64_t height = l_.above + l_.rows + l_.below, matrix_bytes = l_.matrix_words() * 4;
    const std::int64_t tail = row_bytes - (l_.before + l_.columns) * size;
    std::byte* target = target_.as<std::byte>();
    if (tail == 0 && !l_.has_frame()) {
      const std::int64_t count = l_.matrices * l_.rows * l_.columns;
      return parallel_for(threads_, count, kGrain, [&](std::int64_t begin, std::int64_t end) {
        convert(l_.words, source() + begin, target + begin * size, end - begin);
      });
    }
    for_each_row(l_.matrices * height, [&](std::int64_t i) {
      std::byte* row = target + i / height * matrix_bytes + i % height * row_bytes;
      const Numbers from = source_row(i);
      if (from.at == nullptr) {
        std::memset(row, 0, static_cast<std::size_t>(row_bytes));
        return;
      }
      std::memset(row, 0, static_cast<std::size_t>(l_.before * size));
      convert(l_.words, from, row + l_.before * size, l_.columns);
      std::memset(row + row_bytes - tail, 0, static_cast<std::size_t>(tail));
    });
  }

  /// body(i) for every i below count, each about as much work as one row of the source.
  template <typename Body>
  void for_each_row(std::int64_t count, const Body& body) const {
    parallel_for(threads_, count, kGrain / (l_.columns + 1) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) body(i);
                 });
  }

  /// What row i of the framed matrices holds; null in the frame.
  Numbers source_row(std::int64_t i) const {
    const std::int64_t height = l_.above + l_.rows + l_.below;
    const std::int64_t y = i % height - l_.above;
    if (y < 0 || y >= l_.rows) return {};
    return source() + (i / height * l_.rows + y) * l_.columns;
  }

  /// Squares of 16 words, each of two rows.
  void transpose_rows() const {
    constexpr std::int64_t kSide = 16;
    const std::int64_t row_words = l_.row_words();
    parallel_for(threads_, l_.columns, kSide, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t column = begin; column < end; column += kSide) {
        const std::int64_t columns = std::min(kSide, end - column);
        std::uint32_t* to = target_.as<std::uint32_t>() + column * row_words;
        for (std::int64_t word = 0; word < row_words; word += kSide) {
          if (2 * (word + kSide) <= l_.rows) {
            pack_.transpose_pairs(source() + 2 * word * l_.columns + column, l_.columns, columns,
                                  to + word, row_words);
          } else {
            transpose_last_rows(column, columns, word, std::min(kSide, row_words - word), to);
          }
        }
      }
    });
  }

  /// Rows that are missing are zeros.
  void transpose_last_rows(std::int64_t column, std::int64_t columns, std::int64_t word,
                           std::int64_t words, std::uint32_t* to) const {
    std::uint32_t square[16][16];
    const Numbers zeros{reinterpret_cast<const std::byte*>(kZeros), is_narrow_};
    for (std::int64_t k = 0; k < words; ++k) {
      const std::int64_t row = 2 * (word + k);
      const Numbers from = source() + row * l_.columns + column;
      pack_.pair(row < l_.rows ? from : zeros, row + 1 < l_.rows ? from + l_.columns : zeros,
                 columns, square[k], 16, 0);
    }
    pack_.transpose(square[0], 16, words, columns, to + word, l_.row_words());
  }

  void copy_panels() const {
    for_each_row(l_.matrices * l_.inner_words(l_.rows), [&](std::int64_t k) { lay_panel_row(k); });
  }

  /// Row k of every panel.
  void lay_panel_row(std::int64_t k) const {
    const std::int64_t columns = l_.columns / l_.groups, group_words = l_.group_words(panel_);
    const std::int64_t words_a_matrix = l_.inner_words(l_.rows);
    const std::int64_t first = k % words_a_matrix * rows_a_word();
    const Numbers row = source() + (k / words_a_matrix * l_.rows + first) * l_.columns;
    std::uint32_t* to = target_.as<std::uint32_t>() + k * panel_;
    for (std::int64_t group = 0; group < l_.groups; ++group, to += group_words) {
      if (first < l_.rows) {
        const Numbers from = row + group * columns;
        panel_rows_.spread(from, first + 1 < l_.rows ? from + l_.columns : Numbers(), columns, to);
      } else {
        panel_rows_.clear(columns, to);
      }
    }
  }

  /// In each panel of each group the transposed matrices, one after the other.
  void transpose_panels() const {
    const std::int64_t grain = kGrain / (l_.panel_words(panel_) / l_.matrices + 1) + 1;
    const std::int64_t panels = (l_.rows + panel_ - 1) / panel_;
    parallel_for(threads_, l_.groups * panels * l_.matrices, grain,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) lay_transposed(i);
                 });
  }

  /// Matrix i of all those in all panels.
  void lay_transposed(std::int64_t i) const {
    const std::int64_t matrix_words = l_.panel_words(panel_) / l_.matrices;
    const std::int64_t panels = (l_.rows + panel_ - 1) / panel_;
    const std::int64_t columns = l_.columns / l_.groups;
    const std::int64_t filled = (columns + rows_a_word() - 1) / rows_a_word() * panel_;
    const std::int64_t matrix = order_[static_cast<std::size_t>(i % l_.matrices)];
    const std::int64_t group = i / l_.matrices / panels;
    const std::int64_t first = i / l_.matrices % panels * panel_;
    const std::int64_t rows = std::min<std::int64_t>(l_.rows - first, panel_);
    const float* from =
        source_.floats() + (matrix * l_.rows + first) * l_.columns + group * columns;
    std::uint32_t* to = target_.as<std::uint32_t>() + i * matrix_words;
    if (rows < panel_) std::fill_n(to, matrix_words, 0);
    transpose_into_panel(l_.words, from, l_.columns, rows, columns, to, panel_);
    std::fill(to + filled, to + matrix_words, 0);
  }

  /// Of the one matrix; zeros stay where they are.
  void transpose_some_rows(std::int64_t first, std::int64_t last) const {
    for (std::int64_t row = first, count = 0; row < last; row += count) {
      count = std::min({last - row, panel_ - row % panel_, kRowsAtOnce});
      transpose_into_panel(
          l_.words, source_.floats() + row * l_.columns, l_.columns, count, l_.columns,
          target_.as<std::uint32_t>() + row / panel_ * l_.panel_words(panel_) + row % panel_,
          panel_);
    }
  }

  /// Columns of a panel.
  int panel_;
  /// Of transposed matrices in a panel.
  std::vector<std::int64_t> order_ = {0};
  PanelRows panel_rows_{l_};
  const PackFunctions& pack_ = pack_functions();
};

}  // namespace

std::unique_ptr<CopyKernel> make_copy_operand_kernel(const KernelContext& context,
                                                     const OperandCopies::Copy& copy) {
  const Layout layout = copy.layout.layout;
  if (layout == Layout::image_pairs || layout == Layout::phases_of_image_pairs) {
    return make_copy_image_pairs_kernel(context, copy);
  }
  if (layout == Layout::patches) return make_copy_patches_kernel(context, copy);
  return std::make_unique<CopyOperandKernel>(context, copy);
}

}  // namespace elbo::cpu
