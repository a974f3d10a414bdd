// Help texts.
#pragma once

#include <string>

#include "cli/command.h"

namespace elbo::cli {

/// What `elbo --help` prints: every verb, group by group. With a family ("data") only its verbs.
std::string program_help(const std::string& family, const Arguments& common);
/// What `elbo VERB --help` prints.
std::string verb_help(const CommandEntry& entry, const Arguments& arguments,
                      const Arguments& common);

}  // namespace elbo::cli
