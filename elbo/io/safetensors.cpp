#include "elbo/io/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/io/bytes.h"

namespace elbo {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "tensors are written as they lie");

constexpr const char* kMetadataKey = "__metadata__";
constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = std::uint64_t{1} << 24;
constexpr std::size_t kMaxRank = 32;

constexpr std::array<std::pair<std::string_view, DType>, 5> kTypes = {{{"F32", DType::f32},
                                                                       {"F64", DType::f64},
                                                                       {"U8", DType::u8},
                                                                       {"I32", DType::i32},
                                                                       {"I64", DType::i64}}};

std::string_view type_name(DType dtype) {
  return std::find_if(kTypes.begin(), kTypes.end(),
                      [&](const auto& type) { return type.second == dtype; })
      ->first;
}

/// One tensor as the header describes it, its offsets not yet held against the others'.
struct Entry {
  std::string name;
  DType dtype = DType::f32;
  Extents extents;
  std::uint64_t begin = 0, end = 0;
};

/// Refuses what the JSON library would let pass: a key used twice, and deep nesting.
class KeyCheck {
 public:
  explicit KeyCheck(const std::string& what) : what_(what) {}
  bool operator()(int depth, json::parse_event_t event, const json& value) {
    if (depth > 3) throw FileError("{}: damaged safetensors header: nested too deeply", what_);
    if (event == json::parse_event_t::object_start) {
      keys_.emplace_back();
    } else if (event == json::parse_event_t::object_end) {
      keys_.pop_back();
    } else if (event == json::parse_event_t::key) {
      const std::string& key = value.get_ref<const std::string&>();
      if (!keys_.back().insert(key).second) {
        throw FileError("{}: damaged safetensors header: '{}' appears twice", what_, key);
      }
    }
    return true;
  }

 private:
  const std::string& what_;
  std::vector<std::set<std::string>> keys_;
};

json parse_header(std::string_view text, const std::string& what) {
  if (text.empty() || text.front() != '{') {
    throw FileError("{}: expected a safetensors header that begins with '{{'; is it safetensors?",
                    what);
  }
  try {
    return json::parse(text, KeyCheck(what));
  } catch (const json::exception& error) {
    throw FileError("{}: damaged safetensors header: {}", what, error.what());
  }
}

Entry parse_entry(const std::string& name, const json& value, const std::string& what) {
  const auto damaged = [&](std::string_view expected) {
    return FileError("{}: damaged safetensors header: tensor '{}': expected {}", what, name,
                     expected);
  };
  if (!value.is_object() || value.size() != 3 || !value.contains("dtype") ||
      !value.contains("shape") || !value.contains("data_offsets")) {
    throw damaged("an object of dtype, shape and data_offsets");
  }
  const json &dtype = value["dtype"], &shape = value["shape"], &offsets = value["data_offsets"];
  if (!dtype.is_string()) throw damaged("a dtype that is text");
  if (!shape.is_array() || shape.size() > kMaxRank) throw damaged("a shape of at most 32 lengths");
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    throw damaged("two data_offsets, whole numbers");
  }
  Entry entry;
  entry.name = name;
  const std::string& type = dtype.get_ref<const std::string&>();
  const auto* known = std::find_if(kTypes.begin(), kTypes.end(),
                                   [&](const auto& candidate) { return candidate.first == type; });
  if (known == kTypes.end()) {
    throw FileError("{}: tensor '{}' has type {}; F32, F64, U8, I32 and I64 are read", what, name,
                    type);
  }
  entry.dtype = known->second;
  for (const json& length : shape) {
    if (!length.is_number_unsigned() || length.get<std::uint64_t>() > std::uint64_t{1} << 62) {
      throw damaged("lengths that are whole numbers of a sensible size");
    }
    entry.extents.push_back(static_cast<std::int64_t>(length.get<std::uint64_t>()));
  }
  entry.begin = offsets[0].get<std::uint64_t>();
  entry.end = offsets[1].get<std::uint64_t>();
  const std::optional<std::uint64_t> bytes =
      checked_size_bytes(entry.extents, size_of(entry.dtype));
  if (!bytes || entry.end < entry.begin || entry.end - entry.begin != *bytes) {
    throw FileError("{}: tensor '{}': type {} and shape {} don't fit its data_offsets {} to {}",
                    what, name, type, to_string(entry.extents), entry.begin, entry.end);
  }
  return entry;
}

/// In file order, without gap or overlap, exactly filling the data.
void check_layout(const std::vector<Entry>& entries, std::uint64_t data_bytes,
                  const std::string& what) {
  std::uint64_t position = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != position) {
      throw FileError("{}: tensor '{}' begins at byte {}; expected {}, where the one before ends",
                      what, entry.name, entry.begin, position);
    }
    position = entry.end;
  }
  if (position != data_bytes) {
    throw FileError("{}: header says {} bytes of tensors but the file holds {}; {}", what, position,
                    data_bytes, data_bytes < position ? "is the file complete?" : "is it damaged?");
  }
}

