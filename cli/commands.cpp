// The table of verbs: a new one is a file in this folder and a line here.
#include "cli/command.h"

namespace elbo::cli {

std::unique_ptr<Command> make_presets();

std::span<const CommandEntry> commands() {
  static constexpr CommandEntry kCommands[] = {
      {"Look around", "presets", "list the settings that ship with the program", make_presets},
  };
  return kCommands;
}

}  // namespace elbo::cli
