// What holds for every likelihood of the registry.
#include "elbo/distributions/likelihood.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "elbo/base/error.h"
#include "elbo/base/philox.h"
#include "elbo/graph/gradients.h"
#include "elbo/graph/parameters.h"
#include "elbo/tensor/arena.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;
using testing::run_plan;

class EveryLikelihood : public ::testing::TestWithParam<std::string> {
 protected:
  static constexpr std::int64_t kElements = 3;
  /// numbers[d * outputs + i] is the i-th number of element d.
  Floats numbers() const {
    RandomSequence random(13);
    const std::int64_t outputs = find_likelihood(GetParam()).outputs_per_element;
    Floats values(static_cast<std::size_t>(kElements * outputs));
    for (float& value : values) value = static_cast<float>(random.next_normal());
    return values;
  }
};

TEST_P(EveryLikelihood, TakesTheFirstNumberOfEveryElementFirst) {
  const LikelihoodKind& kind = find_likelihood(GetParam());
  const auto outputs = static_cast<std::size_t>(kind.outputs_per_element);
  const Floats numbers = this->numbers();
  const Floats pixels = {0, 0.2f, 1};
  // A batch of three examples of one element, against one example of three elements.
  Floats planar(numbers.size());
  for (std::size_t d = 0; d < kElements; ++d) {
    for (std::size_t i = 0; i < outputs; ++i) planar[i * kElements + d] = numbers[d * outputs + i];
  }
  const auto run = [&](std::int64_t batch_size, std::int64_t elements, const Floats& raw_values) {
    Graph graph;
    const Value raw = graph.input("raw", Shape{kBatch, kind.outputs_per_element * elements});
    const Value x = graph.input("x", Shape{kBatch, elements});
    const auto likelihood = kind.make(raw, {});
    EXPECT_EQ(likelihood->mean().shape(), x.shape());
    EXPECT_EQ(likelihood->sample().shape(), x.shape());
    EXPECT_EQ(likelihood->log_prob(x).shape(), Shape{kBatch});
    const std::vector<Value> values{likelihood->log_prob(x), likelihood->mean()};
    const FlatBuffer parameters(16);
    return run_plan(graph, values, {{"raw", raw_values}, {"x", pixels}}, {batch_size}, {},
                    parameters.data());
  };
  const auto apart = run(kElements, 1, numbers), together = run(1, kElements, planar);
  const double total = apart[0][0] + apart[0][1] + apart[0][2];
  EXPECT_NEAR(together[0][0], total, 1e-5 * (1 + std::abs(total)));
  for (std::size_t d = 0; d < kElements; ++d) EXPECT_NEAR(together[1][d], apart[1][d], 1e-6) << d;
}

TEST_P(EveryLikelihood, GradientIsThatOfFiniteDifferences) {
  const LikelihoodKind& kind = find_likelihood(GetParam());
  Graph graph;
  const Value raw = graph.input("raw", Shape{kBatch, kind.outputs_per_element});
  const Value x = graph.input("x", Shape{kBatch, 1});
  const Value log_prob = kind.make(raw, {})->log_prob(x);
  const std::vector<Value> outputs{log_prob, gradients(sum(log_prob), {raw})[0]};
  const FlatBuffer parameters(16);
  const Floats pixels = {0, 77 / 255.0f, 1};
  const PlanOptions options{.batch_size = 3, .device = DeviceKind::reference};
  const auto at = [&](const Floats& values) {
    return run_plan(graph, outputs, {{"raw", values}, {"x", pixels}}, options, {},
                    parameters.data());
  };
  const Floats numbers = this->numbers();
  const Floats slopes = at(numbers)[1];
  const auto count = static_cast<std::size_t>(kind.outputs_per_element);
  for (std::size_t j = 0; j < numbers.size(); ++j) {
    constexpr float kStep = 2e-3f;
    Floats less = numbers, more = numbers;
    less[j] -= kStep;
    more[j] += kStep;
    const double width = static_cast<double>(more[j]) - static_cast<double>(less[j]);
    const double slope = (at(more)[0][j / count] - at(less)[0][j / count]) / width;
    // Results are rounded to single precision, and differences have an error of the step's square.
    EXPECT_NEAR(slopes[j], slope, 2e-3 * (1 + std::abs(slope))) << j;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryLikelihood, ::testing::ValuesIn(likelihood_names()),
                         [](const auto& info) { return info.param; });

TEST(Likelihoods, HaveNamesOfTheirOwn) {
  const auto names = likelihood_names();
  EXPECT_EQ((std::set<std::string>(names.begin(), names.end()).size()), names.size());
  try {
    find_likelihood("gausian");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "likelihood 'gausian' is not known; did you mean 'gaussian'?");
  }
}

}  // namespace
}  // namespace elbo