std::map<std::string, std::string> parse_metadata(const json& value, const std::string& what) {
  std::map<std::string, std::string> metadata;
  const bool texts = value.is_object() && std::all_of(value.begin(), value.end(),
                                                      [](const json& v) { return v.is_string(); });
  if (!texts) {
    throw FileError("{}: damaged safetensors header: {} must map names to text", what,
                    kMetadataKey);
  }
  for (const auto& [key, text] : value.items()) metadata[key] = text.get<std::string>();
  return metadata;
}

/// The header's JSON, padded so that the data behind it starts at a multiple of eight bytes.
std::string header_of(const std::vector<TensorView>& tensors,
                      const std::map<std::string, std::string>& metadata,
                      const std::filesystem::path& path) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[kMetadataKey] = metadata;
  std::uint64_t position = 0;
  std::set<std::string_view> names = {kMetadataKey};
  for (const TensorView& tensor : tensors) {
    if (!names.insert(tensor.name).second) {
      throw FileError("{}: can't be written: the tensor name '{}' is already taken", path.string(),
                      tensor.name);
    }
    const std::uint64_t end = position + tensor.bytes.size();
    ELBO_ASSERT(checked_size_bytes(tensor.extents, size_of(tensor.dtype)) == tensor.bytes.size());
    // Built key by key: an initializer list of a two-element list would be read as an object.
    nlohmann::ordered_json entry = nlohmann::ordered_json::object();
    entry["dtype"] = type_name(tensor.dtype);
    entry["shape"] = tensor.extents;
    entry["data_offsets"] = std::vector<std::uint64_t>{position, end};
    header.push_back({tensor.name, std::move(entry)});
    position = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const json::exception& error) {
    throw FileError("{}: can't be written: a name or text isn't UTF-8: {}", path.string(),
                    error.what());
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > kMaxHeaderBytes) {
    throw FileError("{}: can't be written: a header of {} bytes; at most {} can be read back",
                    path.string(), text.size(), kMaxHeaderBytes);
  }
  return text;
}

}  // namespace

const Array* SafeTensors::find(const std::string& name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&](const auto& tensor) { return tensor.first == name; });
  return found == tensors.end() ? nullptr : &found->second;
}

SafeTensors parse_safetensors(std::span<const std::uint8_t> bytes, const std::string& what) {
  if (bytes.size() < kLengthBytes) {
    throw FileError("{}: {} bytes are too few for a safetensors file; is the file complete?", what,
                    bytes.size());
  }
  const auto header_bytes = load_little<std::uint64_t>(bytes.data());
  if (header_bytes > kMaxHeaderBytes) {
    throw FileError("{}: a safetensors header of {} bytes; at most {} are read; is it safetensors?",
                    what, header_bytes, kMaxHeaderBytes);
  }
  if (header_bytes > bytes.size() - kLengthBytes) {
    throw FileError("{}: a header of {} bytes but the file holds {}; is the file complete?", what,
                    header_bytes, bytes.size() - kLengthBytes);
  }
  const json header = parse_header(
      {reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, header_bytes}, what);
  const std::span<const std::uint8_t> data = bytes.subspan(kLengthBytes + header_bytes);

  SafeTensors contents;
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadataKey) {
      contents.metadata = parse_metadata(value, what);
    } else {
      entries.push_back(parse_entry(name, value, what));
    }
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_layout(entries, data.size(), what);
  for (Entry& entry : entries) {
    Array array(entry.dtype, std::move(entry.extents));
    const auto source = data.subspan(entry.begin, entry.end - entry.begin);
    std::copy(source.begin(), source.end(), array.bytes().begin());
    contents.tensors.emplace_back(std::move(entry.name), std::move(array));
  }
  return contents;
}

SafeTensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string());
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<TensorView> ordered(tensors.begin(), tensors.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const TensorView& a, const TensorView& b) {
    return size_of(a.dtype) > size_of(b.dtype);
  });
  const std::string header = header_of(ordered, metadata, path);
  std::array<std::uint8_t, kLengthBytes> length = {};
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length[i] = static_cast<std::uint8_t>(std::uint64_t{header.size()} >> (8 * i));
  }
  std::vector<std::span<const std::uint8_t>> parts = {
      length, {reinterpret_cast<const std::uint8_t*>(header.data()), header.size()}};
  for (const TensorView& tensor : ordered) parts.push_back(tensor.bytes);
  write_file_parts(path, parts);
}

void write_safetensors(const std::filesystem::path& path, const SafeTensors& contents) {
  std::vector<TensorView> views;
  for (const auto& [name, array] : contents.tensors) {
    views.push_back({name, array.dtype(), array.extents(), array.bytes()});
  }
  write_safetensors(path, views, contents.metadata);
}

}  // namespace elbo
