#include "elbo/device/reference/reference_kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "elbo/base/check.h"
#include "elbo/base/philox.h"

namespace elbo {
namespace {

using Elements = std::vector<double>;

/// Calls body(flat, index) for every element of an array, in row-major order.
template <typename Body>
void for_each_index(const Extents& extents, const Body& body) {
  Extents index(extents.size(), 0);
  const std::int64_t count = element_count(extents);
  for (std::int64_t flat = 0; flat < count; ++flat) {
    body(static_cast<std::size_t>(flat), index);
    for (std::size_t axis = extents.size(); axis-- > 0;) {
      if (++index[axis] < extents[axis]) break;
      index[axis] = 0;
    }
  }
}

/// The flat position in an array of the given extents that broadcasts to `index`.
std::size_t position(const Extents& extents, const Extents& index) {
  std::int64_t flat = 0;
  const std::size_t skipped = index.size() - extents.size();
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    flat = flat * extents[axis] + (extents[axis] == 1 ? 0 : index[axis + skipped]);
  }
  return static_cast<std::size_t>(flat);
}

/// std::max and std::min lose a NaN in their second operand.
double larger(double a, double b) {
  return std::isnan(b) ? b : std::max(a, b);
}
double smaller(double a, double b) {
  return std::isnan(b) ? b : std::min(a, b);
}

double map(Op op, double a, double b, double c) {
  switch (op) {
    case Op::add:
      return a + b;
    case Op::subtract:
      return a - b;
    case Op::multiply:
      return a * b;
    case Op::divide:
      return a / b;
    case Op::maximum:
      return larger(a, b);
    case Op::minimum:
      return smaller(a, b);
    case Op::less:
      return a < b ? 1 : 0;
    case Op::equal:
      return a == b ? 1 : 0;
    case Op::select:
      return a != 0 ? b : c;
    case Op::negate:
      return -a;
    case Op::exp:
      return std::exp(a);
    case Op::log:
      return std::log(a);
    case Op::sqrt:
      return std::sqrt(a);
    case Op::tanh:
      return std::tanh(a);
    case Op::sigmoid:
      return 1 / (1 + std::exp(-a));
    case Op::softplus:
      return std::max(a, 0.0) + std::log1p(std::exp(-std::abs(a)));
    case Op::relu:
      return std::max(a, 0.0);
    case Op::absolute:
      return std::abs(a);
    default:
      return a;  // stop_gradient, broadcast_to
  }
}

/// What every kernel needs: the node, its extents and its operands.
struct Call {
  const Graph& graph;
  const Node& node;
  const ReferenceValues& values;
  std::int64_t batch_size;
  const RunContext& context;
  Extents extents = node.shape.resolve(batch_size);

  const Elements& operand(std::size_t i) const {
    return values[static_cast<std::size_t>(node.inputs[i])];
  }
  Extents operand_extents(std::size_t i) const {
    return graph.node(node.inputs[i]).shape.resolve(batch_size);
  }
  Elements result() const { return Elements(static_cast<std::size_t>(element_count(extents)), 0); }
};

Elements run_constant(const Call& call) {
  const auto& constant = call.node.get<ConstantAttributes>();
  const double scale = std::pow(static_cast<double>(call.batch_size), constant.batch_power);
  Elements result = call.result();
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = constant.values[constant.values.size() == 1 ? 0 : i] * scale;
  }
  return result;
}

/// Element e of example n of a stream comes from word e % 4 of the block with counter
/// (e / 4, n, step, stream). Normals pair the words: Box-Muller.
Elements run_random(const Call& call) {
  Elements result = call.result();
  const bool per_example = call.node.shape.has_batch();
  const std::size_t examples =
      per_example ? static_cast<std::size_t>(call.batch_size) : std::size_t{1};
  const std::size_t length = result.size() / examples;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto element = static_cast<std::uint32_t>(i % length);
    const std::uint32_t example =
        per_example ? call.context.example_key(static_cast<std::int64_t>(i / length)) : 0;
    const auto words = philox4x32(
        {element / 4, example, call.context.step, call.node.get<RandomAttributes>().stream},
        call.context.seed);
    const std::size_t word = element % 4;
    if (call.node.op == Op::random_uniform) {
      result[i] = uniform_from_bits(words[word]);
      continue;
    }
    const std::size_t pair = word / 2 * 2;
    const double u = 1.0 - static_cast<double>(uniform_from_bits(words[pair]));
    const double angle =
        6.283185307179586 * static_cast<double>(uniform_from_bits(words[pair + 1]));
    result[i] = std::sqrt(-2 * std::log(u)) * (word % 2 == 0 ? std::cos(angle) : std::sin(angle));
  }
  return result;
}

