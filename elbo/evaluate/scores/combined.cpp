// All quick scores in one number, learned from normal data alone. Each becomes its normal score, z
// = Phi^-1(F(score)), F its distribution on normal data; the result is the Mahalanobis distance of
// the vector of them. It is two-sided: what is likelier or simpler than normal data is far off as
// well. And it also sees what no score sees by itself, such as a good bound with a bad
// reconstruction. Morningstar et al. 2021, "Density of states estimation for out-of-distribution
// detection", section 3: statistics of a model, and their density on normal data.
#include "elbo/base/error.h"
#include "elbo/evaluate/anomaly_score.h"
#include "elbo/evaluate/empirical_distribution.h"
#include "elbo/evaluate/learned_gaussian.h"

namespace elbo {
namespace {

constexpr const char* kName = "combined";
/// Half-way between all that the correlations of normal scores say, which makes much of small
/// disagreements of scores that are nearly the same, and scores that are independent.
constexpr double kShrinkage = 0.5;

std::string sample_name(const std::string& score) {
  return "sample." + score;
}

/// The rows' columns, each passed through its distribution: (M, F) -> (M, F).
Array normal_scores(const LearnedArrays& learned, const ScoreFeatures& features) {
  Array result = features.rows;
  const auto values = result.values<float>();
  const std::size_t columns = features.names.size();
  for (std::size_t column = 0; column < columns; ++column) {
    const auto found = learned.find(sample_name(features.names[column]));
    if (found == learned.end() || found->second.dtype() != DType::f32) {
      throw DataError("the calibration of '{}' was made without '{}'; calibrate again", kName,
                      features.names[column]);
    }
    const auto sample = found->second.values<float>();
    const EmpiricalDistribution distribution({sample.begin(), sample.end()});
    for (std::size_t i = column; i < values.size(); i += columns) {
      values[i] = static_cast<float>(distribution.normal_score(values[i]));
    }
  }
  return result;
}

ScoreFeatures features(const ScoreInput&, const AnomalyScores& others) {
  ScoreFeatures result;
  std::vector<const std::vector<double>*> columns;
  for (const AnomalyScore& kind : anomaly_score_kinds()) {
    const auto found = others.find(kind.name);
    if (found == others.end() || !kind.is_combined()) continue;
    result.names.push_back(kind.name);
    columns.push_back(&found->second);
  }
  const std::size_t rows = columns.empty() ? 0 : columns.front()->size();
  result.rows = Array(DType::f32,
                      {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns.size())});
  auto element = result.rows.values<float>().begin();
  for (std::size_t i = 0; i < rows; ++i) {
    for (const auto* column : columns) *element++ = static_cast<float>((*column)[i]);
  }
  return result;
}

LearnedArrays learn(const ScoreFeatures& normal) {
  LearnedArrays learned;
  const std::int64_t count = normal.rows.extent(0);
  const auto values = normal.rows.values<float>();
  for (std::size_t column = 0; column < normal.names.size(); ++column) {
    Array sample(DType::f32, {count});
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      sample.values<float>()[i] = values[i * normal.names.size() + column];
    }
    learned.emplace(sample_name(normal.names[column]), std::move(sample));
  }
  learned.merge(learn_gaussian(normal_scores(learned, normal), kShrinkage, kName));
  return learned;
}

std::vector<double> score(const LearnedArrays& learned, const ScoreFeatures& features) {
  return learned_distance(learned, normal_scores(learned, features), kName);
}

}  // namespace

AnomalyScore combined_score() {
  return {.name = kName,
          .description = "how unlike normal data all quick scores are together, at either end",
          .unit = "",
          .learned = LearnedScore{
              .features = features, .learn = learn, .score = score, .made_of_scores = true}};
}

}  // namespace elbo
