// What a measurement was made on.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace elbo {

/// {"cpu", "cores", "memory_gib", "instruction_set", "os"}: the object "machine" of
/// docs/formats/results.md. What can't be found out is left out.
nlohmann::json describe_machine();

}  // namespace elbo
