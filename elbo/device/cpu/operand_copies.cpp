#include "elbo/device/cpu/operand_copies.h"

#include <fmt/format.h>

#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

/// Words that hold `count` numbers.
std::int64_t words_for(std::int64_t count, Words words) {
  return words == Words::bf16 ? (count + 1) / 2 : count;
}

}  // namespace

std::int64_t OperandLayout::inner_words(std::int64_t numbers) const {
  return (words_for(numbers, words) + inner_unit - 1) / inner_unit * inner_unit;
}

std::int64_t OperandLayout::inner_pixels() const {
  const std::int64_t pixels = pairs() * plane_height * plane_width;
  return (pixels + inner_unit - 1) / inner_unit * inner_unit;
}

std::int64_t OperandLayout::row_words() const {
  if (layout == Layout::phases_of_image_pairs) {
    // Rows are read from the word of any pixel on. They lie an odd number of cache lines apart,
    // not to crowd into few sets of the caches.
    constexpr std::int64_t kLine = 16;
    const std::int64_t lines = (inner_pixels() + plane_height * plane_width + kLine - 1) / kLine;
    return (lines | 1) * kLine;
  }
  if (layout == Layout::rows_of_transpose) return inner_words(rows);
  if (layout == Layout::patches) return inner_words(window_height * window_width * channels);
  return inner_words(before + columns + after);
}

std::int64_t OperandLayout::matrix_words() const {
  const std::int64_t filled = (above + rows + below) * row_words();
  // Products read the same pixel of many images at once: these lie an odd number of cache lines
  // apart, not to crowd into few sets of the caches.
  constexpr std::int64_t kLine = 16;
  return has_frame() && filled % (2 * kLine) == 0 ? filled + kLine : filled;
}

std::int64_t OperandLayout::panel_words(int panel_columns) const {
  if (layout == Layout::image_pairs) return inner_pixels() * panel_columns;
  const std::int64_t down = layout == Layout::panels ? rows : columns / groups;
  return matrices * inner_words(down) * panel_columns;
}

std::int64_t OperandLayout::group_words(int panel_columns) const {
  const std::int64_t across = layout == Layout::panels        ? columns / groups
                              : layout == Layout::image_pairs ? channels / groups
                                                              : rows;
  return (across + panel_columns - 1) / panel_columns * panel_words(panel_columns);
}

std::int64_t OperandLayout::bytes() const {
  constexpr std::int64_t kWord = 4;
  if (layout == Layout::rows) return matrices * matrix_words() * kWord;
  if (layout == Layout::phases_of_image_pairs) {
    return stride * stride * channels * row_words() * kWord;
  }
  if (layout == Layout::rows_of_transpose) return columns * row_words() * kWord;
  if (layout == Layout::patches) {
    return matrices * plane_height * plane_width * row_words() * kWord;
  }
  return groups * group_words(micro_kernels_for(words).columns) * kWord;
}

bool OperandLayout::goes_by_rows() const {
  return (layout == Layout::panels || layout == Layout::panels_of_transpose) && matrices == 1 &&
         groups == 1;
}

std::string OperandLayout::to_string() const {
  std::string text = matrices > 1 ? fmt::format("({}, {}, {})", matrices, rows, columns)
                                  : fmt::format("({}, {})", rows, columns);
  if (layout == Layout::rows_of_transpose) text += "^T";
  if (layout == Layout::panels) text += " in panels";
  if (layout == Layout::panels_of_transpose || layout == Layout::panels_of_taps) {
    text += "^T in panels";
  }
  if (groups > 1) text += fmt::format(" of {} groups", groups);
  if (layout == Layout::image_pairs) text += " of image pairs in panels";
  if (layout == Layout::phases_of_image_pairs) text += " of image pairs in phases";
  if (layout == Layout::patches) {
    text += fmt::format(" in patches of {} x {}", window_height, window_width);
  }
  if (has_frame()) text += " in a frame of zeros";
  if (words == Words::rounded_floats) text += " (emulated)";
  return text;
}

std::vector<std::int64_t> tap_order(std::int64_t height, std::int64_t width, std::int64_t stride) {
  std::vector<std::int64_t> order;
  const auto last = [stride](std::int64_t remainder, std::int64_t length) {
    return remainder < length ? length - 1 - (length - 1 - remainder) % stride : -1;
  };
  for (std::int64_t down = 0; down < stride; ++down) {
    for (std::int64_t across = 0; across < stride; ++across) {
      for (std::int64_t row = last(down, height); row >= 0; row -= stride) {
        for (std::int64_t column = last(across, width); column >= 0; column -= stride) {
          order.push_back(row * width + column);
        }
      }
    }
  }
  return order;
}

Buffer request_panels(const KernelContext& context, NodeId id, const OperandLayout& layout,
                      Product& product) {
  product.b_stride = product.kernels->columns;
  product.panel_step = layout.panel_words(product.kernels->columns);
  product.groups = layout.groups;
  product.b_group = layout.group_words(product.kernels->columns);
  return context.copies.request(context.root(id), layout);
}

CopyKernel::CopyKernel(const KernelContext& context, const OperandCopies::Copy& copy)
    : l_(copy.layout),
      source_(context.buffer(copy.source)),
      is_narrow_(context.is_narrow(copy.source)),
      target_(&copy.address),
      threads_(context.threads) {}

KernelSummary CopyKernel::summary() const {
  const double read =
      (is_narrow_ ? 2.0 : 4.0) * static_cast<double>(l_.matrices * l_.rows * l_.columns);
  return {.name = l_.words == Words::floats ? "copy" : "to_bf16",
          .detail = l_.to_string(),
          .bytes = read + static_cast<double>(l_.bytes())};
}

void CopyKernel::lay_rows(std::int64_t, std::int64_t) const {
  ELBO_ASSERT(false);
}

Words words_of(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return Words::floats;
    case Precision::bf16:
      return Words::bf16;
    case Precision::bf16_emulated:
      break;
  }
  return Words::rounded_floats;
}

const MicroKernels& micro_kernels_for(Words words) {
  if (words != Words::bf16) return float_micro_kernels();
  const MicroKernels* kernels = bf16_micro_kernels();
  ELBO_ASSERT(kernels != nullptr);
  return *kernels;
}

std::string note_on(Words words) {
  return words == Words::bf16 ? std::string(", ") + micro_kernels_for(words).name : "";
}

Buffer OperandCopies::request(NodeId root, const OperandLayout& layout) {
  const auto found = std::find_if(copies_.begin(), copies_.end(), [&](const Copy& copy) {
    return copy.source == root && copy.layout == layout;
  });
  if (found != copies_.end()) {
    found->last = group_;
    return Buffer(&found->address);
  }
  copies_.push_back({.source = root, .layout = layout, .first = group_, .last = group_});
  return Buffer(&copies_.back().address);
}

}  // namespace elbo::cpu
