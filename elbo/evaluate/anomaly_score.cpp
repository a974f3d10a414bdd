#include "elbo/evaluate/anomaly_score.h"

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"
#include "elbo/graph/ops.h"

namespace elbo {
namespace {

constexpr std::uint32_t kDraws = 4;

void add_share(std::vector<double>& means, const Array& values) {
  const auto elements = values.values<float>();
  means.resize(elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) means[i] += elements[i] / kDraws;
}

}  // namespace

ScoreInput::ScoreInput(const FittedVae& vae, const Dataset& data, const ScoreSettings& settings)
    : vae_(vae), data_(data), settings_(settings) {
  vae.check(data);
}

const ScoreInput::BoundTerms& ScoreInput::bound() const {
  if (bound_) return *bound_;
  BoundTerms means;
  for (std::uint32_t draw = 0; draw < kDraws; ++draw) {
    PassOptions options = vae_.pass();
    options.seed = settings_.seed;
    options.step = draw + 1;
    const auto arrays =
        run_pass(data_, vae_.parameters(), options, [&](Graph&, const BatchNodes& nodes) {
          const ElboTerms terms =
              elbo_terms(vae_.model(), nodes.model_batch(vae_.data_settings(), false));
          return std::vector<Value>{-terms.elbo, -terms.log_likelihood, terms.kl};
        });
    add_share(means.negative_elbo, arrays[0]);
    add_share(means.negative_log_likelihood, arrays[1]);
    add_share(means.kl, arrays[2]);
  }
  return bound_.emplace(std::move(means));
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
