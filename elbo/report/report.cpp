#include "elbo/report/report.h"

#include <fmt/format.h>

#include <vector>

#include "elbo/base/file.h"
#include "elbo/report/html.h"
#include "elbo/report/sections.h"

namespace elbo {

void write_report(const std::filesystem::path& study_dir) {
  const Study study(study_dir);
  const std::vector<Section> sections = {
      comparison_section(study),
      reconstruction_section(study),
      latent_section(study),
      interpolation_section(study),
      robustness_section(study),
      anomaly_section(study, "anomaly"),
      anomaly_section(study, "anomaly_reverse"),
      one_class_section(study),
      conditional_section(study),
      samples_section(study),
      likelihood_section(study),
      training_section(study),
      settings_section(study),
      repeat_section(study),
  };
  std::string links, parts;
  for (const Section& section : sections) {
    if (section.body.empty()) continue;
    links += fmt::format("<a href=\"#{}\">{}</a>\n", html::escape(section.id),
                         html::escape(section.title));
    parts += html::section(section.id, section.title, section.body);
  }
  if (!links.empty()) links = "<nav>" + links + "</nav>\n";
  write_text_file(study.folder() / "report.html",
                  html::page(overview_title(study), overview(study) + links + parts));
}

}  // namespace elbo
