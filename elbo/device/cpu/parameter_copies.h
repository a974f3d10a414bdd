// The copies of parameters that a plan keeps from run to run, and makes piece by piece in the pass
// that changes the parameters.
#pragma once

#include <deque>
#include <vector>

#include "elbo/device/cpu/operand_copies.h"
#include "elbo/device/parameter_pass.h"

namespace elbo::cpu {

/// True for a copy that can follow its source, row by row, and had better: rounded ones. (Floats in
/// another order are as much to write as the parameters themselves; measured, both at once take
/// longer than one after the other.)
bool can_follow(const Graph& graph, const OperandCopies::Copy& copy);

class ParameterCopies : public ParameterPass {
 public:
  explicit ParameterCopies(const Graph& graph);

  /// From now on the copy, which can follow, does. The kernel must outlive this.
  void add(const OperandCopies::Copy& copy, const CopyKernel& kernel);
  /// Cuts the pass into pieces, after the last of them.
  void cut();

  std::span<const ParameterPiece> pieces() const override { return pieces_; }
  void follow(std::size_t piece) const override;

 private:
  /// Rows of the parameter, for its copies.
  struct Rows {
    std::size_t parameter;
    std::int64_t first, last;
  };

  const Graph& graph_;
  /// For each parameter its rows, 0 without copies, and who makes these.
  std::vector<std::int64_t> rows_;
  std::vector<std::vector<const CopyKernel*>> kernels_;
  std::vector<ParameterPiece> pieces_;
  /// For each piece.
  std::vector<Rows> piece_rows_;
};

}  // namespace elbo::cpu
