#include "elbo/experiments/bound_curve.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/evaluate/bound.h"

namespace elbo {
namespace {

using nlohmann::json;

BoundPoint point_from(const json& object) {
  return {.epochs = object.at("epochs").get<std::int64_t>(),
          .examples = object.at("examples").get<std::int64_t>(),
          .train_elbo_nats = object.at("train_elbo_nats").get<double>(),
          .test_elbo_nats = object.at("test_elbo_nats").get<double>(),
          .test_log_likelihood_nats = object.at("test_log_likelihood_nats").get<double>(),
          .test_kl_nats = object.at("test_kl_nats").get<double>(),
          .active_units = object.at("active_units").get<std::int64_t>()};
}

bool fewer_epochs(const BoundPoint& a, const BoundPoint& b) {
  return a.epochs < b.epochs;
}

}  // namespace

json to_json(const BoundPoint& point) {
  return {{"epochs", point.epochs},
          {"examples", point.examples},
          {"train_elbo_nats", point.train_elbo_nats},
          {"test_elbo_nats", point.test_elbo_nats},
          {"test_log_likelihood_nats", point.test_log_likelihood_nats},
          {"test_kl_nats", point.test_kl_nats},
          {"active_units", point.active_units}};
}

BoundCurve::BoundCurve(std::filesystem::path file) : file_(std::move(file)) {
  if (!std::filesystem::exists(file_)) return;
  try {
    const json object = json::parse(read_text_file(file_));
    for (const json& point : object.at("points")) points_.push_back(point_from(point));
  } catch (const json::exception& error) {
    throw FileError(
        "{}: expected the points of a bound's curve, found something else ({}); "
        "remove it, and the model's folder with it, to train anew",
        file_.string(), error.what());
  }
  std::sort(points_.begin(), points_.end(), fewer_epochs);
}

bool BoundCurve::has(std::int64_t epochs) const {
  return std::any_of(points_.begin(), points_.end(),
                     [&](const BoundPoint& point) { return point.epochs == epochs; });
}

void BoundCurve::add(const BoundPoint& point) {
  points_.insert(std::upper_bound(points_.begin(), points_.end(), point, fewer_epochs), point);
  json object{{"points", json::array()}};
  for (const BoundPoint& each : points_) object["points"].push_back(to_json(each));
  make_directory(file_.parent_path());
  write_text_file(file_, object.dump(2) + "\n");
}

BoundPoint bound_point(const FittedVae& vae, std::int64_t epochs, const Dataset& train,
                       const Dataset& test, std::int64_t count, std::uint64_t seed) {
  const BoundReport seen = evaluate_bound(vae, train.first(count), seed);
  const BoundReport unseen = evaluate_bound(vae, test.first(count), seed);
  return {.epochs = epochs,
          .examples = epochs * train.count(),
          .train_elbo_nats = seen.elbo_nats,
          .test_elbo_nats = unseen.elbo_nats,
          .test_log_likelihood_nats = unseen.log_likelihood_nats,
          .test_kl_nats = unseen.kl_nats,
          .active_units = unseen.active_units};
}

}  // namespace elbo
