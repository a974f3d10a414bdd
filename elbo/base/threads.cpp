#include "elbo/base/threads.h"

#include <omp.h>

#include <algorithm>

namespace elbo {

int available_threads() {
  return std::max(1, omp_get_num_procs());
}

void use_threads(int count) {
  omp_set_num_threads(std::max(1, count));
}

}  // namespace elbo
