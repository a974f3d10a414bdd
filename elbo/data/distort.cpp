#include "elbo/data/distort.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
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

/// Places are whole numbers of this many parts of a pixel.
constexpr std::int64_t kParts = 256;

std::int64_t in_parts(double pixels) {
  constexpr double kPositive = 1 << 30;  // so that the conversion rounds down
  return static_cast<std::int64_t>(pixels * kParts + (kPositive + 0.5)) - (1 << 30);
}

/// Weights of four neighbours for each part of the way from the second to the third: the cubic of
/// Catmull & Rom, which keeps edges as sharp as they are (bilinear ones blur, and a model that is
/// trained on blurred images finds real ones too rough). Keys 1981, "Cubic convolution", a = -1/2.
using Weights = float __attribute__((vector_size(16)));

Weights load(const float* four) {
  Weights weights;
  std::memcpy(&weights, four, sizeof weights);
  return weights;
}

const std::array<Weights, kParts>& cubic_weights() {
  static const auto all = [] {
    std::array<Weights, kParts> weights{};
    float t = 0;
    for (Weights& four : weights) {
      four = Weights{((-0.5F * t + 1) * t - 0.5F) * t, (1.5F * t - 2.5F) * t * t + 1,
                     ((-1.5F * t + 2) * t + 0.5F) * t, (0.5F * t - 0.5F) * t * t};
      t += 1.0F / kParts;
    }
    return weights;
  }();
  return all;
}

/// A place between pixels: how many are before it, and the weights of those around it.
struct Place {
  std::int64_t before;
  const Weights& weights;
};

Place place_at(std::int64_t parts, std::int64_t pixels) {
  parts = std::clamp(parts, -2 * kParts, (pixels + 1) * kParts);
  const std::int64_t from_border = parts + 2 * kParts;
  return {from_border / kParts - 2,
          cubic_weights()[static_cast<std::size_t>(from_border % kParts)]};
}

/// One image with a border of black, channel by channel, read between its pixels.
class Image {
 public:
  explicit Image(const ExampleShape& shape)
      : shape_(shape),
        row_size_(shape.width + 2 * kBorder),
        plane_size_(row_size_ * (shape.height + 2 * kBorder)),
        pixels_(static_cast<std::size_t>(plane_size_ * shape.channels)) {}

  void read(const std::uint8_t* pixels) {
    for (std::int64_t y = 0; y < shape_.height; ++y) {
      for (std::int64_t x = 0; x < shape_.width; ++x) {
        float* to = pixels_.data() + (y + kBorder) * row_size_ + x + kBorder;
        for (std::int64_t channel = 0; channel < shape_.channels; ++channel) {
          to[channel * plane_size_] = *pixels++;
        }
      }
    }
  }

  /// Writes the channels of a place; outside of the image it is black.
  void between(std::int64_t x, std::int64_t y, const Levels& levels, std::uint8_t* to) const {
    const Place across = place_at(x, shape_.width), down = place_at(y, shape_.height);
    const float* first =
        pixels_.data() + (down.before - 1 + kBorder) * row_size_ + across.before - 1 + kBorder;
    for (std::int64_t channel = 0; channel < shape_.channels; ++channel, first += plane_size_) {
      Weights columns{};
      for (int row = 0; row < 4; ++row)
        columns += down.weights[row] * load(first + row * row_size_);
      columns *= across.weights;
      const float sum = columns[0] + columns[1] + columns[2] + columns[3];
      const int nearest = static_cast<int>(sum + 0.5F);
      to[channel] = levels[static_cast<std::size_t>(std::clamp(nearest, 0, 255))];
    }
  }

 private:
  /// Pixels beyond the image that between() may read on each side.
  static constexpr std::int64_t kBorder = 4;

  ExampleShape shape_;
  std::int64_t row_size_, plane_size_;
  std::vector<float> pixels_;
};

void distort_image(const ExampleShape& shape, const Map& map, const Levels& levels,
                   const Image& image, std::uint8_t* to) {
  const double middle_x = static_cast<double>(shape.width - 1) / 2;
  const double middle_y = static_cast<double>(shape.height - 1) / 2;
  for (std::int64_t row = 0; row < shape.height; ++row) {
    const double y = static_cast<double>(row) - middle_y - map.shift_y;
    for (std::int64_t column = 0; column < shape.width; ++column) {
      const double x = static_cast<double>(column) - middle_x - map.shift_x;
      image.between(in_parts(map.xx * x + map.xy * y + middle_x),
                    in_parts(map.yx * x + map.yy * y + middle_y), levels, to);
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
