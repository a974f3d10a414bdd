// Transpose, slice and concat: each is a set of strided copies from a source to a place in the
// target.
#include <algorithm>
#include <cstring>

#include "elbo/base/threads.h"
#include "elbo/device/cpu/kernel.h"

namespace elbo::cpu {
namespace {

/// for i < outer: target[i * target_stride ...] = source[i * source_stride ...], `run` floats each.
struct StridedCopy {
  Buffer source, target;
  std::int64_t outer = 1, run = 1;
  std::int64_t source_offset = 0, source_stride = 0;
  std::int64_t target_offset = 0, target_stride = 0;
};

class StridedCopyKernel : public Kernel {
 public:
  StridedCopyKernel(std::string name, std::string detail, std::vector<StridedCopy> copies)
      : name_(std::move(name)), detail_(std::move(detail)), copies_(std::move(copies)) {}

  void run(const RunContext&) override {
    for (const StridedCopy& copy : copies_) {
      const float* source = copy.source.floats() + copy.source_offset;
      float* target = copy.target.floats() + copy.target_offset;
      for (std::int64_t i = 0; i < copy.outer; ++i) {
        std::memcpy(target + i * copy.target_stride, source + i * copy.source_stride,
                    static_cast<std::size_t>(copy.run) * sizeof(float));
      }
    }
  }

  KernelSummary summary() const override {
    double bytes = 0;
    for (const StridedCopy& copy : copies_)
      bytes += 8.0 * static_cast<double>(copy.outer * copy.run);
    return {.name = name_, .detail = detail_, .bytes = bytes};
  }

 private:
  std::string name_, detail_;
  std::vector<StridedCopy> copies_;
};

/// Elements before and after an axis: (outer, axis, inner).
std::pair<std::int64_t, std::int64_t> around(const Extents& extents, int axis) {
  std::int64_t outer = 1, inner = 1;
  for (int i = 0; i < static_cast<int>(extents.size()); ++i) {
    if (i < axis) outer *= extents[static_cast<std::size_t>(i)];
    if (i > axis) inner *= extents[static_cast<std::size_t>(i)];
  }
  return {outer, inner};
}

std::unique_ptr<Kernel> make_slice(const KernelContext& context, NodeId id) {
  const Node& node = context.node(id);
  const auto part = node.get<AxisAttributes>();
  const Extents source = context.extents(node.inputs[0]);
  const auto [outer, inner] = around(source, part.begin);
  const std::int64_t run = (part.last - part.first) * inner;
  return std::make_unique<StridedCopyKernel>(
      "slice", describe(context.graph, id),
      std::vector<StridedCopy>{
          {.source = context.buffer(node.inputs[0]),
           .target = context.buffer(id),
           .outer = outer,
           .run = run,
           .source_offset = part.first * inner,
           .source_stride = source[static_cast<std::size_t>(part.begin)] * inner,
           .target_stride = run}});
}

std::unique_ptr<Kernel> make_concat(const KernelContext& context, NodeId id) {
  const Node& node = context.node(id);
  const int axis = node.get<AxisAttributes>().begin;
  const Extents target = context.extents(id);
  const auto [outer, inner] = around(target, axis);
  std::vector<StridedCopy> copies;
  std::int64_t offset = 0;
  for (const NodeId input : node.inputs) {
    const std::int64_t run = context.extents(input)[static_cast<std::size_t>(axis)] * inner;
    copies.push_back({.source = context.buffer(input),
                      .target = context.buffer(id),
                      .outer = outer,
                      .run = run,
                      .source_stride = run,
                      .target_offset = offset,
                      .target_stride = target[static_cast<std::size_t>(axis)] * inner});
    offset += run;
  }
  return std::make_unique<StridedCopyKernel>("concat", describe(context.graph, id),
                                             std::move(copies));
}

class TransposeKernel : public Kernel {
 public:
  TransposeKernel(const KernelContext& context, NodeId id)
      : source_(context.buffer(context.node(id).inputs[0])),
        target_(context.buffer(id)),
        extents_(context.extents(id)),
        threads_(context.threads),
        detail_(describe(context.graph, id)) {
    const Extents source = context.extents(context.node(id).inputs[0]);
    std::vector<std::int64_t> source_strides(source.size(), 1);
    for (std::size_t i = source.size(); i-- > 1;) {
      source_strides[i - 1] = source_strides[i] * source[i];
    }
    for (const int axis : context.node(id).get<TransposeAttributes>().order) {
      strides_.push_back(source_strides[static_cast<std::size_t>(axis)]);
    }
  }

  void run(const RunContext&) override {
    const std::int64_t inner = extents_.back();
    const std::int64_t rows = element_count(extents_) / inner;
    parallel_for(threads_, rows, std::max<std::int64_t>(1, 8192 / inner),
                 [&](std::int64_t first, std::int64_t last) {
                   for (std::int64_t row = first; row < last; ++row) copy_row(row, inner);
                 });
  }

  KernelSummary summary() const override {
    return {.name = "transpose",
            .detail = detail_,
            .bytes = 8.0 * static_cast<double>(element_count(extents_))};
  }

 private:
  void copy_row(std::int64_t row, std::int64_t inner) const {
    std::int64_t offset = 0, rest = row;
    for (std::size_t axis = extents_.size() - 1; axis-- > 0;) {
      offset += rest % extents_[axis] * strides_[axis];
      rest /= extents_[axis];
    }
    const float* source = source_.floats() + offset;
    float* target = target_.floats() + row * inner;
    const std::int64_t stride = strides_.back();
    for (std::int64_t i = 0; i < inner; ++i) target[i] = source[i * stride];
  }

  Buffer source_, target_;
  Extents extents_;
  std::vector<std::int64_t> strides_;
  int threads_;
  std::string detail_;
};

}  // namespace

std::unique_ptr<Kernel> make_copy_kernel(const KernelContext& context, const Group& group) {
  const NodeId id = group.nodes.front();
  switch (context.node(id).op) {
    case Op::slice:
      return make_slice(context, id);
    case Op::concat:
      return make_concat(context, id);
    default:
      return std::make_unique<TransposeKernel>(context, id);
  }
}

}  // namespace elbo::cpu
