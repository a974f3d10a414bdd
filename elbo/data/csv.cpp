#include "elbo/data/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "elbo/base/error.h"
#include "elbo/base/log.h"
#include "elbo/base/suggest.h"
#include "elbo/base/utf8.h"
#include "elbo/data/csv_records.h"
#include "elbo/data/labels.h"
#include "elbo/data/precision_loss.h"
#include "elbo/io/gzip.h"

namespace elbo {
namespace {

enum class Parsed { number, not_a_number, out_of_range };

/// The whole cell as T, a leading plus allowed.
template <typename T>
Parsed parse_number(std::string_view cell, T& value) {
  if (cell.size() > 1 && cell.front() == '+' && cell[1] != '-') cell.remove_prefix(1);
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (cell.empty() || end != cell.data() + cell.size()) return Parsed::not_a_number;
  if (error == std::errc::result_out_of_range) return Parsed::out_of_range;
  return error == std::errc() ? Parsed::number : Parsed::not_a_number;
}

bool is_number(std::string_view cell) {
  double value = 0;
  return parse_number(cell, value) != Parsed::not_a_number;
}

/// What programs write for a value that isn't there; says nothing about whether a line is a header.
bool is_missing(std::string_view cell) {
  constexpr std::string_view kMarkers[] = {"", "?", "-", "NA", "N/A", "null", "NULL", "None"};
  return std::find(std::begin(kMarkers), std::end(kMarkers), cell) != std::end(kMarkers);
}

/// A header has no number in it, or has text above a column whose first value is a number.
bool is_header(const std::vector<std::string>& first, const std::vector<std::string>& second) {
  if (std::none_of(first.begin(), first.end(), is_number)) {
    return !std::all_of(first.begin(), first.end(), is_missing);
  }
  for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
    if (!is_number(first[i]) && !is_missing(first[i]) && is_number(second[i])) return true;
  }
  return false;
}

/// The index of the target column among `columns`.
std::size_t find_target(const std::string& target, const std::vector<std::string>& header,
                        std::size_t columns, const std::string& what) {
  const auto named = std::find(header.begin(), header.end(), target);
  if (named != header.end()) {
    if (std::find(named + 1, header.end(), target) != header.end()) {
      throw UsageError("{}: two columns are named {}; give the target's number, counted from 1",
                       what, quoted_cell(target));
    }
    return static_cast<std::size_t>(named - header.begin());
  }
  std::size_t number = 0;
  if (parse_number(target, number) == Parsed::number && number >= 1 && number <= columns) {
    return number - 1;
  }
  throw UsageError("{}: no target column {}: {}{}", what, quoted_cell(target),
                   header.empty() ? "the file has no header, so expected a number from 1 to "
                                  : "expected a column's name or a number from 1 to ",
                   std::to_string(columns) + did_you_mean(target, header));
}

struct Table {
  std::vector<std::string> header;  // empty when the file has none
  std::size_t columns = 0;
  std::optional<std::size_t> target;
  std::vector<float> values;         // all columns but the target's
  std::vector<ColumnRange> ranges;   // of all columns; a target of classes has an empty one
  std::vector<std::string> targets;  // the target's cells
  std::vector<std::size_t> lines;    // of each target cell
};

std::string place_of(const Table& table, std::size_t line, std::size_t column) {
  std::string place = fmt::format("line {}, column {}", line, column + 1);
  if (!table.header.empty()) place += " (" + quoted_cell(table.header[column]) + ")";
  return place;
}

float number_in(Table& table, const std::string& cell, std::size_t line, std::size_t column,
                const std::string& what) {
  double value = 0;
  const Parsed parsed = parse_number(cell, value);
  if (parsed == Parsed::not_a_number) {
    throw DataError("{}: {}: expected a number, found {}; {}", what, place_of(table, line, column),
                    cell.empty() ? "an empty cell" : quoted_cell(cell),
                    is_missing(cell)
                        ? "fill it in or remove the line"
                        : "correct it, or name the column as the target, or remove it");
  }
  const auto narrow = static_cast<float>(value);
  if (parsed == Parsed::out_of_range || !std::isfinite(narrow)) {
    throw DataError("{}: {}: expected a finite number that fits a 32-bit float, found {}", what,
                    place_of(table, line, column), quoted_cell(cell));
  }
  table.ranges[column].add(value);
  return narrow;
}

void add_record(Table& table, const std::vector<std::string>& cells, std::size_t line,
                const std::string& what) {
  if (cells.size() != table.columns) {
    throw DataError("{}: line {} has {} cells but the first has {}; every line must have as many",
                    what, line, cells.size(), table.columns);
  }
  for (std::size_t column = 0; column < cells.size(); ++column) {
    if (column != table.target) {
      table.values.push_back(number_in(table, cells[column], line, column, what));
    } else if (cells[column].empty()) {
      throw DataError("{}: {}: the target is empty; fill it in or remove the line", what,
                      place_of(table, line, column));
    } else {
      table.targets.push_back(cells[column]);
      table.lines.push_back(line);
    }
  }
}

Table read_table(std::string_view text, const std::optional<std::string>& target,
                 const std::string& what) {
  CsvRecords records(text, detect_separator(text), what);
  if (!records.next()) throw DataError("{}: holds no table: the file is empty", what);
  const std::vector<std::string> first = records.cells();
  const std::size_t first_line = records.line();
  bool more = records.next();
  Table table;
  table.columns = first.size();
  table.ranges.resize(table.columns);
  const bool header = is_header(first, more ? records.cells() : std::vector<std::string>());
  if (header) table.header = first;
  if (header && !more) throw DataError("{}: holds a header but no lines of numbers", what);
  if (target) table.target = find_target(*target, table.header, table.columns, what);
  if (table.columns - (table.target ? 1 : 0) == 0) {
    throw DataError("{}: its only column is the target, so nothing is left to model", what);
  }
  if (!header) add_record(table, first, first_line, what);
  for (; more; more = records.next()) add_record(table, records.cells(), records.line(), what);
  return table;
}

/// A column of numbers but for a few cells was hardly meant as names of classes.
void warn_of_stray_text(const Table& table, const std::string& place) {
  const auto stray = std::find_if_not(table.targets.begin(), table.targets.end(), is_number);
  const auto numbers = std::count_if(table.targets.begin(), table.targets.end(), is_number);
  if (2 * numbers <= static_cast<std::int64_t>(table.targets.size())) return;
  logging::warning(
      "{}: taken as names of classes because of {} in line {}; to make it a regression target, "
      "correct or remove what is no number",
      place, quoted_cell(*stray),
      table.lines[static_cast<std::size_t>(stray - table.targets.begin())]);
}

/// Few distinct integers and text are classes, other numbers are regression targets.
void set_target(Dataset& dataset, Table& table, const std::string& what) {
  const std::string place =
      fmt::format("{}: target column {}", what,
                  table.header.empty() ? std::to_string(*table.target + 1)
                                       : quoted_cell(table.header[*table.target]));
  std::vector<std::int64_t> integers;
  std::set<std::int64_t> distinct;
  for (const std::string& cell : table.targets) {
    std::int64_t value = 0;
    if (parse_number(cell, value) != Parsed::number) break;
    integers.push_back(value);
    if (distinct.size() <= kMaxIntegerClasses) distinct.insert(value);
  }
  if (integers.size() == table.targets.size() && distinct.size() <= kMaxIntegerClasses) {
    set_classes(dataset, classes_of(integers, place));
  } else if (std::all_of(table.targets.begin(), table.targets.end(), is_number)) {
    Array targets(DType::f32, {dataset.count()});
    for (std::size_t i = 0; i < table.targets.size(); ++i) {
      targets.values<float>()[i] =
          number_in(table, table.targets[i], table.lines[i], *table.target, what);
    }
    dataset.targets = std::move(targets);
  } else {
    warn_of_stray_text(table, place);
    set_classes(dataset, classes_of(table.targets, place));
  }
}

void warn_of_lost_precision(const Table& table, const std::string& what) {
  std::vector<std::string> places;
  for (std::size_t column = 0; column < table.columns; ++column) {
    places.push_back(fmt::format(
        "{}: column {}", what,
        table.header.empty() ? std::to_string(column + 1) : quoted_cell(table.header[column])));
  }
  warn_of_coarse_columns(table.ranges, places);
}

}  // namespace

