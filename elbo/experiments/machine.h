// What machine this is, for the record of a study.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace elbo {

/// {"cpu", "cores", "memory_gib", "instruction_set", "os"}.
nlohmann::json describe_machine();

}  // namespace elbo
