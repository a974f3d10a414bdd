#include "elbo/device/reference/reference_executor.h"

#include <algorithm>
#include <map>

#include "elbo/base/check.h"
#include "elbo/device/reference/reference_kernels.h"
#include "elbo/graph/parameters.h"

namespace elbo {
namespace {

template <typename T>
std::vector<double> to_double(const void* data, std::int64_t count) {
  const T* first = static_cast<const T*>(data);
  return {first, first + count};
}

class ReferenceExecutor : public Executor {
 public:
  ReferenceExecutor(const Graph& graph, const std::vector<PlanOutput>& outputs,
                    const float* parameters, std::int64_t batch_size)
      : graph_(graph), outputs_(outputs), parameters_(parameters), batch_size_(batch_size) {
    for (const PlanOutput& output : outputs_) {
      values_.push_back(output.value);
      storage_.emplace_back(static_cast<std::size_t>(output.value.shape().count(batch_size)));
    }
  }

  void bind_input(NodeId input, const void* data) override { inputs_[input] = data; }

  void run(const RunContext& context) override {
    const auto results = evaluate_in_double(graph_, values_, batch_size_, leaves(), context);
    for (std::size_t i = 0; i < results.size(); ++i) {
      std::copy(results[i].begin(), results[i].end(), storage_[i].begin());
      if (outputs_[i].target != nullptr) {
        std::copy(storage_[i].begin(), storage_[i].end(), outputs_[i].target);
      }
    }
  }

  std::span<const float> output(std::size_t i) const override { return storage_[i]; }
  void set_profiling(bool) override {}

  PlanSummary summary() const override {
    PlanSummary summary{.device = "reference", .kernels = {}};
    for (const NodeId id : reachable_nodes(graph_, values_)) {
      summary.kernels.push_back(
          {.name = name_of(graph_.node(id).op), .detail = describe(graph_, id)});
    }
    return summary;
  }

 private:
  std::vector<std::pair<NodeId, std::vector<double>>> leaves() const {
    std::vector<std::pair<NodeId, std::vector<double>>> leaves;
    const ParameterLayout layout(graph_);
    for (std::size_t i = 0; i < layout.slots().size() && parameters_ != nullptr; ++i) {
      const ParameterSlot& slot = layout.slots()[i];
      leaves.emplace_back(graph_.parameters()[i],
                          to_double<float>(parameters_ + slot.offset, slot.count));
    }
    for (const auto& [id, data] : inputs_) {
      const Node& node = graph_.node(id);
      const std::int64_t count = node.shape.count(batch_size_);
      switch (node.dtype) {
        case DType::u8:
          leaves.emplace_back(id, to_double<std::uint8_t>(data, count));
          break;
        case DType::i32:
          leaves.emplace_back(id, to_double<std::int32_t>(data, count));
          break;
        default:
          leaves.emplace_back(id, to_double<float>(data, count));
      }
    }
    return leaves;
  }

  const Graph& graph_;
  std::vector<PlanOutput> outputs_;
  std::vector<Value> values_;
  const float* parameters_;
  std::int64_t batch_size_;
  std::map<NodeId, const void*> inputs_;
  std::vector<std::vector<float>> storage_;
};

}  // namespace

std::unique_ptr<Executor> make_reference_executor(const Graph& graph,
                                                  const std::vector<PlanOutput>& outputs,
                                                  const float* parameters,
                                                  std::int64_t batch_size) {
  return std::make_unique<ReferenceExecutor>(graph, outputs, parameters, batch_size);
}

std::vector<std::vector<double>> evaluate_in_double(
    const Graph& graph, const std::vector<Value>& outputs, std::int64_t batch_size,
    const std::vector<std::pair<NodeId, std::vector<double>>>& leaves, const RunContext& context) {
  ReferenceValues values(static_cast<std::size_t>(graph.size()));
  for (const auto& [id, elements] : leaves) {
    ELBO_ASSERT(static_cast<std::int64_t>(elements.size()) ==
                graph.node(id).shape.count(batch_size));
    values[static_cast<std::size_t>(id)] = elements;
  }
  for (const NodeId id : reachable_nodes(graph, outputs)) {
    const Op op = graph.node(id).op;
    if (op == Op::parameter || op == Op::input) continue;
    values[static_cast<std::size_t>(id)] = reference_kernel(graph, id, values, batch_size, context);
  }
  std::vector<std::vector<double>> results;
  for (const Value& output : outputs)
    results.push_back(values[static_cast<std::size_t>(output.id())]);
  return results;
}

}  // namespace elbo