Elements run_map(const Call& call) {
  Elements result = call.result();
  const std::size_t arity = call.node.inputs.size();
  std::array<Extents, 3> extents;
  for (std::size_t i = 0; i < arity; ++i) extents[i] = call.operand_extents(i);
  for_each_index(call.extents, [&](std::size_t flat, const Extents& index) {
    std::array<double, 3> x{};
    for (std::size_t i = 0; i < arity; ++i) x[i] = call.operand(i)[position(extents[i], index)];
    result[flat] = map(call.node.op, x[0], x[1], x[2]);
  });
  return result;
}

Elements run_gather(const Call& call) {
  Elements result = call.result();
  const auto columns = static_cast<std::size_t>(call.extents[1]);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto row = static_cast<std::size_t>(call.operand(1)[i / columns]);
    result[i] = call.operand(0)[row * columns + i % columns];
  }
  return result;
}

Elements run_matmul(const Call& call) {
  Elements result = call.result();
  const auto [transpose_a, transpose_b] = call.node.get<MatmulAttributes>();
  const auto rows = static_cast<std::size_t>(call.extents[0]);
  const auto columns = static_cast<std::size_t>(call.extents[1]);
  const std::size_t inner = call.operand(0).size() / rows;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      double total = 0;
      for (std::size_t k = 0; k < inner; ++k) {
        total += call.operand(0)[transpose_a ? k * rows + i : i * inner + k] *
                 call.operand(1)[transpose_b ? j * inner + k : k * columns + j];
      }
      result[i * columns + j] = total;
    }
  }
  return result;
}

/// All three convolutions are the same sum over (n, oy, ox, ky, kx, i, o) of a product of two of
/// {x, weights, y}, added to the third.
Elements run_conv(const Call& call) {
  Elements result = call.result();
  const auto geometry = call.node.get<Conv2dAttributes>();
  const Op op = call.node.op;
  const Extents x = op == Op::conv2d_input_gradient ? call.extents : call.operand_extents(0);
  const Extents w = op == Op::conv2d_weight_gradient ? call.extents : call.operand_extents(1);
  const Extents y = op == Op::conv2d                  ? call.extents
                    : op == Op::conv2d_input_gradient ? call.operand_extents(0)
                                                      : call.operand_extents(1);
  const auto at = [](const Extents& e, std::int64_t a, std::int64_t b, std::int64_t c,
                     std::int64_t d) {
    return static_cast<std::size_t>(((a * e[1] + b) * e[2] + c) * e[3] + d);
  };
  const std::int64_t outputs_a_group = y[3] / geometry.groups;
  for_each_index(y, [&](std::size_t flat_y, const Extents& index) {
    const std::int64_t first_input = index[3] / outputs_a_group * w[2];
    for (std::int64_t ky = 0; ky < w[0]; ++ky) {
      const std::int64_t iy = index[1] * geometry.stride + ky - geometry.padding_begin;
      if (iy < 0 || iy >= x[1]) continue;
      for (std::int64_t kx = 0; kx < w[1]; ++kx) {
        const std::int64_t ix = index[2] * geometry.stride + kx - geometry.padding_begin;
        if (ix < 0 || ix >= x[2]) continue;
        for (std::int64_t i = 0; i < w[2]; ++i) {
          const std::size_t flat_x = at(x, index[0], iy, ix, first_input + i);
          const std::size_t flat_w = at(w, ky, kx, i, index[3]);
          if (op == Op::conv2d) {
            result[flat_y] += call.operand(0)[flat_x] * call.operand(1)[flat_w];
          } else if (op == Op::conv2d_input_gradient) {
            result[flat_x] += call.operand(0)[flat_y] * call.operand(1)[flat_w];
          } else {
            result[flat_w] += call.operand(0)[flat_x] * call.operand(1)[flat_y];
          }
        }
      }
    }
  });
  return result;
}

