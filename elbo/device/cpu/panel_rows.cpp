#include "elbo/device/cpu/panel_rows.h"

#include <algorithm>

namespace elbo::cpu {

PanelRows::PanelRows(const OperandLayout& layout)
    : words_(layout.words),
      panel_(micro_kernels_for(words_).columns),
      step_(layout.panel_words(panel_)) {}

void PanelRows::spread(Numbers row, Numbers second, std::int64_t columns, std::uint32_t* to) const {
  const bool has_second = second.at != nullptr;
  const std::int64_t whole = columns / panel_ * panel_, rest = columns - whole;
  switch (words_) {
    case Words::floats:
      pack_.spread_row(row.floats(), columns, to, panel_, step_);
      break;
    case Words::rounded_floats:
      for (std::int64_t at = 0; at < columns; at += panel_) {
        convert(words_, row + at, reinterpret_cast<std::byte*>(to + at / panel_ * step_),
                std::min<std::int64_t>(panel_, columns - at));
      }
      break;
    case Words::bf16:
      pack_.pair(row, has_second ? second : row, columns, to, panel_, step_);
      for (std::int64_t i = 0; !has_second && i < columns; ++i) {
        to[i / panel_ * step_ + i % panel_] &= 0xffffu;
      }
      break;
  }
  if (rest > 0) std::fill_n(to + whole / panel_ * step_ + rest, panel_ - rest, 0);
}

void PanelRows::clear(std::int64_t columns, std::uint32_t* to) const {
  for (std::int64_t at = 0; at < columns; at += panel_, to += step_) std::fill_n(to, panel_, 0);
}

}  // namespace elbo::cpu
