// The copies of operands that a plan makes for its products: how often, and in what order.
#include "elbo/device/cpu/operand_copies.h"

#include <gtest/gtest.h>

#include <optional>

#include "elbo/base/philox.h"
#include "elbo/device/cpu/flat_ops.h"
#include "elbo/graph/gradients.h"
#include "elbo/graph/ops.h"
#include "elbo/graph/parameters.h"
#include "elbo/tensor/arena.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

constexpr std::int64_t kBatchSize = 6;
constexpr Conv2dAttributes kHalving{.stride = 2, .padding_begin = 0, .padding_end = 1};

Value weights_in(Graph& graph, const Shape& shape) {
  return graph.parameter("weights", shape, {Initializer::Kind::normal, 1.0});
}

TEST(OperandCopies, FixedParametersAreLaidOutInTheFirstRunOnly) {
  using Build = Value (*)(Graph&);
  const Build products[] = {
      [](Graph& graph) {
        return matmul(graph.input("x", Shape{kBatch, 64}), weights_in(graph, Shape{64, 9}));
      },
      [](Graph& graph) {
        return conv2d(graph.input("x", Shape{kBatch, 4, 4, 4}),
                      weights_in(graph, Shape{3, 3, 4, 5}), kHalving);
      },
      [](Graph& graph) {
        return conv2d_input_gradient(graph.input("x", Shape{kBatch, 2, 2, 16}),
                                     weights_in(graph, Shape{3, 3, 5, 16}), 4, 4, kHalving);
      }};
  for (const Build build : products) {
    Graph graph;
    const Value y = build(graph);
    const ParameterLayout layout(graph);
    FlatBuffer parameters(static_cast<std::size_t>(layout.size()));
    const testing::Floats x(kBatchSize * 64, 0.5f);
    for (const bool are_fixed : {false, true}) {
      Plan plan(
          graph, {y}, parameters.data(),
          {.batch_size = kBatchSize,
           .parameter_changes = are_fixed ? ParameterChanges::never : ParameterChanges::anytime});
      plan.bind_input("x", x.data());
      std::ranges::fill(parameters.values(), 1.0f);
      plan.run();
      const float first = plan.output(0)[0];
      std::ranges::fill(parameters.values(), 3.0f);
      plan.run();
      EXPECT_EQ(plan.output(0)[0], are_fixed ? first : 3 * first) << y.node().shape.to_string();
      EXPECT_GT(first, 0);
    }
  }
}

/// Two layers whose weights are read as they are and transposed; sizes that fill neither pieces,
/// nor panels, nor words.
class Trained {
 public:
  Trained(Precision precision, ParameterChanges changes) {
    const Value x = graph_.input("x", Shape{kBatch, 301});
    const Value w = graph_.parameter("w", Shape{301, 77}, {Initializer::Kind::normal, 0.1});
    const Value v = graph_.parameter("v", Shape{77, 45}, {Initializer::Kind::normal, 0.1});
    const Value y = matmul(relu(matmul(x, w)), v);
    const Value loss = mean_over_batch(sum(y * y, {1}));
    layout_ = ParameterLayout(graph_);
    parameters_ = FlatBuffer(static_cast<std::size_t>(layout_.size()));
    for (FlatBuffer* buffer : {&gradients_, &m_, &v_}) *buffer = FlatBuffer(parameters_.size());
    layout_.initialize(parameters_.values(), 1);
    std::vector<PlanOutput> outputs{loss};
    const std::vector<Value> slopes = parameter_gradients(loss);
    for (std::size_t i = 0; i < slopes.size(); ++i) {
      outputs.emplace_back(slopes[i], gradients_.data() + layout_.slots()[i].offset);
    }
    plan_.emplace(graph_, outputs, parameters_.data(),
                  PlanOptions{.batch_size = kBatchSize,
                              .threads = 3,
                              .precision = precision,
                              .parameter_changes = changes});
    RandomSequence random(2);
    for (float& element : x_) element = static_cast<float>(random.next_normal());
    plan_->bind_input("x", x_.data());
  }

