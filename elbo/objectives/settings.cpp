#include "elbo/objectives/settings.h"

#include "elbo/objectives/objective.h"

namespace elbo {

const SettingsTable<ObjectiveSettings>& objective_settings_table() {
  using O = ObjectiveSettings;
  static const SettingsTable<O> table(
      "objective",
      {
          setting("name", &O::name, "what training maximises, or a bound of it",
                  one_of(objective_names())),
          setting("beta", &O::beta,
                  "weight of the KL term; 1 is the ELBO (beta_tcvae: of the total correlation)",
                  at_least(0)),
          setting("warmup_epochs", &O::warmup_epochs,
                  "epochs over which the weight of the KL term grows from 0", in_range(0, 1e6)),
          setting("cycles", &O::cycles,
                  "times that the warm-up happens, at equal distances in training",
                  in_range(1, 10000)),
          setting("samples", &O::samples, "iwae, dreg: samples of the posterior an example",
                  in_range(1, 10000)),
          setting("free_nats", &O::free_nats,
                  "free_bits: nats a latent unit has for nothing, on average over a batch",
                  at_least(0)),
          setting("capacity_nats", &O::capacity_nats,
                  "capacity: the KL that is aimed at, once warmed up", at_least(0)),
          setting("capacity_weight", &O::capacity_weight,
                  "capacity: weight of the KL's distance from it", at_least(0)),
          setting("discrepancy_weight", &O::discrepancy_weight,
                  "info_vae: weight of the discrepancy between codes and prior", at_least(0)),
      });
  return table;
}

}  // namespace elbo
