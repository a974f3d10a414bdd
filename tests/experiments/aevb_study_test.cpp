// The study of Kingma & Welling 2013 in miniature, on drawn digits that need no file.
#include "elbo/experiments/aevb_study.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/base/interrupt.h"
#include "elbo/experiments/bound_curve.h"
#include "elbo/experiments/study_session.h"
#include "elbo/io/npy.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

using nlohmann::json;

AevbPlan tiny_plan() {
  AevbPlan plan = aevb_plan("standard", 3);
  plan.train = "strokes:train?count=200&size=12";
  plan.test = "strokes:test?count=100&size=12";
  // Two and five latents.
  plan.models = {plan.models[0], plan.models[2]};
  for (StudyModel& model : plan.models) {
    model.config.model.hidden = {16};
    model.config.train.learning_rate = 1e-2;
  }
  plan.milestones = {1, 4};
  plan.bound_count = 80;
  return plan;
}

class AevbStudyTest : public ::testing::Test {
 protected:
  AevbStudyTest() : folder_(memory_folder()) {}

  StudyOptions options(const std::string& name) const {
    StudyOptions options;
    options.folder = folder_ / name;
    options.seed = 3;
    return options;
  }
  json result(const std::string& study, const std::string& name) const {
    return json::parse(read_text_file(folder_ / study / "results" / (name + ".json")));
  }

  TemporaryFolder folder_;
};

TEST_F(AevbStudyTest, LeavesCurvesManifoldAndSamples) {
  const json summary = run_aevb_study(options("study"), tiny_plan());
  const json found = result("study", "aevb");
  EXPECT_EQ(found["binarisation"], "dynamic");
  EXPECT_EQ(found["bound_count"], 80);
  ASSERT_EQ(found["models"].size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const json& model = found["models"][i];
    EXPECT_EQ(model["latent"], i == 0 ? 2 : 5);
    ASSERT_EQ(model["curve"].size(), 2U);
    const json &first = model["curve"][0], &last = model["curve"][1];
    EXPECT_EQ(first["examples"], 200);
    EXPECT_EQ(last["examples"], 800);
    for (const char* key : {"train_elbo_nats", "test_elbo_nats"}) {
      EXPECT_LT(first[key].get<double>(), last[key].get<double>()) << key;
    }
    EXPECT_NEAR(last["test_elbo_nats"].get<double>(),
                last["test_log_likelihood_nats"].get<double>() - last["test_kl_nats"].get<double>(),
                1e-3);
    EXPECT_EQ(summary["lower_bound"][i]["test_elbo_nats"], last["test_elbo_nats"]);
  }
  EXPECT_EQ(summary["study"], "aevb");
  EXPECT_EQ(summary["models"], json({"latent_2", "latent_5"}));
  EXPECT_EQ(result("study", "study")["data"]["generated"], false);
  EXPECT_EQ(read_npy(folder_ / "study" / "results" / "latent_manifold.npy").extent(0), 20);
  const json samples = result("study", "samples")["models"];
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[1]["name"], "5 latents");
  const std::string images = samples[1]["images"];
  EXPECT_EQ(read_npy(folder_ / "study" / "results" / images).extents(),
            (Extents{4, 16, 12, 12, 1}));
}

