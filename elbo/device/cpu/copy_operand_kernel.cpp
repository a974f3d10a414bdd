// Makes one copy of an operand: rounds, frames, and lays out in panels, in one pass.
#include <algorithm>
#include <cstring>

#include "elbo/base/threads.h"
#include "elbo/device/cpu/micro_kernel.h"
#include "elbo/device/cpu/operand_copies.h"
#include "elbo/device/cpu/pack.h"
#include "elbo/device/cpu/tile_ops.h"

namespace elbo::cpu {
namespace {

/// Elements that are worth a thread.
constexpr std::int64_t kGrain = 8192;
/// Words of a row that are rounded before they are transposed: a panel of them stays in the
/// first-level cache.
constexpr std::int64_t kStagedWords = 32;
constexpr std::int64_t kMaxPanel = 64;

class CopyOperandKernel : public Kernel {
 public:
  CopyOperandKernel(const KernelContext& context, const OperandCopies::Copy& copy)
      : l_(copy.layout),
        panel_(micro_kernels_for(l_.words).columns),
        source_(context.buffer(copy.source)),
        target_(&copy.address),
        threads_(context.threads) {}

  void run(const RunContext&) override {
    switch (l_.layout) {
      case Layout::rows:
        return copy_rows();
      case Layout::panels:
        return copy_panels();
      case Layout::panels_of_transpose:
        return transpose_panels();
    }
  }

  KernelSummary summary() const override {
    const double read = 4.0 * static_cast<double>(l_.images * l_.rows * l_.columns);
    return {.name = l_.words == Words::floats ? "copy" : "to_bf16",
            .detail = l_.to_string(),
            .bytes = read + static_cast<double>(l_.bytes())};
  }

 private:
  bool is_bf16() const { return l_.words == Words::bf16; }

  /// `count` numbers, one after the other.
  void convert(const float* from, std::byte* to, std::int64_t count) const {
    const auto n = static_cast<std::size_t>(count);
    switch (l_.words) {
      case Words::floats:
        std::memcpy(to, from, n * sizeof(float));
        return;
      case Words::rounded_floats:
        return functions_.round_to_bf16(from, reinterpret_cast<float*>(to), n);
      case Words::bf16:
        return functions_.to_bf16(from, reinterpret_cast<std::uint16_t*>(to), n);
    }
  }

  void copy_rows() const {
    const std::int64_t size = is_bf16() ? 2 : 4, row_bytes = l_.row_words() * 4;
    const std::int64_t height = l_.above + l_.rows + l_.below;
    const std::int64_t tail = row_bytes - (l_.before + l_.columns) * size;
    std::byte* target = target_.as<std::byte>();
    if (l_.before == 0 && tail == 0 && height == l_.rows) {
      const std::int64_t count = l_.images * l_.rows * l_.columns;
      return parallel_for(threads_, count, kGrain, [&](std::int64_t begin, std::int64_t end) {
        convert(source_.floats() + begin, target + begin * size, end - begin);
      });
    }
    parallel_for(threads_, l_.images * height, kGrain / (l_.columns + 1) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) {
                     std::byte* row = target + i * row_bytes;
                     const std::int64_t y = i % height - l_.above;
                     if (y < 0 || y >= l_.rows) {
                       std::memset(row, 0, static_cast<std::size_t>(row_bytes));
                       continue;
                     }
                     const std::int64_t first = (i / height * l_.rows + y) * l_.columns;
                     std::memset(row, 0, static_cast<std::size_t>(l_.before * size));
                     convert(source_.floats() + first, row + l_.before * size, l_.columns);
                     std::memset(row + row_bytes - tail, 0, static_cast<std::size_t>(tail));
                   }
                 });
  }

