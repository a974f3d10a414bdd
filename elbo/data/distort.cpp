#include "elbo/data/distort.h"

#include <algorithm>
#include <array>
#include <cmath>

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
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const double p = static_cast<double>(i) / 255;
    const double light = std::pow(p, exponent), dark = std::pow(1 - p, exponent);
    levels[i] = static_cast<std::uint8_t>(std::lround(255 * light / (light + dark)));
  }
  return levels;
}

/// One image, read between its pixels (bilinear).
class Image {
 public:
  Image(const ExampleShape& shape, const std::uint8_t* pixels) : shape_(shape), pixels_(pixels) {}

  double at(double x, double y, std::int64_t channel) const {
    const double left = std::floor(x), top = std::floor(y);
    const auto column = static_cast<std::int64_t>(left), row = static_cast<std::int64_t>(top);
    const double to_right = x - left, down = y - top;
    const auto along = [&](std::int64_t r) {
      return (1 - to_right) * pixel(column, r, channel) + to_right * pixel(column + 1, r, channel);
    };
    return (1 - down) * along(row) + down * along(row + 1);
  }

 private:
  double pixel(std::int64_t x, std::int64_t y, std::int64_t channel) const {
    if (x < 0 || y < 0 || x >= shape_.width || y >= shape_.height) return 0;
    return pixels_[(y * shape_.width + x) * shape_.channels + channel];
  }

  const ExampleShape& shape_;
  const std::uint8_t* pixels_;
};

void distort_image(const ExampleShape& shape, const Map& map, const Levels& levels,
                   const std::uint8_t* from, std::uint8_t* to) {
  const Image image(shape, from);
  const double middle_x = static_cast<double>(shape.width - 1) / 2;
  const double middle_y = static_cast<double>(shape.height - 1) / 2;
  for (std::int64_t row = 0; row < shape.height; ++row) {
    for (std::int64_t column = 0; column < shape.width; ++column) {
      const double x = static_cast<double>(column) - middle_x - map.shift_x;
      const double y = static_cast<double>(row) - middle_y - map.shift_y;
      const double from_x = map.xx * x + map.xy * y + middle_x;
      const double from_y = map.yx * x + map.yy * y + middle_y;
      for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
        *to++ = levels[static_cast<std::size_t>(std::lround(image.at(from_x, from_y, channel)))];
      }
    }
  }
}

}  // namespace

void distort(Dataset& data, const Distortion& most, std::uint64_t seed, int threads) {
  if (data.examples.dtype() != DType::u8 || !data.example.is_image()) {
    throw DataError("{}: only images of bytes can be distorted", data.spec);
  }
  constexpr std::uint32_t kStream = 0x64697374;  // "dist"
  const std::int64_t size = data.example.size();
  parallel_for(threads, data.count(), 64, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::uint8_t> before(static_cast<std::size_t>(size));
    for (std::int64_t i = begin; i < end; ++i) {
      RandomSequence random(seed, kStream, static_cast<std::uint32_t>(i));
      const Map map = random_map(most, random);
      const Levels levels = random_levels(most, random);
      const auto image = data.examples.row<std::uint8_t>(i);
      std::copy(image.begin(), image.end(), before.begin());
      distort_image(data.example, map, levels, before.data(), image.data());
    }
  });
}

}  // namespace elbo
