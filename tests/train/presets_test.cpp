#include "elbo/train/presets.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "elbo/base/error.h"
#include "elbo/io/toml.h"

namespace elbo {
namespace {

TEST(Presets, EachIsTomlWithADescriptionAndTheFourTables) {
  ASSERT_GE(presets().size(), 2U);
  for (const Preset& preset : presets()) {
    const nlohmann::json document = parse_toml(preset.toml, preset.name);
    EXPECT_FALSE(preset.description.empty()) << preset.name;
    for (const auto& [key, value] : document.items()) {
      const bool known = key == "description" || key == "reaches" || key == "takes" ||
                         key == "model" || key == "objective" || key == "train" || key == "data";
      EXPECT_TRUE(known) << preset.name << ": " << key;
    }
  }
}

TEST(Presets, AreSortedAndFoundByName) {
  for (std::size_t i = 1; i < presets().size(); ++i) {
    EXPECT_LT(presets()[i - 1].name, presets()[i].name);
  }
  const nlohmann::json mlp = parse_toml(find_preset("mlp").toml, "mlp");
  EXPECT_EQ(mlp["model"]["hidden"], nlohmann::json({400}));
  EXPECT_EQ(mlp["model"]["latent"], 20);
  EXPECT_THROW(find_preset("nothing of that kind"), UsageError);
}

}  // namespace
}  // namespace elbo
