// The objective that docs/extending.md adds, as it stands there, is one file: it is registered by
// its name, and training and evaluation take it as they take any other.
#include <gtest/gtest.h>

#include <algorithm>

#include "elbo/base/file.h"
#include "tests/models/tiny_vae.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

const char* const kSource = ELBO_SOURCE_DIR "/tests/objectives/renyi.cpp";

TEST(Walkthrough, TheDocumentShowsTheFileThatIsBuilt) {
  const std::string document = read_text_file(ELBO_SOURCE_DIR "/docs/extending.md");
  const std::string source = read_text_file(kSource);
  EXPECT_NE(document.find("```cpp\n" + source + "```"), std::string::npos);
  EXPECT_LE(std::count(source.begin(), source.end(), '\n'), 25);
}

TEST(Walkthrough, TheFileAloneRegistersIt) {
  const auto names = objective_names();
  EXPECT_NE(std::find(names.begin(), names.end(), "renyi"), names.end());
  RunConfig config = testing::tiny_config();
  config.objective.name = "renyi";
  config.train.epochs = 20;
  const TemporaryFolder folder(memory_folder());
  const TrainingResult result =
      train_run(config, testing::tiny_images(200), {.folder = folder / "run", .callbacks = {}});
  // Sixteen coin flips cost 11.1 nats.
  EXPECT_GT(result.best_monitored, -10);
  EXPECT_EQ(load_run(folder / "run", 1).config.objective.name, "renyi");
}

TEST(Walkthrough, ItsBoundLiesBetweenTheOthers) {
  testing::TinyVae tiny;
  ObjectiveSettings settings;
  settings.samples = 10;
  std::vector<Value> losses;
  for (const char* name : {"iwae", "renyi", "elbo"}) {
    settings.name = name;
    losses.push_back(build_objective(settings, tiny.model, tiny.batch, tiny.training).loss);
  }
  const auto values = tiny.evaluate(losses, 20000);
  EXPECT_LT(values[0][0], values[1][0]);
  EXPECT_LT(values[1][0], values[2][0]);
}

}  // namespace
}  // namespace elbo
