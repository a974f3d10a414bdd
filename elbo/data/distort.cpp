#include "elbo/data/distort.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/base/philox.h"
#include "elbo/base/threads.h"

namespace elbo {
namespace {

/// Where a pixel of the result comes from: x' = xx x + xy y, y' = yx x + yy y, about the middle.
struct Map {
  double xx, xy, yx, yy, shift_x, shift_y;
};

Map random_map(const Distortion& most, RandomSequence& random) {
  const auto each_way = [&](double size) { return random.next_uniform(-size, size); };
  const double angle = each_way(most.rotation);
  const double width = std::exp(each_way(most.scale)), height = std::exp(each_way(most.scale));
  const double shear = each_way(most.shear), cosine = std::cos(angle), sine = std::sin(angle);
  return {.xx = cosine * width,
          .xy = sine * width + shear,
          .yx = -sine * height,
          .yy = cosine * height,
          .shift_x = each_way(most.shift),
          .shift_y = each_way(most.shift)};
}

using Levels = std::array<std::uint8_t, 256>;

Levels random_levels(const Distortion& most, RandomSequence& random) {
  const double exponent = std::exp(most.contrast * random.next_uniform());
  Levels levels{};
  if (exponent == 1) {
    std::iota(levels.begin(), levels.end(), std::uint8_t{0});
    return levels;
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const double p = static_cast<double>(i) / 255;
    const double light = std::pow(p, exponent), dark = std::pow(1 - p, exponent);
    levels[i] = static_cast<std::uint8_t>(std::lround(255 * light / (light + dark)));
  }
  return levels;
}

/// Weights of four neighbours for a place `t` of the way from the second to the third: the cubic of
/// Catmull & Rom, which keeps edges as sharp as they are (bilinear ones blur, and a model that is
/// trained on blurred images finds real ones too rough). Keys 1981, "Cubic convolution", a = -1/2.
std::array<double, 4> cubic_weights(double t) {
  return {((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1,
          ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t};
}

/// One image with a border of black, read between its pixels.
class Image {
 public:
  explicit Image(const ExampleShape& shape)
      : shape_(shape),
        row_size_((shape.width + 2 * kBorder) * shape.channels),
        pixels_(static_cast<std::size_t>(row_size_ * (shape.height + 2 * kBorder))) {}

  void read(const std::uint8_t* pixels) {
    const std::int64_t length = shape_.width * shape_.channels;
    for (std::int64_t row = 0; row < shape_.height; ++row) {
      std::copy_n(pixels + row * length, length, pixels_.data() + place(0, row));
    }
  }

  /// Writes the channels of a place; outside of the image it is black.
  void between(double x, double y, const Levels& levels, std::uint8_t* to) const {
    x = std::clamp(x, -2.0, static_cast<double>(shape_.width + 1));
    y = std::clamp(y, -2.0, static_cast<double>(shape_.height + 1));
    const double left = std::floor(x), top = std::floor(y);
    const std::array<double, 4> across = cubic_weights(x - left), down = cubic_weights(y - top);
    const std::uint8_t* first = pixels_.data() + place(static_cast<std::int64_t>(left) - 1,
                                                       static_cast<std::int64_t>(top) - 1);
    for (std::int64_t channel = 0; channel < shape_.channels; ++channel, ++first) {
      double sum = 0;
      for (std::size_t row = 0; row < 4; ++row) {
        const std::uint8_t* pixel = first + static_cast<std::int64_t>(row) * row_size_;
        double along = 0;
        for (const double weight : across) {
          along += weight * *pixel;
          pixel += shape_.channels;
        }
        sum += down[row] * along;
      }
      to[channel] = levels[static_cast<std::size_t>(std::clamp(sum, 0.0, 255.0) + 0.5)];
    }
  }

 private:
  /// Pixels beyond the image that between() may read on each side.
  static constexpr std::int64_t kBorder = 4;

  std::size_t place(std::int64_t x, std::int64_t y) const {
    return static_cast<std::size_t>((y + kBorder) * row_size_ + (x + kBorder) * shape_.channels);
  }

  ExampleShape shape_;
  std::int64_t row_size_;
  std::vector<std::uint8_t> pixels_;
};

void distort_image(const ExampleShape& shape, const Map& map, const Levels& levels,
                   const Image& image, std::uint8_t* to) {
  const double middle_x = static_cast<double>(shape.width - 1) / 2;
  const double middle_y = static_cast<double>(shape.height - 1) / 2;
  for (std::int64_t row = 0; row < shape.height; ++row) {
    for (std::int64_t column = 0; column < shape.width; ++column) {
      const double x = static_cast<double>(column) - middle_x - map.shift_x;
      const double y = static_cast<double>(row) - middle_y - map.shift_y;
      const double from_x = map.xx * x + map.xy * y + middle_x;
      const double from_y = map.yx * x + map.yy * y + middle_y;
      image.between(from_x, from_y, levels, to);
      to += shape.channels;
    }
  }
}

}  // namespace

Distortion Distortion::moves(double strength) {
  Distortion most;
  most.contrast = 0;
  for (double* size : {&most.shift, &most.rotation, &most.scale, &most.shear}) *size *= strength;
  return most;
}

void check_distortable(const Dataset& data) {
  if (data.examples.dtype() == DType::u8 && data.example.is_image()) return;
  throw DataError("{}: only images of bytes can be distorted", data.spec);
}

void distort(const Dataset& images, const Distortion& most, std::uint64_t seed, std::uint32_t round,
             int threads, Array& result) {
  check_distortable(images);
  ELBO_ASSERT(result.dtype() == DType::u8 && result.extents() == images.examples.extents());
  constexpr std::uint32_t kStream = 0x64697374;  // "dist"
  parallel_for(threads, images.count(), 64, [&](std::int64_t begin, std::int64_t end) {
    Image image(images.example);
    for (std::int64_t i = begin; i < end; ++i) {
      RandomSequence random(seed, kStream + round, static_cast<std::uint32_t>(i));
      const Map map = random_map(most, random);
      const Levels levels = random_levels(most, random);
      image.read(images.examples.row<std::uint8_t>(i).data());
      distort_image(images.example, map, levels, image, result.row<std::uint8_t>(i).data());
    }
  });
}

}  // namespace elbo
