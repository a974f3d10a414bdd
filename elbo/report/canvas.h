// An RGB picture to compose figures on: images, text, lines. What isn't inside is cut off.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace elbo {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};

inline constexpr Colour kInk{0x22, 0x22, 0x22};
inline constexpr Colour kMutedInk{0x66, 0x66, 0x66};

enum class Align { left, centre, right };

/// How text is set. `size` is the em in pixels; `upwards` turns it a quarter to the left.
struct TextStyle {
  float size = 24;
  Colour colour = kInk;
  Align align = Align::left;
  bool upwards = false;
};

class Canvas {
 public:
  /// White. Throws FileError when it would be larger than 2^27 pixels or has no pixel.
  Canvas(std::int64_t width, std::int64_t height);

  std::int64_t width() const { return width_; }
  std::int64_t height() const { return height_; }
  /// RGB of one pixel, which must be inside.
  Colour pixel(std::int64_t x, std::int64_t y) const;

  void fill(std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height, Colour colour);
  /// An image (height, width, channels 1 or 3), each pixel a square of `scale` pixels, brightness
  /// turned around when `ink` is set.
  void draw_image(std::int64_t x, std::int64_t y, std::span<const std::uint8_t> image,
                  std::int64_t height, std::int64_t width, std::int64_t channels,
                  std::int64_t scale, bool ink);
  /// Text whose baseline starts, is centred, or ends at (x, y).
  void draw_text(float x, float y, std::string_view text, const TextStyle& style);
  void draw_canvas(std::int64_t x, std::int64_t y, const Canvas& other);

  /// Writes a PNG, with one channel when the picture is grey.
  void write(const std::filesystem::path& path) const;

 private:
  std::int64_t width_, height_;
  std::vector<std::uint8_t> pixels_;
};

/// The width in pixels of text set at `size`.
float text_width(std::string_view text, float size);

}  // namespace elbo
