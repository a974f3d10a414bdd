// The program's own malloc family: glibc's, with a counter in front. operator new and every
// library that is linked come through here; free stays glibc's.
#include "tests/device/count_allocations.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>

#if defined(__has_feature)
#define ELBO_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ELBO_SANITIZED 1
#else
#define ELBO_SANITIZED 0
#endif

#if defined(__GLIBC__) && !ELBO_SANITIZED
#define ELBO_OWN_MALLOC 1
#else
#define ELBO_OWN_MALLOC 0
#endif

namespace {

std::atomic<bool> counting{false};
std::atomic<std::int64_t> count{0};

}  // namespace

namespace elbo::testing {

bool can_count_allocations() {
  return ELBO_OWN_MALLOC == 1;
}

void start_counting_allocations() {
  count = 0;
  counting = true;
}

std::int64_t stop_counting_allocations() {
  counting = false;
  return count;
}

}  // namespace elbo::testing

#if ELBO_OWN_MALLOC
namespace {

void note() {
  if (counting.load(std::memory_order_relaxed)) count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t members, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  note();
  return __libc_malloc(size);
}
void* calloc(std::size_t members, std::size_t size) {
  note();
  return __libc_calloc(members, size);
}
void* realloc(void* memory, std::size_t size) {
  note();
  return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  note();
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  note();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  note();
  *memory = __libc_memalign(alignment, size);
  return *memory != nullptr ? 0 : ENOMEM;
}
}
#endif
