// Columns that lose what they say when they are kept in single precision: instants in seconds since
// 1970 become multiples of two minutes.
#pragma once

#include <string>
#include <vector>

namespace elbo {

/// The numbers of one column, before they were rounded.
class ColumnRange {
 public:
  void add(double value);
  /// Whether single precision changes some of them, and tells fewer than some hundred numbers apart
  /// from the lowest to the highest.
  bool is_coarse() const;
  double lowest() const { return lowest_; }
  /// The numbers that single precision tells apart.
  double steps() const;

 private:
  double lowest_ = 0, highest_ = 0;
  bool empty_ = true, rounded_ = false;
};

/// One line a column that is coarse; places[i] says which it is, e.g. "x.csv: column 'time'".
void warn_of_coarse_columns(const std::vector<ColumnRange>& columns,
                            const std::vector<std::string>& places);

}  // namespace elbo
