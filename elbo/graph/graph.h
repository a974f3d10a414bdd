// The graph: an append-only list of nodes with static shapes, one symbolic batch axis N aside.
// Model code never touches it directly; it computes with Values through the builders of ops.h, and
// each builder appends nodes. Equal nodes are stored once, and simple algebra is done on the way in
// (simplify.h), so the graph is always in its simplified form.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "elbo/graph/op.h"
#include "elbo/tensor/dtype.h"
#include "elbo/tensor/shape.h"

namespace elbo {

class Graph;
using NodeId = std::int32_t;

/// How a parameter gets its first values.
struct Initializer {
  enum class Kind : std::uint8_t { constant, normal, uniform };
  Kind kind = Kind::constant;
  /// The constant, the standard deviation, or the bound of U(-scale, scale).
  double scale = 0;
  bool operator==(const Initializer&) const = default;
};

struct ParameterAttributes {
  std::string name;
  Initializer initializer;
  bool operator==(const ParameterAttributes&) const = default;
};
struct InputAttributes {
  std::string name;
  bool operator==(const InputAttributes&) const = default;
};
/// values * N^batch_power. One value fills the whole shape.
struct ConstantAttributes {
  std::vector<double> values;
  int batch_power = 0;
  bool operator==(const ConstantAttributes&) const = default;
};
/// Random nodes differ by their stream.
struct RandomAttributes {
  std::uint32_t stream = 0;
  bool operator==(const RandomAttributes&) const = default;
};
struct MatmulAttributes {
  bool transpose_a = false;
  bool transpose_b = false;
  bool operator==(const MatmulAttributes&) const = default;
};
/// Geometry of the convolution that the three convolution operations share: input (N, H, W, I),
/// weights (KH, KW, I / groups, O), output (N, OH, OW, O), padding at the top/left and
/// bottom/right.
struct Conv2dAttributes {
  std::int64_t stride = 1;
  std::int64_t padding_begin = 0;
  std::int64_t padding_end = 0;
  /// Channels of the input and of the output are divided into as many groups of neighbours; each
  /// group of outputs sees its own group of inputs. One for each channel: a depthwise convolution.
  std::int64_t groups = 1;
  bool operator==(const Conv2dAttributes&) const = default;
};
/// Reductions: axes [begin, end). Slices: axis `begin`, elements [first, last). Concat: axis
/// `begin`.
struct AxisAttributes {
  int begin = 0;
  int end = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool operator==(const AxisAttributes&) const = default;
};
/// Output axis i is input axis order[i].
struct TransposeAttributes {
  std::vector<int> order;
  bool operator==(const TransposeAttributes&) const = default;
};

using Attributes = std::variant<std::monostate, ParameterAttributes, InputAttributes,
                                ConstantAttributes, RandomAttributes, MatmulAttributes,
                                Conv2dAttributes, AxisAttributes, TransposeAttributes>;

struct Node {
  Op op = Op::constant;
  std::vector<NodeId> inputs;
  Shape shape;
  Attributes attributes;
  /// f32 for everything but inputs, which may be u8 or i32 and are converted where they are read.
  DType dtype = DType::f32;

  template <typename T>
  const T& get() const {
    return std::get<T>(attributes);
  }
  bool operator==(const Node&) const = default;
};

/// A node's result, as model code sees it: a small handle, cheap to copy.
class Value {
 public:
  Value() = default;
  Value(Graph* graph, NodeId id) : graph_(graph), id_(id) {}

  explicit operator bool() const { return graph_ != nullptr; }
  Graph& graph() const { return *graph_; }
  NodeId id() const { return id_; }
  const Node& node() const;
  const Shape& shape() const { return node().shape; }
  bool operator==(const Value&) const = default;

 private:
  Graph* graph_ = nullptr;
  NodeId id_ = -1;
};

class Graph {
 public:
  Graph() = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// A trainable array. Asking again for the same name gives the same parameter; throws ShapeError
  /// when the shape differs. `shape` has no batch axis.
  Value parameter(const std::string& name, const Shape& shape, Initializer initializer);
  /// An array that is bound when a plan runs. Asking again for the same name gives the same input.
  Value input(const std::string& name, const Shape& shape, DType dtype = DType::f32);
  Value constant(double value);
  Value constant(std::vector<double> values, const Shape& shape);
  /// N^power as a scalar, e.g. 1/N for a mean over the batch.
  Value batch_size(int power = 1);
  /// Standard normal or uniform [0, 1) numbers, each call a stream of its own. `shape` begins with
  /// N or has no batch axis.
  Value random_normal(const Shape& shape);
  Value random_uniform(const Shape& shape);

  /// Appends a node whose shape has been inferred, or returns the equal or simpler one that exists.
  Value add(Node node);

  const Node& node(NodeId id) const { return nodes_[static_cast<std::size_t>(id)]; }
  NodeId size() const { return static_cast<NodeId>(nodes_.size()); }
  /// In the order of their creation.
  const std::vector<NodeId>& parameters() const { return parameters_; }
  /// Null when there is none of that name.
  Value find_input(const std::string& name);

 private:
  Value append(Node node);

  std::deque<Node> nodes_;  // references to nodes stay valid while nodes are added
  std::vector<NodeId> parameters_;
  std::unordered_map<std::string, NodeId> named_;
  std::unordered_multimap<std::size_t, NodeId> by_hash_;
  std::uint32_t next_stream_ = 0;
};

inline const Node& Value::node() const {
  return graph_->node(id_);
}

/// Nodes that the outputs depend on (themselves included), in graph order, which is a valid order
/// of execution.
std::vector<NodeId> reachable_nodes(const Graph& graph, const std::vector<Value>& outputs);

/// "%12 = multiply(%3, %7) (N, 784)": for listings and error messages.
std::string describe(const Graph& graph, NodeId id);

}  // namespace elbo