  /// The loss before the step.
  float step() {
    plan_->run();
    cpu::adam_step({.learning_rate = 1e-2f}, parameters_.values(), gradients_.values(), m_.values(),
                   v_.values(), {}, 3, plan_->parameter_pass());
    return plan_->output(0)[0];
  }
  Plan& plan() { return *plan_; }
  FlatBuffer& parameters() { return parameters_; }

 private:
  Graph graph_;
  ParameterLayout layout_;
  FlatBuffer parameters_, gradients_, m_, v_;
  testing::Floats x_ = testing::Floats(kBatchSize * 301);
  std::optional<Plan> plan_;
};

TEST(OperandCopies, ThoseThatFollowTheParametersAreWhatWouldBeMadeAnew) {
  for (const Precision precision :
       {Precision::fp32, usable_precision(Precision::bf16), Precision::bf16_emulated}) {
    Trained told(precision, ParameterChanges::told), anew(precision, ParameterChanges::anytime);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(told.step(), anew.step()) << name_of(precision);
    // A change that is no pass.
    for (Trained* trained : {&told, &anew}) {
      for (float& element : trained->parameters().values()) element *= 0.5f;
      trained->plan().parameters_changed();
    }
    for (int i = 0; i < 2; ++i) EXPECT_EQ(told.step(), anew.step()) << name_of(precision);
  }
}

TEST(OperandCopies, PiecesOfThePassCoverTheParameters) {
  Trained trained(Precision::bf16_emulated, ParameterChanges::told);
  std::int64_t end = 0;
  for (const ParameterPiece& piece : trained.plan().parameter_pass()->pieces()) {
    EXPECT_EQ(piece.begin, end);
    EXPECT_EQ(piece.end % 16, 0);
    EXPECT_TRUE(piece.place >= 0 && piece.place < 1) << piece.place;
    end = piece.end;
  }
  EXPECT_EQ(end, static_cast<std::int64_t>(trained.parameters().size()));
}

TEST(OperandCopies, TheNormIsTheSameOverThePiecesOfThePass) {
  Trained trained(Precision::bf16_emulated, ParameterChanges::told);
  const ParameterPass* pass = trained.plan().parameter_pass();
  const auto squares = [&](int threads, const ParameterPass* over) {
    return cpu::sum_of_squares(trained.parameters().values(), threads, over);
  };
  const double found = squares(1, pass), expected = squares(1, nullptr);
  EXPECT_NEAR(found, expected, 1e-6 * expected);
  for (const int threads : {2, 3, 7}) EXPECT_EQ(squares(threads, pass), found);
}

TEST(OperandCopies, TransposedConvolutionsShareTheirWeights) {
  Graph graph;
  const Value w = graph.input("w", Shape{3, 3, 5, 16});
  const auto enlarged = [&](const char* name) {
    return conv2d_input_gradient(graph.input(name, Shape{kBatch, 2, 2, 16}), w, 4, 4, kHalving);
  };
  const Plan plan(graph, {enlarged("x"), enlarged("y")}, nullptr, {.batch_size = kBatchSize});
  int copies = 0;
  for (const KernelSummary& kernel : plan.summary().kernels) {
    copies += kernel.name == "copy" && kernel.detail == "(9, 5, 16)^T in panels";
  }
  EXPECT_EQ(copies, 1);
}

TEST(OperandCopies, TapsThatMeetTheSamePixelsFollowOneAnother) {
  using Order = std::vector<std::int64_t>;
  EXPECT_EQ(cpu::tap_order(3, 3, 2), (Order{8, 6, 2, 0, 7, 1, 5, 3, 4}));
  EXPECT_EQ(cpu::tap_order(2, 3, 1), (Order{5, 4, 3, 2, 1, 0}));
  // Remainders that no element of the window leaves have none.
  EXPECT_EQ(cpu::tap_order(1, 2, 3), (Order{0, 1}));
}

}  // namespace
}  // namespace elbo
