// `elbo data info SPEC`: what a data set holds.
#include <algorithm>
#include <cmath>

#include "cli/command.h"
#include "cli/output.h"
#include "elbo/base/error.h"

namespace elbo::cli {
namespace {

struct Statistics {
  double mean = 0, deviation = 0, minimum = 0, maximum = 0;
};

/// Over all elements, times `scale`. Two passes, so that large offsets cost no digits.
template <typename Value>
Statistics statistics_of(std::span<const Value> values, double scale) {
  double sum = 0;
  for (const Value value : values) sum += static_cast<double>(value);
  const double mean = sum / static_cast<double>(values.size());
  double squares = 0;
  for (const Value value : values) {
    const double distance = static_cast<double>(value) - mean;
    squares += distance * distance;
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {mean * scale, std::sqrt(squares / static_cast<double>(values.size())) * scale,
          static_cast<double>(*low) * scale, static_cast<double>(*high) * scale};
}

std::vector<std::int64_t> class_counts(const Dataset& data) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(data.class_count()), 0);
  for (const std::int32_t label : data.labels->values<std::int32_t>()) {
    ++counts.at(static_cast<std::size_t>(label));
  }
  return counts;
}

class DataInfo : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("SPEC", &spec_,
                         "the data: mnist, fashion-mnist:test, idx:IMAGES[,LABELS], "
                         "npy:X.npy[,Y.npy], csv:FILE?target=COLUMN, images:DIR, strokes, ...");
    arguments.example("elbo data info mnist:test");
    arguments.example("elbo data info csv:table.csv?target=price --json");
  }

  Result run(const CommonOptions& common) override {
    const Dataset data = load_dataset(spec_, common.data());
    if (data.count() == 0) throw DataError("{}: there are no examples", data.spec);
    const bool bytes = data.examples.dtype() == DType::u8;
    const Statistics pixels = bytes ? statistics_of(data.examples.values<std::uint8_t>(), 1.0 / 255)
                                    : statistics_of(data.examples.values<float>(), 1.0);
    const ExampleShape& shape = data.example;
    const Extents extents = shape.is_image() ? Extents{shape.height, shape.width, shape.channels}
                                             : Extents{shape.size()};
    Result result;
    result.json = {{"spec", data.spec},         {"count", data.count()},
                   {"shape", extents},          {"dtype", name_of(data.examples.dtype())},
                   {"mean", pixels.mean},       {"standard_deviation", pixels.deviation},
                   {"minimum", pixels.minimum}, {"maximum", pixels.maximum}};
    Table facts({});
    const std::string unit = bytes ? " (a pixel is in 0 to 1)" : "";
    facts.add({"data", data.spec});
    facts.add({"examples", std::to_string(data.count())});
    facts.add({"shape", to_string(extents)});
    facts.add({"type", name_of(data.examples.dtype())});
    facts.add({"mean", fmt::format("{:.6g}{}", pixels.mean, unit)});
    facts.add({"standard deviation", fmt::format("{:.6g}", pixels.deviation)});
    facts.add({"minimum, maximum", fmt::format("{:.6g}, {:.6g}", pixels.minimum, pixels.maximum)});
    if (data.targets) {
      const Statistics targets = statistics_of(data.targets->values<float>(), 1.0);
      result.json["target"] = {{"mean", targets.mean},
                               {"standard_deviation", targets.deviation},
                               {"minimum", targets.minimum},
                               {"maximum", targets.maximum}};
      facts.add({"target", fmt::format("{:.6g} on average, {:.6g} to {:.6g}", targets.mean,
                                       targets.minimum, targets.maximum)});
    }
    result.text = facts.text();
    if (data.labels) {
      const std::vector<std::int64_t> counts = class_counts(data);
      Table classes({"class", "name", "examples"});
      classes.align(0, Table::Align::right);
      classes.align(2, Table::Align::right);
      result.json["classes"] = nlohmann::json::array();
      for (std::size_t i = 0; i < counts.size(); ++i) {
        classes.add({std::to_string(i), data.class_names[i], std::to_string(counts[i])});
        result.json["classes"].push_back({{"name", data.class_names[i]}, {"count", counts[i]}});
      }
      result.text += "\n" + classes.text();
    }
    return result;
  }

 private:
  std::string spec_;
};

}  // namespace

std::unique_ptr<Command> make_data_info() {
  return std::make_unique<DataInfo>();
}

}  // namespace elbo::cli
