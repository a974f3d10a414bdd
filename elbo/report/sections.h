// The parts of the page, each as HTML: empty when the study has nothing for it. A part draws its
// own figures.
#pragma once

#include <string>
#include <vector>

#include "elbo/report/study.h"

namespace elbo {

struct Section {
  std::string id, title, body;
};

/// A study's page: its title, what came out as a part of a sentence, and its sections in order.
struct Page {
  std::string title, findings;
  std::vector<Section> sections;
};

/// The title, one sentence on what came out, machine and time.
std::string overview(const Study& study, const std::string& title, const std::string& findings);
/// "Six models trained and measured in 84 s on 2 CPU threads", the beginning of that sentence.
std::string effort_text(const Study& study);
std::string main_title(const Study& study);
std::string main_findings(const Study& study);
Section comparison_section(const Study& study);

Section reconstruction_section(const Study& study);
Section latent_section(const Study& study);
Section interpolation_section(const Study& study);
Section robustness_section(const Study& study);
/// `name` is the result's: "anomaly" or "anomaly_reverse".
Section anomaly_section(const Study& study, const std::string& name);
Section one_class_section(const Study& study);
Section conditional_section(const Study& study);
/// `caption` says what to see in the samples.
Section samples_section(const Study& study, const std::string& caption);
Section likelihood_section(const Study& study);
Section training_section(const Study& study);
/// The models that were trained, as a table; empty when there are none.
std::string models_table(const Study& study);

Section settings_section(const Study& study);
Section repeat_section(const Study& study);

}  // namespace elbo
