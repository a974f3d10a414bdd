#include "elbo/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace elbo::detail {

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "elbo: internal error: %s:%d: assertion '%s' does not hold\n", file, line,
               expression);
  std::abort();
}

}  // namespace elbo::detail
