#include "elbo/data/source.h"

#include <algorithm>
#include <charconv>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"
#include "elbo/base/threads.h"
#include "elbo/data/csv.h"
#include "elbo/data/idx.h"
#include "elbo/data/images.h"
#include "elbo/data/ising.h"
#include "elbo/data/named.h"
#include "elbo/data/npy_source.h"
#include "elbo/data/spec.h"
#include "elbo/data/strokes.h"
#include "elbo/data/xy.h"

namespace elbo {
namespace {

/// How many examples a generated set makes: its count, or fewer when the limit is lower.
std::int64_t generated_count(const DataSpec& spec, std::int64_t train_count,
                             std::int64_t test_count) {
  const std::int64_t usual = spec.split == "test" ? test_count : train_count;
  const std::int64_t count = spec.integer("count", usual, 1, INT32_MAX);
  return std::min(count, spec.integer("limit", count, 1, INT32_MAX));
}

std::uint64_t seed_of(const DataSpec& spec, const DataOptions& options) {
  if (!spec.value("seed")) return options.seed;
  return static_cast<std::uint64_t>(spec.integer("seed", 0, 0, INT64_MAX));
}

int threads_of(const DataOptions& options) {
  return options.threads > 0 ? options.threads : available_threads();
}

Dataset load_strokes(const DataSpec& spec, const DataOptions& options) {
  StrokesOptions strokes;
  strokes.test = spec.split == "test";
  strokes.count = generated_count(spec, 60000, 10000);
  strokes.size = static_cast<int>(spec.integer("size", 28, 8, 512));
  strokes.seed = seed_of(spec, options);
  strokes.threads = threads_of(options);
  const std::string target = spec.value("target").value_or("");
  const auto& names = strokes_factor_names();
  const auto column = std::find(names.begin(), names.end(), target) - names.begin();
  if (!target.empty() && column == kStrokesFactors) {
    throw UsageError(
        "data spec '{}': expected target to be slant, thickness, size or rotation, found '{}'{}",
        spec.text, target, did_you_mean(target, names));
  }
  Dataset data = make_strokes(strokes);
  if (!target.empty()) {
    const Array factors = strokes_factors(strokes);
    data.targets = Array(DType::f32, {data.count()});
    const auto targets = data.targets->values<float>();
    for (std::int64_t i = 0; i < data.count(); ++i) {
      targets[static_cast<std::size_t>(i)] =
          factors.row<float>(i)[static_cast<std::size_t>(column)];
    }
  }
  return data;
}

/// "2.27" is one temperature, "1.5..3.5" a range.
void parse_temperature(const DataSpec& spec, LatticeOptions& lattice) {
  const std::optional<std::string> text = spec.value("temperature");
  if (!text) return;
  const std::size_t dots = text->find("..");
  const auto number = [&](const std::string& digits) {
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    // Negated, so that NaN is refused too.
    const bool usable =
        error == std::errc() && end == digits.data() + digits.size() && value > 0 && value <= 1e6;
    if (!usable) {
      throw UsageError(
          "data spec '{}': expected temperature to be a number above 0, or two as in 1.5..3.5, "
          "found '{}'",
          spec.text, *text);
    }
    return value;
  };
  lattice.low_temperature = number(text->substr(0, dots));
  lattice.high_temperature =
      dots == std::string::npos ? lattice.low_temperature : number(text->substr(dots + 2));
}

LatticeOptions lattice_options(const DataSpec& spec, const DataOptions& options) {
  LatticeOptions lattice;
  lattice.test = spec.split == "test";
  const bool xy = spec.kind == DataKind::xy;
  lattice.count = xy ? generated_count(spec, 2000, 500) : generated_count(spec, 5000, 1000);
  lattice.size = static_cast<int>(spec.integer("size", 28, 2, 1024));
  lattice.sweeps =
      static_cast<int>(spec.integer("sweeps", xy ? kXySweeps : kIsingSweeps, 1, 1000000));
  lattice.seed = seed_of(spec, options);
  lattice.threads = threads_of(options);
  if (xy) {
    lattice.low_temperature = 0.2;
    lattice.high_temperature = 2.0;
  }
  parse_temperature(spec, lattice);
  return lattice;
}

std::optional<std::filesystem::path> second_file(const DataSpec& spec) {
  if (spec.files.size() < 2) return std::nullopt;
  return spec.files[1];
}

Dataset load(const DataSpec& spec, const DataOptions& options) {
  switch (spec.kind) {
    case DataKind::named: {
      const auto& sets = named_sets();
      const auto set = std::find_if(sets.begin(), sets.end(),
                                    [&](const NamedSet& s) { return s.name == spec.name; });
      return load_named_set(*set, spec.split, spec.integer("limit", INT32_MAX, 1, INT32_MAX),
                            options);
    }
    case DataKind::idx:
      return load_idx(spec.files[0], second_file(spec));
    case DataKind::npy:
      return load_npy(spec.files[0], second_file(spec));
    case DataKind::csv:
      return load_csv(spec.files[0], spec.value("target"));
    case DataKind::images:
      return load_images(spec.files[0]);
    case DataKind::strokes:
      return load_strokes(spec, options);
    case DataKind::ising:
      return make_ising(lattice_options(spec, options));
    case DataKind::xy:
      return make_xy(lattice_options(spec, options));
  }
  throw UsageError("data spec '{}': not a kind of data", spec.text);
}

}  // namespace

Dataset load_dataset(const std::string& text, const DataOptions& options) {
  DataSpec spec = parse_data_spec(text);
  if (spec.files.empty() && spec.split.empty()) {
    if (options.default_split != "train" && options.default_split != "test") {
      throw UsageError("default split: expected 'train' or 'test', found '{}'",
                       options.default_split);
    }
    spec.split = options.default_split;
  }
  Dataset data = load(spec, options);
  const std::int64_t limit = spec.integer("limit", data.count(), 1, INT32_MAX);
  if (limit < data.count()) data = data.first(limit);
  data.spec = to_string(spec);
  return data;
}

}  // namespace elbo
