// The table of public data sets that a bare name stands for: their files, checksums, mirrors and
// the words of their classes. Looking for the files and reading them is named.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elbo/data/dataset.h"

namespace elbo {

/// A file whose content is known in advance: an IDX header, then `count` rows of bytes.
struct KnownFile {
  /// Without ".gz".
  std::string name;
  /// Of the uncompressed bytes, in lower-case hexadecimal.
  std::string sha256;
  std::int64_t header_bytes = 0;
  std::int64_t count = 0;
  std::int64_t row_bytes = 1;
  std::int64_t size_bytes() const { return header_bytes + count * row_bytes; }
};

struct NamedSplit {
  KnownFile images;
  KnownFile labels;
};

struct NamedSet {
  std::string name;
  ExampleShape example;
  NamedSplit train;
  NamedSplit test;
  std::vector<std::string> class_names;
  /// Base addresses, each ending in '/'; <mirror><file>.gz.
  std::vector<std::string> mirrors;
};

const std::vector<NamedSet>& named_sets();

}  // namespace elbo
