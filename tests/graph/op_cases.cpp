#include "tests/graph/op_cases.h"

#include <algorithm>

#include "elbo/base/philox.h"
#include "elbo/graph/ops.h"
#include "elbo/graph/parameters.h"

namespace elbo::testing {
namespace {

using Values = std::vector<Value>;

std::vector<OpCase> make_cases() {
  const Shape rows{kBatch, 37};
  std::vector<OpCase> cases;
  const auto add = [&](OpCase op_case) { cases.push_back(std::move(op_case)); };

  // Maps, with every kind of broadcast.
  add({"add", {{rows}, {rows}}, [](const Values& x) { return x[0] + x[1]; }});
  add({"add_row", {{rows}, {Shape{37}}}, [](const Values& x) { return x[0] + x[1]; }});
  add({"add_column", {{rows}, {Shape{kBatch, 1}}}, [](const Values& x) { return x[0] + x[1]; }});
  add({"add_outer", {{Shape{kBatch, 1}}, {Shape{1, 211}}}, [](const Values& x) {
         return x[0] + x[1];
       }});
  add({"add_channels", {{Shape{kBatch, 5, 3, 2}}, {Shape{kBatch, 1, 1, 2}}}, [](const Values& x) {
         return x[0] + x[1];
       }});
  add({"add_long_row", {{Shape{kBatch, 1031}}, {Shape{1031}}}, [](const Values& x) {
         return x[0] + x[1];
       }});
  add({"subtract", {{rows}, {Shape{37}}}, [](const Values& x) { return x[0] - x[1]; }});
  add({"multiply", {{rows}, {Shape{kBatch, 1}}}, [](const Values& x) { return x[0] * x[1]; }});
  add({"divide", {{rows}, {rows, 0.5, 2}}, [](const Values& x) { return x[0] / x[1]; }});
  add({"scalars", {{rows}}, [](const Values& x) { return 3.0 - (x[0] * 2.0 + 1.0) / 7.0; }});
  add({"maximum", {{rows}, {rows}}, [](const Values& x) { return maximum(x[0], x[1]); }});
  add({"minimum", {{rows}, {Shape{}}}, [](const Values& x) { return minimum(x[0], x[1]); }});
  add({"less", {{rows}, {rows}}, [](const Values& x) { return less(x[0], x[1]); }, false});
  add({"equal",
       {{rows}, {rows}},
       [](const Values& x) { return equal(less(x[0], x[1]), less(x[1], x[0] * 0.5)); },
       false});
  add({"select", {{rows}, {rows}, {Shape{37}}}, [](const Values& x) {
         return select(less(stop_gradient(x[0]), x[0] * 0 + 0.3), x[1], x[2]);
       }});
  add({"negate", {{rows}}, [](const Values& x) { return -x[0]; }});
  add({"exp", {{rows, -20, 20}}, [](const Values& x) { return exp(x[0]); }});
  add({"log", {{rows, 1e-3, 50}}, [](const Values& x) { return log(x[0]); }});
  add({"sqrt", {{rows, 0.01, 9}}, [](const Values& x) { return sqrt(x[0]); }});
  add({"tanh", {{rows, -12, 12}}, [](const Values& x) { return tanh(x[0]); }});
  add({"sigmoid", {{rows, -30, 30}}, [](const Values& x) { return sigmoid(x[0]); }});
  add({"softplus", {{rows, -40, 40}}, [](const Values& x) { return softplus(x[0]); }});
  add({"relu", {{rows}}, [](const Values& x) { return relu(x[0]); }});
  add({"absolute", {{rows}}, [](const Values& x) { return absolute(x[0]); }});
  add({"clamp", {{rows}}, [](const Values& x) { return clamp(x[0], -0.7, 1.1); }});
  add({"broadcast_to", {{Shape{kBatch, 1, 3}}}, [](const Values& x) {
         return broadcast_to(x[0], Shape{kBatch, 5, 3});
       }});
  add({"chain", {{rows}, {Shape{37}}, {Shape{kBatch, 1}}}, [](const Values& x) {
         const Value shifted = x[0] + x[1];
         return tanh(shifted * x[2]) * sigmoid(shifted) - softplus(-shifted);
       }});

  // Contractions.
  add({"matmul", {{Shape{kBatch, 19}}, {Shape{19, 23}}}, [](const Values& x) {
         return matmul(x[0], x[1]);
       }});
  add({"matmul_transposed_b", {{Shape{kBatch, 19}}, {Shape{23, 19}}}, [](const Values& x) {
         return matmul(x[0], x[1], false, true);
       }});
  add({"matmul_transposed_a", {{Shape{kBatch, 19}}, {Shape{kBatch, 5}}}, [](const Values& x) {
         return matmul(x[0], x[1], true, false);
       }});
  add({"matmul_transposed_both", {{Shape{19, kBatch}}, {Shape{3, 19}}}, [](const Values& x) {
         return matmul(x[0], x[1], true, true);
       }});
  add({"matmul_one_column", {{Shape{kBatch, 300}}, {Shape{300, 1}}}, [](const Values& x) {
         return matmul(x[0], x[1]);
       }});
  add({"matmul_epilogue", {{Shape{kBatch, 19}}, {Shape{19, 23}}, {Shape{23}}}, [](const Values& x) {
         return relu(matmul(x[0], x[1]) + x[2]);
       }});
  add({"matmul_value_seen_before_epilogue",
       {{Shape{kBatch, 19}}, {Shape{19, 23}}, {Shape{23}}},
       [](const Values& x) {
         const Value product = matmul(x[0], x[1]);
         return relu(product + x[2]) * product;
       }});
  add({"conv2d_epilogue",
       {{Shape{kBatch, 6, 6, 3}}, {Shape{3, 3, 3, 4}}, {Shape{4}}},
       [](const Values& x) { return relu(conv2d(x[0], x[1], {.stride = 2}) + x[2]); }});
  add({"conv_transpose2d_epilogue",
       {{Shape{kBatch, 3, 3, 4}}, {Shape{4, 4, 3, 4}}, {Shape{3}}},
       [](const Values& x) {
         const Conv2dAttributes geometry{.stride = 2, .padding_begin = 1, .padding_end = 1};
         return relu(conv2d_input_gradient(x[0], x[1], 6, 6, geometry) + x[2]);
       }});
  const auto conv = [&](const char* name, std::int64_t height, std::int64_t width, std::int64_t in,
                        std::int64_t out, std::int64_t kernel, Conv2dAttributes geometry) {
    const Shape weights{kernel, kernel, in / geometry.groups, out};
    add({std::string("conv2d_") + name,
         {{Shape{kBatch, height, width, in}}, {weights}},
         [geometry](const Values& x) { return conv2d(x[0], x[1], geometry); }});
    const auto length = [&](std::int64_t size) {
      return (size + geometry.padding_begin + geometry.padding_end - kernel) / geometry.stride + 1;
    };
    add({std::string("conv_transpose2d_") + name,
         {{Shape{kBatch, length(height), length(width), out}}, {weights}},
         [=](const Values& x) {
           return conv2d_input_gradient(x[0], x[1], height, width, geometry);
         }});
    add({std::string("conv2d_weight_gradient_") + name,
         {{Shape{kBatch, height, width, in}}, {Shape{kBatch, length(height), length(width), out}}},
         [=](const Values& x) {
           return conv2d_weight_gradient(x[0], x[1], kernel, kernel, geometry);
         }});
  };
  conv("plain", 6, 5, 3, 4, 3, {});
  conv("padded", 7, 7, 1, 8, 3, {.stride = 1, .padding_begin = 1, .padding_end = 1});
  conv("strided", 9, 8, 2, 3, 3, {.stride = 2, .padding_begin = 1, .padding_end = 1});
  conv("uneven", 8, 8, 5, 1, 4, {.stride = 2, .padding_begin = 0, .padding_end = 1});
  conv("pointwise", 3, 4, 7, 9, 1, {});
  conv("of_colours", 9, 9, 3, 6, 5, {.stride = 1, .padding_begin = 2, .padding_end = 2});
  conv("cropped", 8, 8, 1, 4, 3, {.stride = 3});
  conv("wide", 5, 5, 16, 32, 3, {.stride = 1, .padding_begin = 1, .padding_end = 1});
  conv("grouped", 7, 6, 6, 9, 3, {.stride = 2, .padding_begin = 1, .padding_end = 1, .groups = 3});
  conv("grouped_pairs", 5, 5, 20, 12, 3, {.padding_begin = 1, .padding_end = 1, .groups = 2});
  conv("grouped_over_panels", 3, 4, 80, 70, 2, {.groups = 2});
  conv("grouped_with_gaps", 7, 7, 4, 8, 2, {.stride = 3, .groups = 2});
  conv("depthwise", 6, 7, 5, 5, 3, {.padding_begin = 1, .padding_end = 1, .groups = 5});
  const Conv2dAttributes in_pairs{.stride = 2, .padding_begin = 1, .padding_end = 1, .groups = 2};
  add({"conv2d_grouped_epilogue",
       {{Shape{kBatch, 6, 6, 4}}, {Shape{3, 3, 2, 6}}, {Shape{6}}},
       [=](const Values& x) { return relu(conv2d(x[0], x[1], in_pairs) + x[2]); }});
  add({"conv_transpose2d_grouped_epilogue",
       {{Shape{kBatch, 3, 3, 4}}, {Shape{4, 4, 3, 4}}, {Shape{6}}},
       [=](const Values& x) {
         return relu(conv2d_input_gradient(x[0], x[1], 6, 6, in_pairs) + x[2]);
       }});

  // Reductions.
  // All of them in one number, in which both signs cancel.
  add({.name = "sum",
       .operands = {{rows}},
       .build = [](const Values& x) { return sum(x[0]); },
       .tolerance = 2e-5});
  add({"sum_rows", {{rows}}, [](const Values& x) { return sum(x[0], {1}); }});
  add({"sum_long_rows", {{Shape{kBatch, 1031}}}, [](const Values& x) { return sum(x[0], {-1}); }});
  add({"sum_columns", {{rows}}, [](const Values& x) { return sum(x[0], {0}); }});
  add({"sum_middle", {{Shape{kBatch, 4, 6}}}, [](const Values& x) { return sum(x[0], {1}); }});
  add({"sum_outside", {{Shape{kBatch, 4, 6}}}, [](const Values& x) { return sum(x[0], {0, 2}); }});
  add({"sum_of_chain", {{rows}, {Shape{37}}}, [](const Values& x) {
         return sum(tanh(x[0] + x[1]) * x[0], {1});
       }});
  add({"max_rows", {{rows}}, [](const Values& x) { return max(x[0], {1}); }});
  add({"max_middle", {{Shape{kBatch, 4, 6}}}, [](const Values& x) { return max(x[0], {1}); }});
  add({"log_sum_exp", {{rows, -30, 30}}, [](const Values& x) { return log_sum_exp(x[0], {1}); }});
  add({"pairs_of_the_batch", {{Shape{kBatch, 3}}, {Shape{kBatch, 3}}}, [](const Values& x) {
         const Value distance = square(expand_dims(x[0], 1) - expand_dims(x[1], 0));
         const Value products = matmul(x[0], x[1], false, true);
         return log_sum_exp(sum(distance, {2}) * products, {1}) + sum(products, {0});
       }});
  add({"mean_over_batch", {{Shape{kBatch}}}, [](const Values& x) {
         return mean_over_batch(x[0] * x[0]);
       }});

  // Shapes.
  add({"reshape", {{Shape{kBatch, 4, 6}}}, [](const Values& x) {
         return reshape(x[0], Shape{kBatch, 24}) * 2.0;
       }});
  add({"reshape_batch", {{Shape{kBatch, 4, 6}}}, [](const Values& x) {
         return exp(reshape(x[0], Shape{Dim(4, true), 6}));
       }});
  add({"transpose", {{Shape{kBatch, 4, 6}}}, [](const Values& x) {
         return transpose(x[0], {2, 0, 1});
       }});
  add({"slice", {{Shape{kBatch, 9}}}, [](const Values& x) { return slice(x[0], 1, 2, 7); }});
  add({"slice_middle", {{Shape{kBatch, 5, 3}}}, [](const Values& x) {
         return slice(x[0], 1, 0, 2) + slice(x[0], 1, 3, 5);
       }});
  add({"concat", {{Shape{kBatch, 2}}, {Shape{kBatch, 5}}}, [](const Values& x) {
         return concat({x[0], x[1], x[0] * 3.0}, 1);
       }});
  return cases;
}

}  // namespace

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> cases = make_cases();
  return cases;
}

