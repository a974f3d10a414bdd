#include "elbo/feed/settings.h"

namespace elbo {

const SettingsTable<DataSettings>& data_settings_table() {
  using D = DataSettings;
  static const SettingsTable<D> table(
      "data", {
                  setting("validation", &D::validation,
                          "share of the training examples kept for validation, or their number",
                          at_least(0)),
                  setting("binarisation", &D::binarisation,
                          "pixels as coin flips: never, once, or anew each time",
                          one_of({"none", "static", "dynamic"})),
                  setting("noise", &D::noise,
                          "largest standard deviation of noise on the encoder's input in training",
                          in_range(0, 100)),
                  setting("distortion", &D::distortion,
                          "training images move anew each epoch; 1: by up to a pixel, 11 degrees "
                          "and 13 % of size",
                          in_range(0, 10)),
              });
  return table;
}

}  // namespace elbo