Dataset parse_csv(std::span<const std::uint8_t> bytes,
                  const std::optional<std::string>& target_column, const std::string& what) {
  if (std::find(bytes.begin(), bytes.end(), std::uint8_t{0}) != bytes.end()) {
    throw FileError(
        "{}: expected text, found a zero byte; is it UTF-16 or a binary file? Save it as "
        "UTF-8 text",
        what);
  }
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);  // the mark of UTF-8
  if (const std::size_t valid = valid_utf8_bytes(text); valid != text.size()) {
    throw DataError(
        "{}: line {} holds bytes that are not UTF-8; save it as UTF-8 text", what,
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(valid), '\n'));
  }
  Table table = read_table(text, target_column, what);

  Dataset dataset;
  dataset.spec = "csv:" + what + (target_column ? "?target=" + *target_column : "");
  const auto width = static_cast<std::int64_t>(table.columns - (table.target ? 1 : 0));
  const auto count = static_cast<std::int64_t>(table.values.size()) / width;
  set_examples(dataset, Array::from(table.values, {count, width}), what);
  dataset.columns = table.header;
  if (table.target) set_target(dataset, table, what);
  warn_of_lost_precision(table, what);
  if (table.target && !table.header.empty()) {
    dataset.columns.erase(dataset.columns.begin() + static_cast<std::ptrdiff_t>(*table.target));
  }
  return dataset;
}

Dataset load_csv(const std::filesystem::path& path,
                 const std::optional<std::string>& target_column) {
  return parse_csv(read_maybe_gzip(path), target_column, path.string());
}

}  // namespace elbo
