// TensorBoard's event files: scalars by tag and step, each event a checked record that is appended
// in one piece (docs/formats/event_log.md). Written only; TensorBoard reads them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace elbo {

class EventLog {
 public:
  /// A new events.out.tfevents.<seconds>.<host> in `folder`, made by the first write: there is no
  /// file without numbers. Older files of the folder stay as they are.
  explicit EventLog(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  using Scalars = std::vector<std::pair<std::string, double>>;

  /// Appends one event with the scalars (stored in single precision) and the time of day; it is in
  /// the file when the call returns. The first one tells TensorBoard to forget what older files of
  /// the folder say about this step and later ones. Throws FileError.
  void write(std::int64_t step, const Scalars& scalars);

  /// The file; empty before the first write.
  const std::filesystem::path& path() const { return path_; }

 private:
  void open();
  void append(const std::string& bytes);

  std::filesystem::path folder_, path_;
  int descriptor_ = -1;
};

}  // namespace elbo
