#include "elbo/device/cpu/narrow_values.h"

#include <algorithm>

#include "elbo/device/cpu/conv_geometry.h"
#include "elbo/device/cpu/matmul_geometry.h"

namespace elbo::cpu {
namespace {

class NarrowValues {
 public:
  NarrowValues(const KernelContext& context, const std::vector<PlanOutput>& outputs)
      : context_(context), is_narrow_(context.fusion.root.size(), false) {
    for (const Group& group : context.fusion.groups) {
      for (const NodeId id : group.results) is_narrow_[index(id)] = can_be_written(group, id);
    }
    // Whoever reads it otherwise makes it wide again.
    std::vector<bool> multiplied(is_narrow_.size(), false);
    std::vector<std::vector<NodeId>> sloped(is_narrow_.size());
    for (const Group& group : context.fusion.groups) {
      for (const NodeId id : group.nodes) {
        for (std::size_t operand = 0; operand < context.node(id).inputs.size(); ++operand) {
          const NodeId value = context.root(context.node(id).inputs[operand]);
          if (is_made_in(group, value)) continue;
          const std::size_t root = index(value);
          if (reads_narrow(group, id, operand)) {
            multiplied[root] = true;
          } else if (group.kind == GroupKind::map && is_sloped(id, operand)) {
            sloped[root].push_back(id);
          } else if (group.kind != GroupKind::map || !reads_sign(id, operand)) {
            is_narrow_[root] = false;
          }
        }
      }
    }
    for (const PlanOutput& output : outputs) {
      is_narrow_[index(context.root(output.value.id()))] = false;
    }
    const std::vector<bool> can_be = is_narrow_;
    for (std::size_t i = 0; i < can_be.size(); ++i) {
      is_narrow_[i] = can_be[i] && multiplied[i] && sloped[i].empty();
    }
    // What a slope lets through is rounded just as well before.
    for (std::size_t i = 0; i < can_be.size(); ++i) {
      const auto is_result_narrow = [&](NodeId id) { return is_narrow_[index(id)]; };
      if (can_be[i] && !sloped[i].empty()) {
        is_narrow_[i] = std::all_of(sloped[i].begin(), sloped[i].end(), is_result_narrow);
      }
    }
  }

  std::vector<bool> take() && { return std::move(is_narrow_); }

 private:
  static std::size_t index(NodeId id) { return static_cast<std::size_t>(id); }

  static bool is_made_in(const Group& group, NodeId id) {
    return std::find(group.nodes.begin(), group.nodes.end(), id) != group.nodes.end();
  }

  /// Rows are whole words.
  bool has_even_rows(NodeId id) const {
    const Extents extents = context_.extents(id);
    return !extents.empty() && extents.back() % 2 == 0;
  }

  bool can_be_written(const Group& group, NodeId id) const {
    if (!has_even_rows(id)) return false;
    if (group.kind == GroupKind::contraction) return writes_rows_at_once(group.nodes.front());
    if (group.kind != GroupKind::map) return false;
    // One number for each element of the index space.
    const Node& first = context_.node(group.nodes.front());
    const std::int64_t space = is_reduction(first.op) ? context_.count(first.inputs[0])
                                                      : context_.count(group.nodes.front());
    return !is_reduction(context_.node(id).op) && context_.count(id) == space;
  }

  /// A product whose sums are complete in registers, and that leaves no gaps.
  bool writes_rows_at_once(NodeId id) const {
    constexpr std::int64_t kShort = 1024;
    const Node& node = context_.node(id);
    if (node.op == Op::matmul) return matmul_geometry(context_, id).inner <= kShort;
    const ConvGeometry g = conv_geometry(context_, id);
    const std::int64_t height = g.weights[0], width = g.weights[1];
    if (node.op == Op::conv2d) return height * width * g.inputs() <= kShort;
    if (node.op != Op::conv2d_input_gradient || prefers_patches(g)) return false;
    const auto taps = [&](std::int64_t length) { return (length + g.stride - 1) / g.stride; };
    const bool leaves_gaps = std::min(height, width) < g.stride;
    return !leaves_gaps && taps(height) * taps(width) * g.outputs() <= kShort;
  }

  /// relu's slope, which asks for no more than the sign.
  bool reads_sign(NodeId id, std::size_t operand) const {
    const Node& node = context_.node(id);
    if (node.op != Op::less || operand != 1) return false;
    if (context_.count(node.inputs[1]) != context_.count(id)) return false;
    const auto* zero =
        std::get_if<ConstantAttributes>(&context_.node(context_.root(node.inputs[0])).attributes);
    return zero != nullptr && zero->values.size() == 1 && zero->values[0] == 0;
  }

  /// What is multiplied with relu's slope, element by element.
  bool is_sloped(NodeId id, std::size_t operand) const {
    const Node& node = context_.node(id);
    if (node.op != Op::multiply || context_.count(node.inputs[operand]) != context_.count(id)) {
      return false;
    }
    const NodeId slope = context_.root(node.inputs[1 - operand]);
    return context_.node(slope).op == Op::less && reads_sign(slope, 1);
  }

  /// As an operand that is laid out anew, or whose rows are read where they are.
  bool reads_narrow(const Group& group, NodeId id, std::size_t operand) const {
    const Node& node = context_.node(id);
    if (group.kind != GroupKind::contraction || id != group.nodes.front()) return false;
    if (node.op == Op::matmul) {
      return has_even_rows(node.inputs[operand]) &&
             (operand == 0 || !node.get<MatmulAttributes>().transpose_b);
    }
    const bool is_image = operand == 0 || node.op == Op::conv2d_weight_gradient;
    return is_image &&
           conv_words(conv_geometry(context_, id), node.op, context_.precision) == Words::bf16;
  }

  const KernelContext& context_;
  std::vector<bool> is_narrow_;
};

}  // namespace

std::vector<bool> narrow_values(const KernelContext& context,
                                const std::vector<PlanOutput>& outputs) {
  if (words_of(context.precision) != Words::bf16) {
    return std::vector<bool>(context.fusion.root.size(), false);
  }
  return NarrowValues(context, outputs).take();
}

}  // namespace elbo::cpu
