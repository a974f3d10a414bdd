// Sums and maxima over leading or middle axes: the operand is seen as (outer, reduced, inner).
#include <algorithm>
#include <cstring>

#include "elbo/base/threads.h"
#include "elbo/device/cpu/kernel.h"
#include "elbo/device/cpu/row_blocks.h"
#include "elbo/device/cpu/tile_ops.h"

namespace elbo::cpu {
namespace {

constexpr std::int64_t kWorkPerThread = 16384;
/// Elements of rows of which a block stays in the first-level cache.
constexpr std::int64_t kShortRow = 512;

class ReductionKernel : public Kernel {
 public:
  ReductionKernel(const KernelContext& context, NodeId id)
      : source_(context.buffer(context.node(id).inputs[0])),
        target_(context.buffer(id)),
        is_max_(context.node(id).op == Op::max),
        detail_(context.node(context.node(id).inputs[0]).shape.to_string() + " -> " +
                context.node(id).shape.to_string()) {
    const auto axes = context.node(id).get<AxisAttributes>();
    const Extents extents = context.extents(context.node(id).inputs[0]);
    for (int axis = 0; axis < static_cast<int>(extents.size()); ++axis) {
      const std::int64_t length = extents[static_cast<std::size_t>(axis)];
      (axis < axes.begin ? outer_ : axis < axes.end ? reduced_ : inner_) *= length;
    }
    // Blocks pay when one outer entry has many rows; otherwise outer entries go to threads whole.
    if (outer_ == 1) blocks_ = row_blocks(reduced_);
    const std::int64_t work = outer_ * reduced_ * inner_;
    threads_ =
        static_cast<int>(std::clamp<std::int64_t>(work / kWorkPerThread, 1, context.threads));
  }

  std::int64_t scratch_bytes() const override {
    return blocks_ > 1 ? blocks_ * inner_ * static_cast<std::int64_t>(sizeof(float)) : 0;
  }
  void set_scratch(std::byte* scratch) override { scratch_ = reinterpret_cast<float*>(scratch); }

  void run(const RunContext&) override {
    if (blocks_ == 1) {
      parallel_for(threads_, outer_, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
          reduce_rows(source_.floats() + i * reduced_ * inner_, reduced_,
                      target_.floats() + i * inner_);
        }
      });
      return;
    }
    parallel_for(threads_, blocks_, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t block = first; block < last; ++block) {
        const std::int64_t begin = reduced_ * block / blocks_;
        const std::int64_t end = reduced_ * (block + 1) / blocks_;
        reduce_rows(source_.floats() + begin * inner_, end - begin, scratch_ + block * inner_);
      }
    });
    reduce_rows(scratch_, blocks_, target_.floats());
  }

  KernelSummary summary() const override {
    const double count = static_cast<double>(outer_ * reduced_ * inner_);
    return {.name = is_max_ ? "max" : "sum", .detail = detail_, .flops = count, .bytes = 4 * count};
  }

 private:
  void reduce_rows(const float* rows, std::int64_t count, float* target) const {
    const auto length = static_cast<std::size_t>(inner_);
    std::memcpy(target, rows, length * sizeof(float));
    if (!is_max_ && inner_ <= kShortRow) {
      functions_.accumulate_rows(rows + inner_, static_cast<std::size_t>(count - 1), length,
                                 target);
      return;
    }
    for (std::int64_t row = 1; row < count; ++row) {
      (is_max_ ? functions_.accumulate_max : functions_.accumulate)(rows + row * inner_, target,
                                                                    length);
    }
  }

  Buffer source_, target_;
  bool is_max_;
  std::string detail_;
  std::int64_t outer_ = 1, reduced_ = 1, inner_ = 1, blocks_ = 1;
  int threads_ = 1;
  const TileFunctions& functions_ = tile_functions();
  float* scratch_ = nullptr;
};

}  // namespace

std::unique_ptr<Kernel> make_reduction_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<ReductionKernel>(context, group.nodes.front());
}

}  // namespace elbo::cpu
