// Rows of a matrix spread over the panels of an operand's copy.
#pragma once

#include <cstdint>

#include "elbo/device/cpu/operand_copies.h"
#include "elbo/device/cpu/pack.h"

namespace elbo::cpu {

class PanelRows {
 public:
  /// For the panels of a group of the layout.
  explicit PanelRows(const OperandLayout& layout);

  int panel() const { return panel_; }
  /// A row, or in words of bfloat16 a pair of rows, of `columns` elements; the second may be null:
  /// zeros. to: where the row is in the first panel. Panels end with zeros.
  void spread(Numbers row, Numbers second, std::int64_t columns, std::uint32_t* to) const;
  /// A row of zeros.
  void clear(std::int64_t columns, std::uint32_t* to) const;

 private:
  Words words_;
  int panel_;
  /// Words between panels.
  std::int64_t step_;
  const PackFunctions& pack_ = pack_functions();
};

}  // namespace elbo::cpu
