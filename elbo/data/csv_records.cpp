#include "elbo/data/csv_records.h"

#include <algorithm>
#include <array>

#include "elbo/base/error.h"

namespace elbo {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

}  // namespace

CsvSeparator detect_separator(std::string_view text) {
  constexpr std::string_view kCandidates = ",;\t";
  std::array<std::size_t, 3> counts = {};
  bool in_quotes = false, in_word = false;
  std::size_t words = 0;
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  for (const char c : text.substr(begin)) {
    if (c == '"') in_quotes = !in_quotes;
    if (!in_quotes && (c == '\n' || c == '\r')) break;
    if (const std::size_t i = kCandidates.find(c); !in_quotes && i != kCandidates.npos) ++counts[i];
    const bool word = in_quotes || c != ' ';
    if (word && !in_word) ++words;
    in_word = word;
  }
  const auto best = std::max_element(counts.begin(), counts.end());
  if (*best > 0) return {kCandidates[static_cast<std::size_t>(best - counts.begin())], false};
  return {',', words > 1};
}

bool CsvRecords::at_separator() const {
  const char c = text_[position_];
  return separator_.blanks ? is_blank(c) : c == separator_.character;
}

bool CsvRecords::at_line_end() const {
  if (position_ == text_.size()) return true;
  return text_[position_] == '\n' || text_.substr(position_, 2) == "\r\n";
}

/// Blanks around a cell, which don't count; a tab that separates does.
void CsvRecords::skip_padding() {
  while (position_ < text_.size() && is_blank(text_[position_]) &&
         (separator_.blanks || text_[position_] != separator_.character)) {
    ++position_;
  }
}

bool CsvRecords::skip_blank_lines() {
  while (position_ < text_.size()) {
    const std::size_t end = std::min(text_.find('\n', position_), text_.size());
    const std::string_view line = text_.substr(position_, end - position_);
    // A line of nothing but tabs is a record of empty cells where tabs separate.
    const bool tabs = !separator_.blanks && separator_.character == '\t';
    if (line.find_first_not_of(tabs ? " \r" : " \t\r") != line.npos) return true;
    position_ = std::min(end + 1, text_.size());
    ++next_line_;
  }
  return false;
}

bool CsvRecords::next() {
  if (!skip_blank_lines()) return false;
  cells_.clear();
  line_ = next_line_;
  for (;;) {
    read_cell();
    if (separator_.blanks) skip_padding();
    if (at_line_end()) break;
    if (!separator_.blanks) ++position_;
  }
  if (position_ < text_.size()) position_ += text_[position_] == '\r' ? 2 : 1;
  ++next_line_;
  return true;
}

void CsvRecords::read_cell() {
  std::string cell;
  skip_padding();
  if (position_ < text_.size() && text_[position_] == '"') {
    read_quoted(cell);
    skip_padding();
    if (!at_line_end() && !at_separator() && !separator_.blanks) {
      throw DataError("{}: line {}, column {}: text follows the closing quote of {}", what_,
                      next_line_, cells_.size() + 1, quoted_cell(cell));
    }
  } else {
    const std::size_t begin = position_;
    while (!at_line_end() && !at_separator()) ++position_;
    cell = text_.substr(begin, position_ - begin);
    while (!cell.empty() && is_blank(cell.back())) cell.pop_back();
  }
  cells_.push_back(std::move(cell));
}

void CsvRecords::read_quoted(std::string& cell) {
  const std::size_t start_line = next_line_;
  for (++position_; position_ < text_.size(); ++position_) {
    const char c = text_[position_];
    if (c == '"') {
      if (text_.substr(position_, 2) != "\"\"") {
        ++position_;
        return;
      }
      ++position_;
    }
    if (c == '\n') ++next_line_;
    cell += c;
  }
  throw DataError("{}: line {}, column {}: a quote is opened and never closed", what_, start_line,
                  cells_.size() + 1);
}

std::string quoted_cell(std::string_view cell) {
  constexpr std::size_t kLongest = 40;
  std::string text = "'";
  for (const char c : cell.substr(0, kLongest)) {
    text += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? '?' : c;
  }
  return text + (cell.size() > kLongest ? "...'" : "'");
}

}  // namespace elbo
