// The studies that there are, by name.
#pragma once

#include <string>
#include <vector>

#include "elbo/experiments/study.h"

namespace elbo {

struct StudyKind {
  std::string name;
  /// One line for a list.
  std::string description;
  nlohmann::json (*run)(const StudyOptions& options);
};

/// The main study first.
const std::vector<StudyKind>& study_kinds();

}  // namespace elbo
