#include "elbo/device/cpu/parameter_copies.h"

#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/graph/parameters.h"

namespace elbo::cpu {

bool can_follow(const Graph& graph, const OperandCopies::Copy& copy) {
  return graph.node(copy.source).op == Op::parameter && copy.layout.goes_by_rows() &&
         copy.layout.words != Words::floats;
}

ParameterCopies::ParameterCopies(const Graph& graph)
    : graph_(graph), rows_(graph.parameters().size()), kernels_(rows_.size()) {}

void ParameterCopies::add(const OperandCopies::Copy& copy, const CopyKernel& kernel) {
  const auto& parameters = graph_.parameters();
  const auto found = std::find(parameters.begin(), parameters.end(), copy.source);
  ELBO_ASSERT(found != parameters.end());
  const auto i = static_cast<std::size_t>(found - parameters.begin());
  ELBO_ASSERT(rows_[i] == 0 || rows_[i] == copy.layout.rows);
  rows_[i] = copy.layout.rows;
  kernels_[i].push_back(&kernel);
}

void ParameterCopies::cut() {
  // Enough to be worth the call, few enough to stay in the second-level cache with gradient and
  // moments.
  constexpr std::int64_t kPieceFloats = 8192;
  const ParameterLayout layout(graph_);
  const std::vector<ParameterSlot>& slots = layout.slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::int64_t slot_end = i + 1 < slots.size() ? slots[i + 1].offset : layout.size();
    // What has no copies is cut as if it were rows of one float.
    const std::int64_t rows = rows_[i] > 0 ? rows_[i] : slot_end - slots[i].offset;
    const std::int64_t columns = rows_[i] > 0 ? slots[i].count / rows : 1;
    const std::int64_t step =
        std::max<std::int64_t>(1, kPieceFloats / columns / kRowsAtOnce) * kRowsAtOnce;
    for (std::int64_t first = 0; first < rows; first += step) {
      const std::int64_t last = std::min(first + step, rows);
      pieces_.push_back(
          {.begin = slots[i].offset + first * columns,
           .end = last == rows ? slot_end : slots[i].offset + last * columns,
           .place = static_cast<double>(first + last) / 2 / static_cast<double>(rows)});
      piece_rows_.push_back({i, first, last});
    }
  }
}

void ParameterCopies::follow(std::size_t piece) const {
  const Rows& rows = piece_rows_[piece];
  for (const CopyKernel* kernel : kernels_[rows.parameter]) kernel->lay_rows(rows.first, rows.last);
}

}  // namespace elbo::cpu