Elements run_reduction(const Call& call) {
  Elements result = call.result();
  const bool is_max = call.node.op == Op::max;
  if (is_max) std::fill(result.begin(), result.end(), -std::numeric_limits<double>::infinity());
  const auto axes = call.node.get<AxisAttributes>();
  const Extents extents = call.operand_extents(0);
  std::size_t reduced = 1, inner = 1;
  for (int axis = axes.begin; axis < static_cast<int>(extents.size()); ++axis) {
    const auto length = static_cast<std::size_t>(extents[static_cast<std::size_t>(axis)]);
    (axis < axes.end ? reduced : inner) *= length;
  }
  for (std::size_t i = 0; i < call.operand(0).size(); ++i) {
    double& target = result[i / (reduced * inner) * inner + i % inner];
    target = is_max ? larger(target, call.operand(0)[i]) : target + call.operand(0)[i];
  }
  return result;
}

Elements run_transpose(const Call& call) {
  Elements result = call.result();
  const std::vector<int>& order = call.node.get<TransposeAttributes>().order;
  const Extents source = call.operand_extents(0);
  Extents source_index(source.size());
  for_each_index(call.extents, [&](std::size_t flat, const Extents& index) {
    for (std::size_t i = 0; i < order.size(); ++i) {
      source_index[static_cast<std::size_t>(order[i])] = index[i];
    }
    result[flat] = call.operand(0)[position(source, source_index)];
  });
  return result;
}

Elements run_slice(const Call& call) {
  Elements result = call.result();
  const auto part = call.node.get<AxisAttributes>();
  const Extents source = call.operand_extents(0);
  for_each_index(call.extents, [&](std::size_t flat, Extents index) {
    index[static_cast<std::size_t>(part.begin)] += part.first;
    std::int64_t from = 0;
    for (std::size_t axis = 0; axis < source.size(); ++axis) {
      from = from * source[axis] + index[axis];
    }
    result[flat] = call.operand(0)[static_cast<std::size_t>(from)];
  });
  return result;
}

Elements run_concat(const Call& call) {
  Elements result = call.result();
  const auto axis = static_cast<std::size_t>(call.node.get<AxisAttributes>().begin);
  for_each_index(call.extents, [&](std::size_t flat, Extents index) {
    std::size_t part = 0;
    while (index[axis] >= call.operand_extents(part)[axis]) {
      index[axis] -= call.operand_extents(part)[axis];
      ++part;
    }
    std::int64_t from = 0;
    const Extents source = call.operand_extents(part);
    for (std::size_t i = 0; i < source.size(); ++i) from = from * source[i] + index[i];
    result[flat] = call.operand(part)[static_cast<std::size_t>(from)];
  });
  return result;
}

}  // namespace

std::vector<double> reference_kernel(const Graph& graph, NodeId id, const ReferenceValues& values,
                                     std::int64_t batch_size, const RunContext& context) {
  const Call call{graph, graph.node(id), values, batch_size, context};
  const Op op = call.node.op;
  if (op == Op::constant) return run_constant(call);
  if (op == Op::random_normal || op == Op::random_uniform) return run_random(call);
  if (op == Op::gather) return run_gather(call);
  if (is_map(op)) return run_map(call);
  if (op == Op::matmul) return run_matmul(call);
  if (is_contraction(op)) return run_conv(call);
  if (is_reduction(op)) return run_reduction(call);
  if (op == Op::reshape) return call.operand(0);
  if (op == Op::transpose) return run_transpose(call);
  if (op == Op::slice) return run_slice(call);
  ELBO_ASSERT(op == Op::concat);
  return run_concat(call);
}

}  // namespace elbo
