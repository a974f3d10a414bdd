// The parts of the page, each as HTML: empty when the study has nothing for it. A part draws its
// own figures.
#pragma once

#include <string>

#include "elbo/report/study.h"

namespace elbo {

struct Section {
  std::string id, title, body;
};

/// Title, one sentence on what came out, machine and time, and the models that were trained.
std::string overview_title(const Study& study);
std::string overview(const Study& study);
Section comparison_section(const Study& study);

Section reconstruction_section(const Study& study);
Section latent_section(const Study& study);
Section interpolation_section(const Study& study);
Section robustness_section(const Study& study);
/// `name` is the result's: "anomaly" or "anomaly_reverse".
Section anomaly_section(const Study& study, const std::string& name);
Section one_class_section(const Study& study);
Section conditional_section(const Study& study);
Section samples_section(const Study& study);
Section likelihood_section(const Study& study);
Section training_section(const Study& study);

Section settings_section(const Study& study);
Section repeat_section(const Study& study);

}  // namespace elbo
