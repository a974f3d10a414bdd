// Text of a table cut into records and cells: separators, quotes and line ends, but no meaning.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace elbo {

/// How cells are told apart: one character, or any run of blanks and tabs (as numpy.savetxt does).
struct CsvSeparator {
  char character = ',';
  bool blanks = false;
};

/// The most frequent of comma, semicolon and tab outside of quotes in the first line that isn't
/// blank; blanks when that line has none of them but more than one word.
CsvSeparator detect_separator(std::string_view text);

/// Walks over the records of a text it doesn't own. Blank lines are skipped. A cell in double
/// quotes may hold separators, line ends and doubled quotes; outside of quotes blanks around it
/// don't count.
class CsvRecords {
 public:
  /// `what` names the text in errors and must outlive the walk.
  CsvRecords(std::string_view text, CsvSeparator separator, const std::string& what)
      : text_(text), separator_(separator), what_(what) {}

  /// Moves to the next record; false at the end. Throws DataError for quotes out of place.
  bool next();
  const std::vector<std::string>& cells() const { return cells_; }
  /// The line, counted from 1, on which the record begins.
  std::size_t line() const { return line_; }

 private:
  bool skip_blank_lines();
  void read_cell();
  void read_quoted(std::string& cell);
  bool at_separator() const;
  bool at_line_end() const;
  void skip_padding();

  std::string_view text_;
  CsvSeparator separator_;
  const std::string& what_;
  std::size_t position_ = 0;
  std::size_t next_line_ = 1;
  std::size_t line_ = 0;
  std::vector<std::string> cells_;
};

/// A cell as it appears in an error message: quoted, shortened, without control characters.
std::string quoted_cell(std::string_view cell);

}  // namespace elbo
