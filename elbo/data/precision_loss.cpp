#include "elbo/data/precision_loss.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "elbo/base/log.h"

namespace elbo {

void ColumnRange::add(double value) {
  lowest_ = empty_ ? value : std::min(lowest_, value);
  highest_ = empty_ ? value : std::max(highest_, value);
  empty_ = false;
  rounded_ = rounded_ || static_cast<double>(static_cast<float>(value)) != value;
}

double ColumnRange::steps() const {
  const double largest = std::max(std::abs(lowest_), std::abs(highest_));
  return std::floor((highest_ - lowest_) / (largest * std::numeric_limits<float>::epsilon())) + 1;
}

bool ColumnRange::is_coarse() const {
  constexpr double kFewest = 256;
  return rounded_ && highest_ > lowest_ && steps() < kFewest;
}

void warn_of_coarse_columns(const std::vector<ColumnRange>& columns,
                            const std::vector<std::string>& places) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].is_coarse()) continue;
    logging::warning(
        "{}: numbers are kept in single precision, which tells only {:g} apart in its range; "
        "subtract {:.10g} from it",
        places[i], columns[i].steps(), columns[i].lowest());
  }
}

}  // namespace elbo
