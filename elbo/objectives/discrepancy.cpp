#include "elbo/objectives/discrepancy.h"

#include <array>

#include "elbo/base/error.h"

namespace elbo {
namespace {

constexpr std::array<double, 7> kScales = {0.1, 0.2, 0.5, 1, 2, 5, 10};

/// The sum of the kernel over all pairs of rows: (N, L) and (N, L) -> ().
Value kernel_sum(Value a, Value b) {
  const auto latent = static_cast<double>(a.shape()[1].size);
  const Value squares_a = expand_dims(sum(square(a), {-1}), 1);
  const Value squares_b = expand_dims(sum(square(b), {-1}), 0);
  // Rounding may leave a little less than zero between equal rows.
  const Value distance = relu(squares_a + squares_b - matmul(a, b, false, true) * 2.0);
  Value kernel;
  for (const double scale : kScales) {
    const double c = 2 * latent * scale;
    const Value part = c / (distance + c);
    kernel = kernel ? kernel + part : part;
  }
  return sum(kernel);
}

}  // namespace

Value maximum_mean_discrepancy(Value a, Value b) {
  if (a.shape() != b.shape() || a.shape().rank() != 2) {
    throw ShapeError(
        "maximum_mean_discrepancy: expected two samples of one shape (N, L), found {} "
        "and {}",
        a.shape().to_string(), b.shape().to_string());
  }
  Graph& graph = a.graph();
  // A row is no pair with itself: its kernel is one a scale.
  const Value own = graph.batch_size() * static_cast<double>(kScales.size());
  // A batch of one has no pairs at all.
  const Value others = maximum(graph.batch_size() - 1.0, graph.constant(1));
  const Value within = (kernel_sum(a, a) - own + (kernel_sum(b, b) - own)) / others;
  return (within - kernel_sum(a, b) * (graph.batch_size(-1) * 2.0)) * graph.batch_size(-1);
}

}  // namespace elbo
