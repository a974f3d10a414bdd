#include "elbo/io/event_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "elbo/base/error.h"
#include "elbo/io/crc32c.h"

namespace elbo {
namespace {

/// Protocol Buffers' wire format, as far as these messages need it: a field is its number and wire
/// type, then its value.
class Message {
 public:
  Message& varint(int field, std::uint64_t value) {
    key(field, 0);
    put_varint(value);
    return *this;
  }
  Message& number(int field, double value) {
    key(field, 1);
    put_little(std::bit_cast<std::uint64_t>(value));
    return *this;
  }
  Message& number(int field, float value) {
    key(field, 5);
    put_little(std::bit_cast<std::uint32_t>(value));
    return *this;
  }
  /// Text, or a message inside of this one.
  Message& text(int field, const std::string& value) {
    key(field, 2);
    put_varint(value.size());
    bytes_ += value;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

  template <typename T>
  Message& put_little(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      bytes_ += static_cast<char>((value >> (8 * i)) & 0xFF);
    }
    return *this;
  }
  Message& put(const std::string& bytes) {
    bytes_ += bytes;
    return *this;
  }

 private:
  void key(int field, int wire_type) {
    put_varint(static_cast<std::uint64_t>(field * 8 + wire_type));
  }
  void put_varint(std::uint64_t value) {
    for (; value >= 128; value >>= 7) bytes_ += static_cast<char>((value & 127) | 128);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

std::uint32_t masked_crc(const std::string& text) {
  const std::uint32_t crc =
      crc32c({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return std::rotr(crc, 15) + 0xA282EAD8U;
}

/// A TFRecord: length, checksum of the length, data, checksum of the data.
std::string record(const Message& event) {
  const std::string length =
      Message().put_little(static_cast<std::uint64_t>(event.bytes().size())).bytes();
  return Message()
      .put(length)
      .put_little(masked_crc(length))
      .put(event.bytes())
      .put_little(masked_crc(event.bytes()))
      .bytes();
}

double seconds_now() {
  using Seconds = std::chrono::duration<double>;
  return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

Message event_at(double wall_time) {
  return Message().number(1, wall_time);
}

std::string host_name() {
  char name[256] = "";
  if (::gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0') return "localhost";
  std::string host = name;
  for (char& letter : host) {
    const bool plain = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                       (letter >= 'A' && letter <= 'Z') || letter == '-' || letter == '.';
    if (!plain) letter = '-';
  }
  return host;
}

}  // namespace

EventLog::~EventLog() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void EventLog::open() {
  const std::string host = host_name();
  // Two files of the same second get different names.
  for (auto seconds = static_cast<std::int64_t>(seconds_now()); descriptor_ < 0; ++seconds) {
    path_ = folder_ / fmt::format("events.out.tfevents.{}.{}", seconds, host);
    constexpr int kMode = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC;
    descriptor_ = ::open(path_.c_str(), kMode, 0644);
    if (descriptor_ < 0 && errno != EEXIST) {
      throw FileError("{}: can't be made: {}", path_.string(), std::strerror(errno));
    }
  }
}

void EventLog::append(const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::write(descriptor_, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      throw FileError("{}: can't be written: {}; is the disk full?", path_.string(),
                      std::strerror(errno));
    }
    done += static_cast<std::size_t>(count);
  }
}

void EventLog::write(std::int64_t step, const Scalars& scalars) {
  const double now = seconds_now();
  const auto step_bits = static_cast<std::uint64_t>(step);
  std::string bytes;
  if (descriptor_ < 0) {
    open();
    // A session that starts at this step: what older files hold from here on is void.
    const Message session = Message().varint(1, 1);
    bytes += record(event_at(now).text(3, "brain.Event:2"));
    bytes += record(event_at(now).varint(2, step_bits).text(7, session.bytes()));
  }
  Message summary;
  for (const auto& [tag, value] : scalars) {
    summary.text(1, Message().text(1, tag).number(2, static_cast<float>(value)).bytes());
  }
  bytes += record(event_at(now).varint(2, step_bits).text(5, summary.bytes()));
  append(bytes);
}

}  // namespace elbo
