// The line at the bottom of a terminal that is drawn anew again and again, shared by everything
// that goes on at the same time.
#pragma once

#include <map>
#include <mutex>
#include <string>

namespace elbo::cli {

class ProgressLine {
 public:
  /// `columns`: how wide the terminal is; 0: there is none, and nothing is drawn.
  explicit ProgressLine(int columns) : columns_(columns) {}

  bool is_drawn_on() const { return columns_ > 0; }
  /// What `name` is doing: `whole` where it has the line to itself, `brief` beside others.
  void show(const std::string& name, const std::string& whole, const std::string& brief);
  /// Takes `name` off the line and prints a line above it.
  void print(const std::string& name, const std::string& line);

 private:
  struct Entry {
    std::string whole, brief;
  };
  std::string text() const;

  const int columns_;
  std::mutex lock_;
  std::map<std::string, Entry> entries_;
  bool drawn_ = false;
};

/// That of standard error.
ProgressLine& progress_line();

}  // namespace elbo::cli