TEST_F(AevbStudyTest, GoesOnWhereItWasStopped) {
  run_aevb_study(options("whole"), tiny_plan());
  // At the first milestone, between training and estimate; and in the middle between milestones.
  for (const std::int64_t epoch : {1, 2}) {
    const std::string name = "stopped" + std::to_string(epoch);
    StudyOptions stopped = options(name);
    stopped.callbacks = [epoch](const std::string& model) {
      TrainingCallbacks callbacks;
      callbacks.on_epoch = [epoch, model](const EpochReport& report) {
        EXPECT_EQ(report.epochs, 4);
        if (model == "latent_5" && report.epoch == epoch) set_interrupted(true);
      };
      return callbacks;
    };
    EXPECT_THROW(run_aevb_study(stopped, tiny_plan()), Interrupted);
    set_interrupted(false);
    EXPECT_FALSE(std::filesystem::exists(folder_ / name / "summary.json"));

    std::vector<std::string> trained;
    StudyOptions resumed = options(name);
    resumed.callbacks = [&trained](const std::string& model) {
      TrainingCallbacks callbacks;
      callbacks.on_epoch = [&trained, model](const EpochReport& report) {
        trained.push_back(model + " " + std::to_string(report.epoch));
      };
      return callbacks;
    };
    run_aevb_study(resumed, tiny_plan());
    EXPECT_EQ(result(name, "aevb"), result("whole", "aevb"));
    // Nothing is trained twice.
    EXPECT_EQ(trained.front(), "latent_5 " + std::to_string(epoch + 1));
    EXPECT_EQ(trained.back(), "latent_5 4");
    EXPECT_EQ(trained.size(), static_cast<std::size_t>(4 - epoch));
    // Nor is what was trained before thought to have taken no time.
    const json study = result(name, "study");
    for (const json& model : study["models"]) {
      EXPECT_GT(model["examples_per_second"], 0) << model["name"];
      EXPECT_GT(model["seconds"], 0) << model["name"];
    }
  }
}

TEST_F(AevbStudyTest, ALargerBudgetGoesOnFromASmallerOne) {
  AevbPlan shorter = tiny_plan();
  shorter.milestones = {1};
  run_aevb_study(options("study"), shorter);
  run_aevb_study(options("study"), tiny_plan());
  const json longer = result("study", "aevb");
  run_aevb_study(options("whole"), tiny_plan());
  EXPECT_EQ(longer, result("whole", "aevb"));
  // And the smaller one again finds its points, and those beyond.
  run_aevb_study(options("study"), shorter);
  EXPECT_EQ(result("study", "aevb"), longer);
}

TEST_F(AevbStudyTest, AnotherStudysFolderIsLeftAlone) {
  const StudyOptions there = options("study");
  StudySession(there, "aevb").finish(json::object(), json::object());
  const std::string before = read_text_file(folder_ / "study" / "results" / "study.json");
  EXPECT_THROW(StudySession(there, "main"), UsageError);
  EXPECT_NO_THROW(StudySession(there, "aevb"));
  EXPECT_EQ(read_text_file(folder_ / "study" / "results" / "study.json"), before);
}

TEST(AevbPlan, HasThePapersNetworksAndRisingMilestones) {
  for (const std::string budget : {"quick", "standard", "full"}) {
    const AevbPlan plan = aevb_plan(budget, 7);
    EXPECT_TRUE(std::ranges::is_sorted(plan.milestones, std::less_equal<>()));
    EXPECT_EQ(plan.milestones.front(), 1);
    for (const StudyModel& model : plan.models) {
      EXPECT_EQ(model.config.model.hidden, (std::vector<std::int64_t>{500}));
      EXPECT_EQ(model.config.model.activation, "tanh");
      EXPECT_EQ(model.config.data.binarisation, "dynamic");
      EXPECT_EQ(model.config.train.batch_size, 100);
      EXPECT_EQ(model.config.train.seed, 7);
    }
    EXPECT_EQ(plan.models.front().config.model.latent, 2);
  }
  EXPECT_EQ(aevb_plan("full", 1).milestones.back(), 300);
  EXPECT_THROW(aevb_plan("standart", 1), UsageError);
}

TEST(BoundCurve, DamagedFilesAreNamed) {
  const TemporaryFolder folder(memory_folder());
  const std::filesystem::path file = folder / "bound_curve.json";
  EXPECT_TRUE(BoundCurve(file).points().empty());
  for (const char* text : {"{\"points\": [", "{}", "[3]", R"({"points": [{"epochs": "one"}]})"}) {
    write_text_file(file, text);
    try {
      BoundCurve curve(file);
      ADD_FAILURE() << text;
    } catch (const FileError& error) {
      EXPECT_EQ(std::string(error.what()).find(file.string()), 0U) << error.what();
    }
  }
}

}  // namespace
}  // namespace elbo
