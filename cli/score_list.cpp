#include "cli/score_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"
#include "elbo/evaluate/anomaly_score.h"

namespace elbo::cli {

std::vector<std::string> parse_score_list(const std::string& text, const Vae& model,
                                          const std::vector<std::string>& usual) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    if (word == "usual") {
      for (const std::string& name : usual) add(name);
      continue;
    }
    std::vector<std::string> known = anomaly_score_names();
    if (word == "all") {
      for (const std::string& name : known) {
        if (find_anomaly_score(name).applies_to(model)) add(name);
      }
      continue;
    }
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      known.insert(known.end(), {"usual", "all"});
      throw UsageError("--scores: expected usual, all, or names of {}; found '{}'{}",
                       fmt::join(anomaly_score_names(), ", "), word, did_you_mean(word, known));
    }
    add(word);
  }
  if (names.empty()) throw UsageError("--scores: expected at least one name, found none");
  return names;
}

std::string score_list_help() {
  std::string slow;
  for (const AnomalyScore& kind : anomaly_score_kinds()) {
    if (kind.slow) slow += (slow.empty() ? "" : ", ") + kind.name;
  }
  return "usual, all, or names separated by commas; slow and not among the usual ones: " + slow;
}

}  // namespace elbo::cli
