// Standard output: tables for people, and writing that notices a closed pipe or a full disk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elbo::cli {

/// Rows of text under titles, aligned with two spaces between columns.
class Table {
 public:
  enum class Align { left, right };

  /// A table without titles has no head line.
  explicit Table(std::vector<std::string> titles) : titles_(std::move(titles)) {}
  /// Columns are aligned to the left unless said otherwise.
  void align(std::size_t column, Align align);
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;

 private:
  std::vector<std::string> titles_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<Align> aligns_;
};

/// Writes all of it. Throws FileError when it can't be written.
void write_standard_output(std::string_view text);

/// Makes sure that descriptors 0 to 2 are taken, so that no file of ours gets one of them; a write
/// to one that was closed fails.
void reserve_standard_descriptors();

}  // namespace elbo::cli
