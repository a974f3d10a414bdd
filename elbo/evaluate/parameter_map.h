// Parameters by name: what model.safetensors holds, whatever graph they are used in.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "elbo/graph/parameters.h"
#include "elbo/tensor/arena.h"
#include "elbo/tensor/array.h"

namespace elbo {

/// Named parameter arrays, as model.safetensors holds them.
using ParameterMap = std::map<std::string, Array>;

ParameterMap to_map(const ParameterLayout& layout, std::span<const float> buffer);
/// The other way: what a plan of the graph needs, which may be a part of the parameters only.
/// Throws ShapeError when one that it needs is missing or has another shape.
FlatBuffer flat_parameters(const Graph& graph, const ParameterMap& parameters);

/// CRC-32C of names and values: tells whether something was made for these weights.
std::uint32_t checksum(const ParameterMap& parameters);

}  // namespace elbo
