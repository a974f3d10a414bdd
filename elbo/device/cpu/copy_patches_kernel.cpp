// Makes the patches of images that convolutions of few channels read in bfloat16: what each window
// sees, as a row of whole words. An image is first rounded into a frame of zeros, which stays in
// the cache while its windows are copied from it.
#include <algorithm>
#include <cstring>

#include "elbo/base/check.h"
#include "elbo/base/threads.h"
#include "elbo/device/cpu/operand_copies.h"
#include "elbo/device/cpu/pack.h"

namespace elbo::cpu {
namespace {

/// What is copied at once.
constexpr std::int64_t kChunk = 16;

/// A few bytes, an even number.
inline void copy_short(const std::byte* from, std::int64_t bytes, std::byte* to) {
  for (; bytes >= 8; bytes -= 8, from += 8, to += 8) std::memcpy(to, from, 8);
  if (bytes >= 4) {
    std::memcpy(to, from, 4);
    bytes -= 4, from += 4, to += 4;
  }
  if (bytes > 0) std::memcpy(to, from, 2);
}

class CopyPatchesKernel : public CopyKernel {
 public:
  CopyPatchesKernel(const KernelContext& context, const OperandCopies::Copy& copy)
      : CopyKernel(context, copy) {
    ELBO_ASSERT(l_.words == Words::bf16);
  }

  std::int64_t scratch_bytes() const override { return threads_ * frame_bytes(); }
  void set_scratch(std::byte* scratch) override { frames_ = scratch; }

  void run(const RunContext&) override {
    parallel_for(threads_, threads_, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t part = first; part < last; ++part) {
        std::byte* frame = frames_ + part * frame_bytes();
        const std::int64_t end = l_.matrices * (part + 1) / threads_;
        for (std::int64_t n = l_.matrices * part / threads_; n < end; ++n) {
          lay_into_frame(n, frame);
          lay_patches(frame, target_.as<std::byte>() + n * patches_an_image() * patch_bytes());
        }
      }
    });
  }

 private:
  static constexpr std::int64_t kSize = 2;  // bytes of a bfloat16
  std::int64_t frame_row_bytes() const { return (l_.before + l_.columns + l_.after) * kSize; }
  /// Whole cache lines, so that no two threads write to one, with room to read a chunk too much.
  std::int64_t frame_bytes() const {
    constexpr std::int64_t kLine = 64;
    const std::int64_t bytes = (l_.above + l_.rows + l_.below) * frame_row_bytes() + kChunk;
    return (bytes + kLine - 1) / kLine * kLine;
  }
  std::int64_t patches_an_image() const { return l_.plane_height * l_.plane_width; }
  std::int64_t patch_bytes() const { return l_.row_words() * 4; }

  void lay_into_frame(std::int64_t n, std::byte* frame) const {
    const std::int64_t row_bytes = frame_row_bytes();
    std::memset(frame, 0, static_cast<std::size_t>(frame_bytes()));
    const Numbers image = source() + n * l_.rows * l_.columns;
    for (std::int64_t y = 0; y < l_.rows; ++y) {
      convert(l_.words, image + y * l_.columns,
              frame + (l_.above + y) * row_bytes + l_.before * kSize, l_.columns);
    }
  }

  void lay_patches(const std::byte* frame, std::byte* patch) const {
    const std::int64_t row_bytes = frame_row_bytes(), bytes = patch_bytes();
    const std::int64_t run = l_.window_width * l_.channels * kSize;
    const std::int64_t step = l_.stride * l_.channels * kSize;
    const bool is_roomy = bytes - l_.window_height * run >= kChunk;
    for (std::int64_t oy = 0; oy < l_.plane_height; ++oy) {
      const std::byte* window = frame + oy * l_.stride * row_bytes;
      for (std::int64_t ox = 0; ox < l_.plane_width; ++ox, window += step, patch += bytes) {
        if (is_roomy) {
          lay_roomy_patch(window, row_bytes, l_.window_height, run, patch, bytes);
        } else {
          lay_patch(window, row_bytes, l_.window_height, run, patch, bytes);
        }
      }
    }
  }

  /// A patch of `rows` rows of `run` bytes, then zeros up to `bytes`.
  static inline void lay_patch(const std::byte* window, std::int64_t row_bytes, std::int64_t rows,
                               std::int64_t run, std::byte* patch, std::int64_t bytes) {
    for (std::int64_t y = 0; y < rows; ++y) {
      copy_short(window + y * row_bytes, run, patch + y * run);
    }
    const std::int64_t filled = rows * run;
    std::memset(patch + filled, 0, static_cast<std::size_t>(bytes - filled));
  }

  /// The same in whole chunks, whose ends are overwritten by what comes next.
  static inline void lay_roomy_patch(const std::byte* window, std::int64_t row_bytes,
                                     std::int64_t rows, std::int64_t run, std::byte* patch,
                                     std::int64_t bytes) {
    std::byte* to = patch;
    for (std::int64_t y = 0; y < rows; ++y, window += row_bytes, to += run) {
      for (std::int64_t at = 0; at < run; at += kChunk) std::memcpy(to + at, window + at, kChunk);
    }
    std::byte* last = patch + bytes - kChunk;
    for (; to < last; to += kChunk) std::memset(to, 0, kChunk);
    std::memset(last, 0, kChunk);
  }

  std::byte* frames_ = nullptr;
};

}  // namespace

std::unique_ptr<CopyKernel> make_copy_patches_kernel(const KernelContext& context,
                                                     const OperandCopies::Copy& copy) {
  return std::make_unique<CopyPatchesKernel>(context, copy);
}

}  // namespace elbo::cpu
