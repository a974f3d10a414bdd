#include "elbo/data/named.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "elbo/base/error.h"
#include "elbo/base/log.h"
#include "elbo/base/suggest.h"
#include "elbo/data/download.h"
#include "elbo/data/verified.h"

namespace elbo {
namespace {

std::string environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

/// How to go on without a network.
std::string advice(const NamedSet& set, const DataOptions& options) {
  std::vector<std::string> folders;
  for (const auto& folder : data_folders(options)) folders.push_back((folder / set.name).string());
  return fmt::format(
      "; without a network, put {}.gz, {}.gz, {}.gz and {}.gz into one of {}, or use 'strokes', "
      "which needs no files",
      set.train.images.name, set.train.labels.name, set.test.images.name, set.test.labels.name,
      fmt::join(folders, ", "));
}

std::vector<std::string> urls_of(const NamedSet& set, const KnownFile& file) {
  std::vector<std::string> mirrors = set.mirrors;
  std::string own = environment("ELBO_MIRROR");
  if (!own.empty()) {
    if (own.back() != '/') own += '/';
    mirrors = {own + set.name + "/"};
  }
  for (std::string& mirror : mirrors) mirror += file.name + ".gz";
  return mirrors;
}

std::filesystem::path download_known_file(const NamedSet& set, const KnownFile& file,
                                          const DataOptions& options) {
  const std::filesystem::path cache = user_cache_dir();
  if (cache.empty()) {
    throw FileError(
        "{}: there is no folder to download to: neither HOME nor XDG_CACHE_HOME is set{}", set.name,
        advice(set, options));
  }
  const std::filesystem::path target = cache / set.name / (file.name + ".gz");
  DownloadOptions download_options;
  download_options.progress = options.progress;
  // gzip never makes bytes that can't be compressed more than a little longer.
  const auto size = static_cast<std::uint64_t>(file.size_bytes());
  download_options.max_bytes = size + size / 100 + 65536;
  const auto check = [&](const std::filesystem::path& path) { read_and_verify(path, file); };
  logging::info("{}: downloading {}.gz to {}", set.name, file.name, target.parent_path().string());
  try {
    download(urls_of(set, file), target, check, download_options);
  } catch (const NetworkError& error) {
    throw NetworkError("{}: {}{}", set.name, error.what(), advice(set, options));
  }
  return target;
}

std::filesystem::path find_or_download(const NamedSet& set, const KnownFile& file,
                                       const DataOptions& options) {
  if (auto found = find_known_file(set, file, options)) return *std::move(found);
  if (!options.download) {
    throw FileError("{}: {}.gz is in none of the data folders, and downloading is turned off{}",
                    set.name, file.name, advice(set, options));
  }
  return download_known_file(set, file, options);
}

}  // namespace

std::vector<std::filesystem::path> data_folders(const DataOptions& options) {
  std::vector<std::filesystem::path> folders = {options.data_dir, environment("ELBO_DATA"), "data",
                                                user_cache_dir()};
  folders.erase(std::remove(folders.begin(), folders.end(), std::filesystem::path()),
                folders.end());
  return folders;
}

std::optional<std::filesystem::path> find_known_file(const NamedSet& set, const KnownFile& file,
                                                     const DataOptions& options) {
  for (const auto& folder : data_folders(options)) {
    for (const char* extension : {".gz", ""}) {
      std::filesystem::path path = folder / set.name / (file.name + extension);
      std::error_code error;
      if (std::filesystem::is_regular_file(path, error)) return path;
    }
  }
  return std::nullopt;
}

std::vector<std::filesystem::path> fetch_named_set(const std::string& name,
                                                   const DataOptions& options) {
  const auto& sets = named_sets();
  const auto set =
      std::find_if(sets.begin(), sets.end(), [&](const NamedSet& s) { return s.name == name; });
  if (set == sets.end()) {
    std::vector<std::string> names;
    for (const NamedSet& known : sets) names.push_back(known.name);
    throw UsageError("'{}' is not a set that can be downloaded (known: {}){}", name,
                     fmt::join(names, ", "), did_you_mean(name, names));
  }
  std::vector<std::filesystem::path> paths;
  for (const NamedSplit* split : {&set->train, &set->test}) {
    for (const KnownFile* file : {&split->images, &split->labels}) {
      paths.push_back(find_or_download(*set, *file, options));
      read_known_file(paths.back(), *file, file->count, user_cache_dir());
    }
  }
  return paths;
}

Dataset load_named_set(const NamedSet& set, const std::string& split, std::int64_t limit,
                       const DataOptions& options) {
  const NamedSplit& files = split == "test" ? set.test : set.train;
  const std::filesystem::path cache = user_cache_dir();
  const auto images_path = find_or_download(set, files.images, options);
  const auto labels_path = find_or_download(set, files.labels, options);
  Dataset data;
  data.spec = set.name + ":" + split;
  data.examples = read_known_file(images_path, files.images, limit, cache);
  data.example = set.example;
  const Array labels = read_known_file(labels_path, files.labels, limit, cache);
  const auto bytes = labels.values<std::uint8_t>();
  data.labels = Array::from(std::vector<std::int32_t>(bytes.begin(), bytes.end()), {data.count()});
  data.class_names = set.class_names;
  return data;
}

}  // namespace elbo
