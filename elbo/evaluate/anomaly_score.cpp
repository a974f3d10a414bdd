#include "elbo/evaluate/anomaly_score.h"

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"
#include "elbo/graph/ops.h"

namespace elbo {
namespace {

constexpr int kDraws = 4;

std::vector<double> numbers(const Array& values) {
  const auto elements = values.values<float>();
  return {elements.begin(), elements.end()};
}

}  // namespace

ScoreInput::ScoreInput(const FittedVae& vae, const Dataset& data, const ScoreSettings& settings)
    : vae_(vae), data_(data), settings_(settings) {
  vae.check(data);
}

const ScoreInput::BoundTerms& ScoreInput::bound() const {
  if (bound_) return *bound_;
  PassOptions options = vae_.pass();
  options.seed = settings_.seed;
  options.same_noise = true;
  const auto arrays =
      run_pass(data_, vae_.parameters(), options, [&](Graph&, const BatchNodes& nodes) {
        // What the draws have in common, such as the encoder, the plan computes once.
        Value log_likelihood, kl;
        for (int draw = 0; draw < kDraws; ++draw) {
          const ElboTerms terms =
              elbo_terms(vae_.model(), nodes.model_batch(vae_.data_settings(), false));
          log_likelihood = draw == 0 ? terms.log_likelihood : log_likelihood + terms.log_likelihood;
          kl = draw == 0 ? terms.kl : kl + terms.kl;
        }
        constexpr double kShare = 1.0 / kDraws;
        return std::vector<Value>{(kl - log_likelihood) * kShare, log_likelihood * -kShare,
                                  kl * kShare};
      });
  return bound_.emplace(BoundTerms{.negative_elbo = numbers(arrays[0]),
                                   .negative_log_likelihood = numbers(arrays[1]),
                                   .kl = numbers(arrays[2])});
}

const Array& ScoreInput::codes() const {
  if (!codes_) codes_ = vae_.encode(data_).means;
  return *codes_;
}

const AnomalyScore& find_anomaly_score(const std::string& name) {
  for (const AnomalyScore& score : anomaly_score_kinds()) {
    if (score.name == name) return score;
  }
  throw UsageError("anomaly score '{}' is not known{}", name,
                   did_you_mean(name, anomaly_score_names()));
}

std::vector<std::string> anomaly_score_names() {
  std::vector<std::string> names;
  for (const AnomalyScore& score : anomaly_score_kinds()) names.push_back(score.name);
  return names;
}

std::vector<std::string> usual_score_names(const Vae& model) {
  std::vector<std::string> names;
  for (const AnomalyScore& score : anomaly_score_kinds()) {
    if (!score.slow && score.applies_to(model)) names.push_back(score.name);
  }
  return names;
}

}  // namespace elbo
