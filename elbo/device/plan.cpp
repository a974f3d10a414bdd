#include "elbo/device/plan.h"

#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/base/suggest.h"
#include "elbo/device/cpu/cpu_executor.h"
#include "elbo/device/reference/reference_executor.h"

namespace elbo {

Plan::Plan(const Graph& graph, const std::vector<PlanOutput>& outputs, const float* parameters,
           const PlanOptions& options)
    : options_(options) {
  ELBO_ASSERT(options.batch_size > 0 && options.threads > 0);
  std::vector<Value> values;
  for (const PlanOutput& output : outputs) values.push_back(output.value);
  for (const NodeId id : reachable_nodes(graph, values)) {
    if (graph.node(id).op != Op::input) continue;
    const std::string& name = graph.node(id).get<InputAttributes>().name;
    inputs_.emplace(name, id);
    unbound_.push_back(name);
  }
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (graph.node(id).op == Op::input) {
      unneeded_.push_back(graph.node(id).get<InputAttributes>().name);
    }
  }
  if (options.device == DeviceKind::reference) {
    executor_ = make_reference_executor(graph, outputs, parameters, options.batch_size);
  } else {
    executor_ = make_cpu_executor(graph, outputs, parameters,
                                  {.batch_size = options.batch_size,
                                   .threads = options.threads,
                                   .precision = usable_precision(options.precision),
                                   .parameter_changes = options.parameter_changes});
  }
}

Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;

void Plan::bind_input(const std::string& name, const void* data) {
  const auto found = inputs_.find(name);
  if (found == inputs_.end()) {
    if (std::find(unneeded_.begin(), unneeded_.end(), name) != unneeded_.end()) return;
    throw UsageError("plan: the graph has no input '{}'{}", name, did_you_mean(name, unneeded_));
  }
  executor_->bind_input(found->second, data);
  std::erase(unbound_, name);
}

void Plan::run(const RunContext& context) {
  if (!unbound_.empty()) throw UsageError("plan: input '{}' is not bound", unbound_.front());
  executor_->run(context);
}

}  // namespace elbo
