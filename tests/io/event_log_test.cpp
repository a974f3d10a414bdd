// Event files, read back by a small parser of records and messages that shares no code with the
// writer, and is itself checked on a record that TensorBoard's own writer made.
#include "elbo/io/event_log.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <map>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/io/bytes.h"
#include "elbo/io/crc32c.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

Bytes to_bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

struct ParsedEvent {
  double wall_time = 0;
  std::uint64_t step = 0;
  std::string file_version;
  bool starts_session = false;
  std::map<std::string, float> scalars;
};

/// A field of a message: numbers in `number`, everything with a length in `bytes`.
struct Field {
  std::uint64_t id = 0, number = 0;
  View bytes;
};

std::uint64_t take_varint(View& rest) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const std::uint8_t byte = rest[0];
    rest = rest.subspan(1);
    value |= static_cast<std::uint64_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
}

std::vector<Field> fields_of(View rest) {
  std::vector<Field> fields;
  while (!rest.empty()) {
    const std::uint64_t key = take_varint(rest);
    Field field;
    field.id = key / 8;
    std::size_t length = 0;
    switch (key % 8) {
      case 0:
        field.number = take_varint(rest);
        break;
      case 1:
        field.number = load_little<std::uint64_t>(rest.data());
        length = 8;
        break;
      case 5:
        field.number = load_little<std::uint32_t>(rest.data());
        length = 4;
        break;
      default:
        length = take_varint(rest);
        field.bytes = rest.first(length);
    }
    rest = rest.subspan(length);
    fields.push_back(field);
  }
  return fields;
}

std::string text_of(const Field& field) {
  return {field.bytes.begin(), field.bytes.end()};
}

ParsedEvent parse_event(View bytes) {
  ParsedEvent event;
  for (const Field& field : fields_of(bytes)) {
    if (field.id == 1) event.wall_time = std::bit_cast<double>(field.number);
    if (field.id == 2) event.step = field.number;
    if (field.id == 3) event.file_version = text_of(field);
    if (field.id == 7) event.starts_session = fields_of(field.bytes).at(0).number == 1;
    if (field.id != 5) continue;
    for (const Field& value : fields_of(field.bytes)) {
      const std::vector<Field> parts = fields_of(value.bytes);
      event.scalars[text_of(parts.at(0))] =
          std::bit_cast<float>(static_cast<std::uint32_t>(parts.at(1).number));
    }
  }
  return event;
}

std::uint32_t masked(View bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
}

std::vector<ParsedEvent> parse_records(View rest) {
  std::vector<ParsedEvent> events;
  while (!rest.empty()) {
    const auto length = load_little<std::uint64_t>(rest.data());
    EXPECT_EQ(load_little<std::uint32_t>(rest.data() + 8), masked(rest.first(8)));
    const View data = rest.subspan(12, length);
    EXPECT_EQ(load_little<std::uint32_t>(rest.data() + 12 + length), masked(data));
    events.push_back(parse_event(data));
    rest = rest.subspan(16 + length);
  }
  return events;
}

TEST(Crc32c, KnownVectors) {
  EXPECT_EQ(crc32c({}), 0U);
  EXPECT_EQ(crc32c(to_bytes("123456789")), 0xE3069283U);
  // RFC 3720, appendix B.4.
  EXPECT_EQ(crc32c(Bytes(32, 0x00)), 0x8A9136AAU);
  EXPECT_EQ(crc32c(Bytes(32, 0xFF)), 0x62A8AB43U);
  Bytes rising(32);
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(crc32c(rising), 0x46DD794EU);
}

TEST(EventLog, TheParserReadsWhatTensorBoardWrites) {
  const std::string hex =
      "3c00000000000000c8b7a3520900002040fc54d94110ac022a2e0a160a0f747261696e2f656c626f5f6e617473"
      "150080d0c20a140a0d6c6561726e696e675f72617465156f12833a8b7469ac";
  Bytes bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  const std::vector<ParsedEvent> events = parse_records(bytes);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].wall_time, 1700000000.5);
  EXPECT_EQ(events[0].step, 300U);
  EXPECT_EQ(events[0].scalars.at("train/elbo_nats"), -104.25F);
  EXPECT_EQ(events[0].scalars.at("learning_rate"), 0.001F);
}

TEST(EventLog, WhatIsWrittenIsReadBack) {
  const TemporaryFolder folder;
  EventLog log(folder.path());
  EXPECT_TRUE(log.path().empty());
  log.write(430, {{"train/elbo_nats", -151.5}, {"learning_rate", 1e-3}});
  log.write(std::int64_t{1} << 40, {{"train/elbo_nats", -INFINITY}});
  EXPECT_TRUE(log.path().filename().string().starts_with("events.out.tfevents."));
  // Read while the log is open: each write is in the file at once.
  const std::vector<ParsedEvent> events = parse_records(read_file(log.path()));
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].file_version, "brain.Event:2");
  EXPECT_GT(events[0].wall_time, 1.6e9);
  EXPECT_TRUE(events[1].starts_session);
  EXPECT_EQ(events[1].step, 430U);
  EXPECT_EQ(events[2].step, 430U);
  const std::map<std::string, float> first = {{"train/elbo_nats", -151.5F},
                                              {"learning_rate", 1e-3F}};
  EXPECT_EQ(events[2].scalars, first);
  EXPECT_EQ(events[3].step, std::uint64_t{1} << 40);
  EXPECT_EQ(events[3].scalars.at("train/elbo_nats"), -INFINITY);
}

TEST(EventLog, ASecondLogOfTheSameSecondIsAnotherFile) {
  const TemporaryFolder folder;
  EventLog first(folder.path()), second(folder.path());
  first.write(1, {{"a", 1}});
  second.write(2, {{"a", 2}});
  EXPECT_LT(first.path(), second.path());
  EXPECT_EQ(parse_records(read_file(first.path())).back().step, 1U);
  EXPECT_EQ(parse_records(read_file(second.path())).back().step, 2U);
}

TEST(EventLog, SaysWhenItCannotBeWritten) {
  const TemporaryFolder folder;
  EventLog log(folder / "missing");
  EXPECT_THROW(log.write(1, {{"a", 1}}), FileError);
}

}  // namespace
}  // namespace elbo
