#include "elbo/objectives/settings.h"

#include "elbo/objectives/objective.h"

namespace elbo {

const SettingsTable<ObjectiveSettings>& objective_settings_table() {
  using O = ObjectiveSettings;
  static const SettingsTable<O> table(
      "objective",
      {
          setting("name", &O::name, "what is maximised in training", one_of(objective_names())),
          setting("beta", &O::beta, "weight of the KL term; 1 is the ELBO", at_least(0)),
          setting("warmup_epochs", &O::warmup_epochs,
                  "epochs over which the weight of the KL term grows from 0", in_range(0, 1e6)),
      });
  return table;
}

}  // namespace elbo
