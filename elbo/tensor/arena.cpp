#include "elbo/tensor/arena.h"

#include <sys/mman.h>

#include <cstdint>
#include <utility>

#include "elbo/base/error.h"

namespace elbo {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

}  // namespace

Arena::Arena(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  // A huge page only forms on its own boundary, so larger blocks begin and end on one.
  const bool is_large = bytes >= kHugePageBytes / 2;
  const std::size_t page = is_large ? kHugePageBytes : kPageBytes;
  mapped_ = (bytes + page - 1) / page * page;
  const std::size_t reserve = is_large ? mapped_ + kHugePageBytes : mapped_;
  void* memory =
      ::mmap(nullptr, reserve, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    throw Error("out of memory: {} MiB could not be had; use a smaller batch or model",
                bytes >> 20);
  }
  data_ = static_cast<std::byte*>(memory);
  if (!is_large) return;
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(memory) % kHugePageBytes;
  if (before > 0) ::munmap(data_, before);
  data_ += before;
  ::munmap(data_ + mapped_, kHugePageBytes - before);
  ::madvise(data_, mapped_, MADV_HUGEPAGE);
}

Arena::~Arena() {
  if (data_ != nullptr) ::munmap(data_, mapped_);
}

Arena::Arena(Arena&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

Arena& Arena::operator=(Arena&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

}  // namespace elbo
