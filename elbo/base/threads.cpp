#include "elbo/base/threads.h"

#include <omp.h>

#include <algorithm>

namespace elbo {

int available_threads() {
  return std::max(1, omp_get_num_procs());
}

}  // namespace elbo
