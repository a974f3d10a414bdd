// Makes the copies that gradients of convolution weights read in bfloat16: images in pairs, each
// pixel of two images a word, with a plane's room for each pair.
#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/base/threads.h"
#include "elbo/device/cpu/operand_copies.h"
#include "elbo/device/cpu/pack.h"
#include "elbo/device/cpu/panel_rows.h"

namespace elbo::cpu {
namespace {

/// Elements that are worth a thread.
constexpr std::int64_t kGrain = 32768;

class CopyImagePairsKernel : public CopyKernel {
 public:
  CopyImagePairsKernel(const KernelContext& context, const OperandCopies::Copy& copy)
      : CopyKernel(context, copy),
        width_(l_.columns / l_.channels),
        rows_at_once_(std::clamp<std::int64_t>(
            kMostPhaseWords / (l_.plane_width * l_.stride * l_.channels), 1, l_.plane_height)),
        panel_rows_(l_) {
    ELBO_ASSERT(l_.words == Words::bf16 && l_.stride * l_.channels <= kMostPhaseWords);
  }

  void run(const RunContext&) override {
    if (l_.layout == Layout::image_pairs) {
      for_each_part(l_.plane_height,
                    [&](std::int64_t pair, std::int64_t y) { lay_into_panels(pair, y); });
      clear_ends_of_panels();
    } else {
      // Parts of planes, of a few rows each.
      const std::int64_t height = (l_.plane_height + rows_at_once_ - 1) / rows_at_once_;
      for_each_part(l_.stride * height, [&](std::int64_t pair, std::int64_t part) {
        lay_into_phases(pair, part / height, part % height * rows_at_once_);
      });
      clear_ends_of_rows();
    }
  }

 private:
  std::uint32_t* target() const { return target_.as<std::uint32_t>(); }
  std::int64_t plane() const { return l_.plane_height * l_.plane_width; }
  /// Row y of the first image of a pair, and the same of the second, null where there is none.
  Numbers first_image(std::int64_t pair, std::int64_t y) const {
    return source() + (2 * pair * l_.rows + y) * l_.columns;
  }
  Numbers second_image(std::int64_t pair, Numbers first) const {
    return 2 * pair + 1 < l_.matrices ? first + l_.rows * l_.columns : Numbers();
  }

  /// body(pair, part) for each part of each pair.
  template <typename Body>
  void for_each_part(std::int64_t parts, const Body& body) const {
    const std::int64_t elements = 2 * l_.rows * l_.columns / parts + 1;
    parallel_for(threads_, l_.pairs() * parts, kGrain / elements + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) body(i / parts, i % parts);
                 });
  }

  /// Row y of a pair's plane.
  void lay_into_panels(std::int64_t pair, std::int64_t y) const {
    const std::int64_t channels = l_.channels / l_.groups, panel = panel_rows_.panel();
    std::uint32_t* to = target() + (pair * plane() + y * l_.plane_width) * panel;
    const Numbers first = first_image(pair, y), second = second_image(pair, first);
    for (std::int64_t group = 0; group < l_.groups;
         ++group, to += l_.group_words(panel_rows_.panel())) {
      for (std::int64_t x = 0; x < l_.plane_width; ++x) {
        if (y >= l_.rows || x >= width_) {
          panel_rows_.clear(channels, to + x * panel);
          continue;
        }
        const std::int64_t at = x * l_.channels + group * channels;
        panel_rows_.spread(first + at, second.at == nullptr ? second : second + at, channels,
                           to + x * panel);
      }
    }
  }

  void clear_ends_of_panels() const {
    const std::int64_t channels = l_.channels / l_.groups, panel = panel_rows_.panel();
    for (std::int64_t group = 0; group < l_.groups; ++group) {
      std::uint32_t* to = target() + group * l_.group_words(panel_rows_.panel());
      for (std::int64_t i = l_.pairs() * plane(); i < l_.inner_pixels(); ++i) {
        panel_rows_.clear(channels, to + i * panel);
      }
    }
  }

  /// Some rows of the phases (down, 0), (down, 1), ..., from row y on: pixel by pixel first, then
  /// each phase of them is transposed.
  void lay_into_phases(std::int64_t pair, std::int64_t down, std::int64_t y) const {
    const std::int64_t stride = l_.stride, channels = l_.channels, row_words = l_.row_words();
    const std::int64_t step = std::min(l_.plane_width, kMostPhaseWords / (stride * channels));
    const std::int64_t rows = std::min(rows_at_once_, l_.plane_height - y);
    std::uint32_t pixels[kMostPhaseWords];
    std::uint32_t* to =
        target() + down * stride * channels * row_words + pair * plane() + y * l_.plane_width;
    for (std::int64_t x = 0; x < l_.plane_width; x += step) {
      const std::int64_t count = std::min(step, l_.plane_width - x);
      for (std::int64_t row = 0; row < rows; ++row) {
        pair_pixels(pair, (y + row) * stride + down - l_.above, x * stride - l_.before / channels,
                    count * stride, pixels + row * count * stride * channels);
      }
      for (std::int64_t across = 0; across < stride; ++across) {
        transpose_pixels(pixels + across * channels, rows * count,
                         to + across * channels * row_words + x);
      }
    }
  }

  /// Every stride-th pixel: its channels go to rows of their own.
  void transpose_pixels(const std::uint32_t* pixels, std::int64_t count, std::uint32_t* to) const {
    const std::int64_t step = l_.stride * l_.channels;
    if (l_.channels == 1) {
      for (std::int64_t i = 0; i < count; ++i) to[i] = pixels[i * step];
      return;
    }
    transpose_into_panel(Words::floats, reinterpret_cast<const float*>(pixels), step, count,
                         l_.channels, to, l_.row_words());
  }

  /// Words of the pixels from x on, zeros outside of the images.
  void pair_pixels(std::int64_t pair, std::int64_t y, std::int64_t x, std::int64_t count,
                   std::uint32_t* to) const {
    const bool has_row = y >= 0 && y < l_.rows;
    const std::int64_t begin = has_row ? std::clamp<std::int64_t>(-x, 0, count) : count;
    const std::int64_t end = std::clamp<std::int64_t>(width_ - x, begin, count);
    const std::int64_t channels = l_.channels, words = (end - begin) * channels;
    std::fill_n(to, begin * channels, 0);
    std::fill(to + end * channels, to + count * channels, 0);
    if (words == 0) return;
    const Numbers first = first_image(pair, y) + (x + begin) * channels;
    const Numbers second = second_image(pair, first);
    const bool has_second = second.at != nullptr;
    std::uint32_t* inside = to + begin * channels;
    pack_.pair(first, has_second ? second : first, words, inside, kMostPhaseWords, 0);
    for (std::int64_t i = 0; !has_second && i < words; ++i) inside[i] &= 0xffffu;
  }

  void clear_ends_of_rows() const {
    const std::int64_t row_words = l_.row_words();
    for (std::int64_t row = 0; row < l_.stride * l_.stride * l_.channels; ++row) {
      std::uint32_t* to = target() + row * row_words;
      std::fill(to + l_.pairs() * plane(), to + row_words, 0);
    }
  }

  /// Of an image.
  std::int64_t width_;
  /// Of a phase, as many as are transposed together.
  std::int64_t rows_at_once_;
  PanelRows panel_rows_;
  const PackFunctions& pack_ = pack_functions();
};

}  // namespace

std::unique_ptr<CopyKernel> make_copy_image_pairs_kernel(const KernelContext& context,
                                                         const OperandCopies::Copy& copy) {
  return std::make_unique<CopyImagePairsKernel>(context, copy);
}

}  // namespace elbo::cpu
