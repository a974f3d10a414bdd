// The kernels of a plan, as a table and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "elbo/device/executor.h"

namespace elbo::cli {

/// {"device", "arena_bytes", "parameter_bytes", "flops", "kernels": [{"name", "detail", "flops",
/// "bytes", and once profiled "seconds" and "runs"}]}.
nlohmann::json plan_json(const PlanSummary& plan);
/// A line a kernel, in the order in which they run; with times when the plan was profiled. Long
/// details are cut.
std::string plan_text(const PlanSummary& plan);

}  // namespace elbo::cli
