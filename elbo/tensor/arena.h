// One block of zeroed, page-aligned memory, huge pages advised: what a plan's buffers, and the flat
// parameter, gradient and moment buffers, live in.
#pragma once

#include <cstddef>
#include <span>

namespace elbo {

class Arena {
 public:
  Arena() = default;
  /// Throws Error when the memory can't be had.
  explicit Arena(std::size_t bytes);
  ~Arena();
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  std::byte* data() const { return data_; }
  std::size_t size_bytes() const { return bytes_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  /// What the system gave: whole pages.
  std::size_t mapped_ = 0;
};

/// A flat array of floats in an arena of its own.
class FlatBuffer {
 public:
  FlatBuffer() = default;
  explicit FlatBuffer(std::size_t count) : arena_(count * sizeof(float)), count_(count) {}
  float* data() const { return reinterpret_cast<float*>(arena_.data()); }
  std::size_t size() const { return count_; }
  std::span<float> values() const { return {data(), count_}; }

 private:
  Arena arena_;
  std::size_t count_ = 0;
};

}  // namespace elbo
