#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "elbo/device/precision.h"
#include "tests/cli/run_program.h"

namespace elbo {
namespace {

TEST(BenchCommand, MeasuresAJobAndItsKernels) {
  const ProgramResult result = run_program({"bench", "--seconds", "0.1", "--job", "mlp",
                                            "--profile", "--threads", "1", "--json", "--quiet"});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(result.errors, "");
  const auto object = nlohmann::json::parse(result.output);
  EXPECT_EQ(object["threads"], 1);
  EXPECT_GE(object["machine"]["cores"], 1);
  // Each precision that this machine has.
  ASSERT_EQ(object["jobs"].size(), has_bf16_instructions() ? 2U : 1U);
  const auto& job = object["jobs"][0];
  // 784-400-40 and 20-400-784, with biases.
  EXPECT_EQ(job["parameters"], 784 * 400 + 400 + 400 * 40 + 40 + 20 * 400 + 400 + 400 * 784 + 784);
  for (const char* what : {"training", "scoring"}) {
    const auto& rate = job[what];
    EXPECT_GT(rate["minimum"], 0.0) << what;
    EXPECT_LE(rate["minimum"], rate["examples_per_second"]) << what;
    EXPECT_LE(rate["examples_per_second"], rate["maximum"]) << what;
    EXPECT_GE(rate["repeats"], 1) << what;
  }
  const auto& kernels = job["profile"]["kernels"];
  ASSERT_GT(kernels.size(), 10U);
  EXPECT_EQ(kernels.back()["name"], "optimizer");
  for (const auto& kernel : kernels) EXPECT_GT(kernel["seconds"], 0.0) << kernel;
}

TEST(BenchCommand, MeasuresAnyBatch) {
  const ProgramResult result =
      run_program({"bench", "--seconds", "0.1", "--repeats", "1", "--job", "mlp", "--precision",
                   "fp32", "--batch", "3", "--profile", "--json", "--quiet"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const auto job = nlohmann::json::parse(result.output)["jobs"][0];
  EXPECT_EQ(job["batch_size"], 3);
  const std::string plan = job["profile"].dump();
  EXPECT_NE(plan.find("(3, 784) x (784, 400)"), std::string::npos) << plan;
}

TEST(BenchCommand, MeasuresAProcessAndNoMemoryButItsOwn) {
  // What the process that starts another one holds is not the other's.
  const std::vector<char> held(400 << 20, 1);
  const ProgramResult result =
      run_program({"bench", "--seconds", "0.1", "--repeats", "2", "--job", "mlp", "--precision",
                   "fp32", "--train", "strokes?count=300", "--json", "--quiet"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const auto process = nlohmann::json::parse(result.output)["process"];
  EXPECT_EQ(process["spec"], "strokes?count=300");
  EXPECT_GT(process["peak_memory_mib"], 5.0);
  EXPECT_LT(process["peak_memory_mib"], 300.0);
  EXPECT_GT(process["seconds_to_first_step_minimum"], 0.0);
  EXPECT_LE(process["seconds_to_first_step_minimum"], process["seconds_to_first_step"]);
  EXPECT_LE(process["seconds_to_first_step"], process["seconds_to_first_step_maximum"]);
  EXPECT_EQ(held.back(), 1);
}

TEST(BenchCommand, MeasuresAModelOfOnesOwn) {
  const ProgramResult result = run_program(
      {"bench", "--seconds", "0.1", "--repeats", "1", "--preset", "study-conditional", "--set",
       "model.hidden=[9]", "--set", "train.batch_size=16", "--profile", "--json", "--quiet"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const auto jobs = nlohmann::json::parse(result.output)["jobs"];
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0]["job"], "study-conditional");
  EXPECT_EQ(jobs[0]["batch_size"], 16);
  const std::string plan = jobs[0]["profile"].dump();
  EXPECT_NE(plan.find("(16, 784) x (784, 9)"), std::string::npos) << plan;
  EXPECT_NE(plan.find("(16, 10) x (10, 9)"), std::string::npos) << plan;  // the label's
  EXPECT_EQ(run_program({"bench", "--preset", "mlp", "--job", "mlp"}).status, 2);
}

TEST(BenchCommand, SuggestsTheNearestJob) {
  const ProgramResult result = run_program({"bench", "--job", "mpl"});
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.errors.find("--job"), std::string::npos) << result.errors;
  EXPECT_NE(result.errors.find("conv"), std::string::npos) << result.errors;
}

}  // namespace
}  // namespace elbo
