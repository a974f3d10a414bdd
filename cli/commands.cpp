// The table of verbs: a new one is a file in this folder and a line here.
#include "cli/command.h"

namespace elbo::cli {

std::unique_ptr<Command> make_data_info();
std::unique_ptr<Command> make_data_fetch();
std::unique_ptr<Command> make_presets();
std::unique_ptr<Command> make_settings();
std::unique_ptr<Command> make_reproduce();
std::unique_ptr<Command> make_reconstruct();
std::unique_ptr<Command> make_latent();
std::unique_ptr<Command> make_interpolate();
std::unique_ptr<Command> make_robustness();
std::unique_ptr<Command> make_generate();
std::unique_ptr<Command> make_anomaly_calibrate();
std::unique_ptr<Command> make_anomaly_score();
std::unique_ptr<Command> make_anomaly_evaluate();
std::unique_ptr<Command> make_anomaly_one_class();
std::unique_ptr<Command> make_train();
std::unique_ptr<Command> make_evaluate();
std::unique_ptr<Command> make_encode();
std::unique_ptr<Command> make_decode();
std::unique_ptr<Command> make_info();
std::unique_ptr<Command> make_bench();

std::span<const CommandEntry> commands() {
  static constexpr CommandEntry kCommands[] = {
      {"The study", "reproduce", "train everything, run every experiment, write the report",
       make_reproduce},
      {"Train", "train", "train one model", make_train},
      {"Measure", "evaluate", "ELBO, its terms, importance-weighted bound, MSE, active units",
       make_evaluate},
      {"Experiments", "reconstruct", "originals over reconstructions", make_reconstruct},
      {"Experiments", "latent", "the map of a two-dimensional latent space", make_latent},
      {"Experiments", "interpolate", "ways between examples through latent space",
       make_interpolate},
      {"Experiments", "robustness", "what is left of noise after a pass through the model",
       make_robustness},
      {"Experiments", "generate", "new examples from the prior", make_generate},
      {"Anomalies", "anomaly calibrate", "set the thresholds from normal data",
       make_anomaly_calibrate},
      {"Anomalies", "anomaly score", "a score and a verdict for each example", make_anomaly_score},
      {"Anomalies", "anomaly evaluate", "how well the scores tell normal from anomalous",
       make_anomaly_evaluate},
      {"Anomalies", "anomaly one-class", "each class in turn is normal, all others are anomalies",
       make_anomaly_one_class},
      {"Use", "encode", "write the codes of data as an array", make_encode},
      {"Use", "decode", "write what codes stand for as an array", make_decode},
      {"Look around", "info", "what a run folder holds: model, settings, numbers, kernels",
       make_info},
      {"Look around", "data info", "count, shape, classes and pixels of a data set",
       make_data_info},
      {"Look around", "data fetch", "download a named data set and check it", make_data_fetch},
      {"Look around", "presets", "list the settings that ship with the program", make_presets},
      {"Look around", "settings", "list every setting: its default, what it takes and does",
       make_settings},
      {"Look around", "bench", "how fast this machine trains and scores", make_bench},
  };
  return kCommands;
}

}  // namespace elbo::cli
