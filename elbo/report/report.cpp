#include "elbo/report/report.h"

#include <fmt/format.h>

#include <vector>

#include "elbo/base/file.h"
#include "elbo/report/aevb.h"
#include "elbo/report/html.h"
#include "elbo/report/sections.h"

namespace elbo {
namespace {

std::string samples_caption(const Study& study) {
  std::string caption =
      "Not chosen by hand: blurred or broken shapes show where the prior and the codes don't "
      "agree.";
  if (study.result("study")) {
    caption +=
        " The reconstruction model's precise codes leave most of its prior empty; the likelihood "
        "model has learned its prior.";
  }
  return caption;
}

Page main_page(const Study& study) {
  return {.title = main_title(study),
          .findings = main_findings(study),
          .sections = {
              comparison_section(study),
              reconstruction_section(study),
              latent_section(study),
              interpolation_section(study),
              robustness_section(study),
              anomaly_section(study, "anomaly"),
              anomaly_section(study, "anomaly_reverse"),
              one_class_section(study),
              conditional_section(study),
              samples_section(study, samples_caption(study)),
              likelihood_section(study),
              training_section(study),
              settings_section(study),
              repeat_section(study),
          }};
}

}  // namespace

void write_report(const std::filesystem::path& study_dir) {
  const Study study(study_dir);
  const Page page = study.kind() == "aevb" ? aevb_page(study) : main_page(study);
  std::string links, parts;
  for (const Section& section : page.sections) {
    if (section.body.empty()) continue;
    links += fmt::format("<a href=\"#{}\">{}</a>\n", html::escape(section.id),
                         html::escape(section.title));
    parts += html::section(section.id, section.title, section.body);
  }
  if (!links.empty()) links = "<nav>" + links + "</nav>\n";
  write_text_file(
      study.folder() / "report.html",
      html::page(page.title, overview(study, page.title, page.findings) + links + parts));
}

}  // namespace elbo