  void copy_panels() const {
    static constexpr float kZeros[kMaxPanel] = {};
    const std::int64_t panel_step = l_.panel_words(panel_), whole = l_.columns / panel_ * panel_;
    const std::int64_t rest = l_.columns - whole;
    auto* words = target_.as<std::uint32_t>();
    const std::int64_t rows_a_word = is_bf16() ? 2 : 1;
    parallel_for(threads_, panel_step / panel_, kGrain / (l_.columns + 1) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t k = begin; k < end; ++k) {
                     const float* row = source_.floats() + k * rows_a_word * l_.columns;
                     std::uint32_t* to = words + k * panel_;
                     if (is_bf16()) {
                       const bool is_last = 2 * k + 1 == l_.rows;
                       pack_.pair_rows(row, is_last ? row : row + l_.columns, l_.columns, to,
                                       panel_, panel_step);
                       if (is_last) clear_upper_halves(to, panel_step);
                     } else {
                       for (std::int64_t at = 0; at < l_.columns; at += panel_) {
                         convert(row + at,
                                 reinterpret_cast<std::byte*>(to + at / panel_ * panel_step),
                                 std::min<std::int64_t>(panel_, l_.columns - at));
                       }
                     }
                     if (rest > 0) {
                       std::memcpy(to + whole / panel_ * panel_step + rest, kZeros,
                                   static_cast<std::size_t>(panel_ - rest) * sizeof(float));
                     }
                   }
                 });
  }

  /// The last row has no second one to go with.
  void clear_upper_halves(std::uint32_t* words, std::int64_t panel_step) const {
    for (std::int64_t column = 0; column < l_.columns; ++column) {
      words[column / panel_ * panel_step + column % panel_] &= 0xffffu;
    }
  }

  void transpose_panels() const {
    const std::int64_t panel_words = l_.panel_words(panel_);
    const std::int64_t panels = (l_.rows + panel_ - 1) / panel_;
    auto* words = target_.as<std::uint32_t>();
    const std::int64_t grain = kGrain / (panel_words + 1) + 1;
    parallel_for(threads_, panels, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t panel = begin; panel < end; ++panel) {
        const std::int64_t first = panel * panel_, rows = std::min(l_.rows - first, panel_);
        const float* from = source_.floats() + first * l_.columns;
        std::uint32_t* to = words + panel * panel_words;
        if (rows < panel_) {
          std::memset(to, 0, static_cast<std::size_t>(panel_words) * sizeof(*to));
        }
        if (l_.words == Words::floats) {
          pack_.transpose(reinterpret_cast<const std::uint32_t*>(from), l_.columns, rows,
                          l_.columns, to, panel_);
        } else {
          transpose_rounded(from, rows, to);
        }
      }
    });
  }

  void transpose_rounded(const float* from, std::int64_t rows, std::uint32_t* to) const {
    const std::int64_t numbers_a_word = is_bf16() ? 2 : 1;
    const std::int64_t step = kStagedWords * numbers_a_word;
    std::uint32_t staged[kMaxPanel * kStagedWords];
    for (std::int64_t at = 0; at < l_.columns; at += step) {
      const std::int64_t count = std::min(step, l_.columns - at);
      const std::int64_t words = (count + numbers_a_word - 1) / numbers_a_word;
      for (std::int64_t row = 0; row < rows; ++row) {
        std::uint32_t* line = staged + row * kStagedWords;
        line[words - 1] = 0;  // half of the last word may stay empty
        convert(from + row * l_.columns + at, reinterpret_cast<std::byte*>(line), count);
      }
      pack_.transpose(staged, kStagedWords, rows, words, to + at / numbers_a_word * panel_, panel_);
    }
  }

  OperandLayout l_;
  std::int64_t panel_;
  Buffer source_, target_;
  int threads_;
  const TileFunctions& functions_ = tile_functions();
  const PackFunctions& pack_ = pack_functions();
};

}  // namespace

std::unique_ptr<Kernel> make_copy_operand_kernel(const KernelContext& context,
                                                 const OperandCopies::Copy& copy) {
  return std::make_unique<CopyOperandKernel>(context, copy);
}

}  // namespace elbo::cpu
