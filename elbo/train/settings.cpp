#include "elbo/train/settings.h"

#include "elbo/device/precision.h"

namespace elbo {

const SettingsTable<TrainSettings>& train_settings_table() {
  using T = TrainSettings;
  static const SettingsTable<T> table(
      "train",
      {
          setting("epochs", &T::epochs, "passes over the training set", in_range(1, 1e6)),
          setting("seconds", &T::seconds, "stop after this much time; 0 for no limit", at_least(0)),
          setting("batch_size", &T::batch_size, "examples in a step", in_range(1, 65536)),
          setting("optimizer", &T::optimizer, "the update rule", one_of({"adam", "adamw", "sgd"})),
          setting("learning_rate", &T::learning_rate, "the largest step size", above(0)),
          setting("schedule", &T::schedule, "how the learning rate falls",
                  one_of({"constant", "cosine"})),
          setting("warmup_steps", &T::warmup_steps, "steps over which the learning rate rises",
                  in_range(0, 1e9)),
          setting("weight_decay", &T::weight_decay, "shrinkage of the weights", at_least(0)),
          setting("clip_norm", &T::clip_norm, "largest norm of the gradient; 0 for no limit",
                  at_least(0)),
          setting("average_decay", &T::average_decay,
                  "decay of the moving average of the weights that is evaluated; 0 for none",
                  in_range(0, 0.99999999)),
          setting("patience", &T::patience,
                  "stop after this many validations without a better one; 0 for never",
                  in_range(0, 1e6)),
          setting("validate_every", &T::validate_every, "epochs between validations",
                  in_range(1, 1e6)),
          setting("checkpoint_seconds", &T::checkpoint_seconds,
                  "at least this long between checkpoints", at_least(0)),
          setting("precision", &T::precision,
                  "of products: bf16 rounds their operands (fp32 where the machine has no such "
                  "instructions), bf16_emulated does so everywhere, slowly",
                  one_of(precision_names())),
          setting("seed", &T::seed, "of first weights, order and noise",
                  in_range(0, static_cast<double>(kLargestSeed))),
      });
  return table;
}

}  // namespace elbo
