// What a study plans for each budget must be able to hold what it promises.
#include "elbo/experiments/study_plan.h"

#include <gtest/gtest.h>

#include "elbo/base/error.h"
#include "elbo/evaluate/detection.h"

namespace elbo {
namespace {

TEST(StudyPlan, HasEnoughExamplesForItsFalseAlarmRate) {
  for (const char* budget : {"quick", "standard", "full"}) {
    const StudyPlan plan = study_plan(budget, 1);
    EXPECT_GE(plan.regret_count, enough_for_threshold(plan.false_alarm_rate)) << budget;
  }
}

TEST(StudyPlan, SeedsEveryModel) {
  const StudyPlan plan = study_plan("standard", 7);
  for (const StudyModel* model :
       {&plan.reconstruction, &plan.latent, &plan.denoising, &plan.anomaly, &*plan.anomaly_reverse,
        &plan.conditional, &plan.likelihood}) {
    EXPECT_EQ(model->config.train.seed, 7) << model->name;
  }
  EXPECT_EQ(plan.judge.seed, 7U);
}

TEST(StudyPlan, RefusesAnUnknownBudget) {
  EXPECT_THROW(study_plan("quickest", 1), UsageError);
}

}  // namespace
}  // namespace elbo
