// The table of verbs: a new one is a file in this folder and a line here.
#include "cli/command.h"

namespace elbo::cli {

std::unique_ptr<Command> make_data_info();
std::unique_ptr<Command> make_data_fetch();
std::unique_ptr<Command> make_presets();
std::unique_ptr<Command> make_train();
std::unique_ptr<Command> make_evaluate();
std::unique_ptr<Command> make_encode();
std::unique_ptr<Command> make_decode();
std::unique_ptr<Command> make_info();
std::unique_ptr<Command> make_bench();

std::span<const CommandEntry> commands() {
  static constexpr CommandEntry kCommands[] = {
      {"Train", "train", "train one model", make_train},
      {"Measure", "evaluate", "ELBO, its terms, importance-weighted bound, MSE, active units",
       make_evaluate},
      {"Use", "encode", "write the codes of data as an array", make_encode},
      {"Use", "decode", "write what codes stand for as an array", make_decode},
      {"Look around", "info", "what a run folder holds: model, settings, numbers, kernels",
       make_info},
      {"Look around", "data info", "count, shape, classes and pixels of a data set",
       make_data_info},
      {"Look around", "data fetch", "download a named data set and check it", make_data_fetch},
      {"Look around", "presets", "list the settings that ship with the program", make_presets},
      {"Look around", "bench", "how fast this machine trains and scores", make_bench},
  };
  return kCommands;
}

}  // namespace elbo::cli
