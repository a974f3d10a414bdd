// Files that a verb is to write.
#pragma once

#include <string>

namespace elbo::cli {

/// Throws UsageError when `out` is one of the files that the data spec names, which writing it
/// would destroy.
void check_output_file(const std::string& out, const std::string& spec);

}  // namespace elbo::cli