BuiltCase build(Graph& graph, const OpCase& op_case) {
  BuiltCase built;
  for (std::size_t i = 0; i < op_case.operands.size(); ++i) {
    const Shape& shape = op_case.operands[i].shape;
    const std::string name = "x" + std::to_string(i);
    built.operands.push_back(shape.has_batch() ? graph.input(name, shape)
                                               : graph.parameter(name, shape, {}));
  }
  built.result = op_case.build(built.operands);
  return built;
}

std::vector<std::vector<double>> random_operands(const OpCase& op_case, std::int64_t batch_size,
                                                 std::uint64_t seed) {
  std::vector<std::vector<double>> operands;
  RandomSequence random(seed);
  for (const OperandSpec& spec : op_case.operands) {
    std::vector<double> elements(static_cast<std::size_t>(spec.shape.count(batch_size)));
    for (double& element : elements) {
      // Exactly representable in single precision, so that both devices see the same number.
      element = static_cast<float>(random.next_uniform(spec.low, spec.high));
    }
    operands.push_back(std::move(elements));
  }
  return operands;
}

OperandMemory::OperandMemory(const Graph& graph, const BuiltCase& built,
                             const std::vector<std::vector<double>>& elements) {
  const ParameterLayout layout(graph);
  parameters_.resize(static_cast<std::size_t>(layout.size()));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::string name = "x" + std::to_string(i);
    if (graph.node(built.operands[i].id()).op == Op::parameter) {
      std::copy(elements[i].begin(), elements[i].end(),
                parameters_.begin() + layout.slot_of(name).offset);
    } else {
      inputs_.emplace_back(name, std::vector<float>(elements[i].begin(), elements[i].end()));
    }
  }
}

void OperandMemory::bind(Plan& plan) const {
  for (const auto& [name, elements] : inputs_) plan.bind_input(name, elements.data());
}

}  // namespace elbo::testing
