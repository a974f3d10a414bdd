#include "cli/output_file.h"

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/data/spec.h"

namespace elbo::cli {

void check_output_file(const std::string& out, const std::string& spec) {
  for (const std::filesystem::path& file : parse_data_spec(spec).files) {
    if (!is_same_file(out, file)) continue;
    throw UsageError("--out {}: that is a file of the data ({}); name another", out, spec);
  }
}

}  // namespace elbo::cli
