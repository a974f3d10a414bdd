// What a person sees while a model trains: one line that is redrawn on a terminal, a line an epoch
// elsewhere. All of it on standard error.
#pragma once

#include <string>

#include "elbo/train/trainer.h"

namespace elbo::cli {

class TrainingProgress {
 public:
  /// label: what is being trained, put before each line; may be empty.
  TrainingProgress(bool quiet, std::string label = {});
  TrainingCallbacks callbacks();

 private:
  void draw(const std::string& line);
  void clear();

  bool quiet_;
  bool terminal_;
  std::string label_;
  bool drawn_ = false;
};

/// "1:02:03", "4:05", "12 s".
std::string format_duration(double seconds);

}  // namespace elbo::cli
