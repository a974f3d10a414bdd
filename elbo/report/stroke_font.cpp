// Glyphs are written in a tiny language of pen movements, in units of 1/14 em (capitals are 10
// high, small letters 7, descenders reach to -3):
//   M x y               lift the pen and put it down at x, y
//   L x y               draw a line there
//   O x y rx ry from to lift the pen and draw an arc of the ellipse around x, y, in degrees
//   A x y rx ry from to the same without lifting the pen: joined by a line
//   . x y               a dot
#include "elbo/report/stroke_font.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <numbers>
#include <system_error>

#include "elbo/base/check.h"

namespace elbo::stroke_font {
namespace {

struct Glyph {
  char32_t code;
  float advance;
  const char* movements;
};

constexpr float kUnit = kCapHeight / 10;
/// Space added after each glyph.
constexpr float kTracking = 0.35f;

constexpr Glyph kGlyphs[] = {
    {U' ', 3.8f, ""},
    {U'!', 3.2f, "M 1.6 10 L 1.6 3 . 1.6 .4"},
    {U'"', 4.6f, "M 1.4 10 L 1.4 7.2 M 3.2 10 L 3.2 7.2"},
    {U'#', 9, "M 3.4 10 L 2 0 M 7 10 L 5.6 0 M 1 6.8 L 8.2 6.8 M .8 3.2 L 8 3.2"},
    {U'$', 8, "O 4 7.1 2.5 2.2 35 270 A 4 2.7 2.7 2.2 90 -145 M 4 11 L 4 -1"},
    {U'%', 11.6f, "O 3 7.6 2 2.4 0 360 O 8.6 2.4 2 2.4 0 360 M 8.6 10 L 3 0"},
    {U'&', 9.4f,
     "M 8.4 0 L 2.6 6.8 A 4 8.2 1.9 1.8 215 0 A 3.4 8 2.5 3 -10 -60 L 3 5 "
     "A 3.8 2.5 2.7 2.5 120 300 L 8.2 4.6"},
    {U'\'', 2.8f, "M 1.4 10 L 1.4 7.2"},
    {U'(', 4.4f, "O 5.2 4 3.8 8.4 128 232"},
    {U')', 4.4f, "O -.8 4 3.8 8.4 52 -52"},
    {U'*', 6.4f, "M 3.2 10 L 3.2 5.4 M 1.2 8.9 L 5.2 6.5 M 5.2 8.9 L 1.2 6.5"},
    {U'+', 8.4f, "M 1.2 4.4 L 7.2 4.4 M 4.2 1.4 L 4.2 7.4"},
    {U',', 3, "M 1.7 .6 L 1 -1.8"},
    {U'-', 5, "M 1.1 3.8 L 3.9 3.8"},
    {U'.', 3, ". 1.5 .4"},
    {U'/', 5.4f, "M .6 -1.2 L 4.8 10.6"},
    {U'0', 8, "O 4 5 2.8 5 0 360"},
    {U'1', 8, "M 1.8 8 L 4.4 10 L 4.4 0"},
    {U'2', 8, "O 3.9 7.2 2.7 2.8 165 -32 L 1.2 0 L 6.8 0"},
    {U'3', 8, "O 3.9 7.55 2.4 2.45 150 -90 A 3.9 2.55 2.8 2.55 90 -150"},
    {U'4', 8, "M 5.4 0 L 5.4 10 L 1 3 L 7.2 3"},
    {U'5', 8, "M 6.3 10 L 2.1 10 L 1.7 5.4 A 3.9 3.2 2.9 3.2 128 -148"},
    {U'6', 8, "O 4 3.1 2.8 3.1 0 360 O 6.6 3.1 5.4 6.9 180 100"},
    {U'7', 8, "M 1.2 10 L 6.8 10 L 3 0"},
    {U'8', 8, "O 4 7.6 2.4 2.4 0 360 O 4 2.6 2.8 2.6 0 360"},
    {U'9', 8, "O 4 6.9 2.8 3.1 0 360 O 1.4 6.9 5.4 6.9 0 -80"},
    {U':', 3, ". 1.5 6.2 . 1.5 .4"},
    {U';', 3, ". 1.5 6.2 M 1.7 .6 L 1 -1.8"},
    {U'<', 8.4f, "M 7.2 7.2 L 1.2 4.4 L 7.2 1.6"},
    {U'=', 8.4f, "M 1.2 6 L 7.2 6 M 1.2 2.8 L 7.2 2.8"},
    {U'>', 8.4f, "M 1.2 7.2 L 7.2 4.4 L 1.2 1.6"},
    {U'?', 7, "O 3.4 7.5 2.4 2.5 165 -60 L 3.4 4.2 L 3.4 3 . 3.4 .4"},
    {U'@', 12.4f,
     "O 6.2 3.6 2.2 2.5 0 360 M 8.4 6 L 8.4 2.6 A 9.7 2.6 1.3 1.5 180 360 "
     "A 6.2 4 5 5.4 0 300"},
    {U'A', 9, "M .7 0 L 4.5 10 L 8.3 0 M 2 3.4 L 7 3.4"},
    {U'B', 8.6f,
     "M 4.4 5.2 A 4.4 7.6 2.4 2.4 -90 90 L 1.4 10 L 1.4 0 L 4.7 0 "
     "A 4.7 2.6 2.8 2.6 -90 90 L 1.4 5.2"},
    {U'C', 9, "O 5.2 5 4.1 5 48 312"},
    {U'D', 9.4f, "M 3.9 10 L 1.4 10 L 1.4 0 L 3.9 0 A 3.9 5 4.3 5 -90 90"},
    {U'E', 8, "M 6.8 10 L 1.4 10 L 1.4 0 L 6.8 0 M 1.4 5.2 L 6.2 5.2"},
    {U'F', 7.4f, "M 6.6 10 L 1.4 10 L 1.4 0 M 1.4 5.2 L 6 5.2"},
    {U'G', 9.8f, "O 5.2 5 4.1 5 48 318 L 8.5 4.6 L 5.6 4.6"},
    {U'H', 9.2f, "M 1.4 0 L 1.4 10 M 7.8 0 L 7.8 10 M 1.4 5.2 L 7.8 5.2"},
    {U'I', 3.2f, "M 1.6 0 L 1.6 10"},
    {U'J', 6.2f, "M 4.8 10 L 4.8 2.6 A 2.7 2.6 2.1 2.6 0 -150"},
    {U'K', 8.4f, "M 1.4 0 L 1.4 10 M 7.4 10 L 1.4 4 M 3.5 6.1 L 7.8 0"},
    {U'L', 7, "M 1.4 10 L 1.4 0 L 6.4 0"},
    {U'M', 10.6f, "M 1.4 0 L 1.4 10 L 5.3 2.6 L 9.2 10 L 9.2 0"},
    {U'N', 9.4f, "M 1.4 0 L 1.4 10 L 8 0 L 8 10"},
    {U'O', 10.2f, "O 5.1 5 4.1 5 0 360"},
    {U'P', 8.2f, "M 1.4 0 L 1.4 10 L 4.6 10 A 4.6 7.3 2.7 2.7 90 -90 L 1.4 4.6"},
    {U'Q', 10.2f, "O 5.1 5 4.1 5 0 360 M 6.2 2.4 L 9 -.6"},
    {U'R', 8.6f, "M 1.4 0 L 1.4 10 L 4.6 10 A 4.6 7.3 2.7 2.7 90 -90 L 1.4 4.6 M 4.6 4.6 L 7.6 0"},
    {U'S', 8.2f, "O 4.1 7.45 2.6 2.55 35 270 A 4.1 2.45 2.8 2.45 90 -145"},
    {U'T', 8, "M .7 10 L 7.3 10 M 4 10 L 4 0"},
    {U'U', 9.2f, "M 1.4 10 L 1.4 3.4 A 4.6 3.4 3.2 3.4 180 360 L 7.8 10"},
    {U'V', 8.8f, "M .7 10 L 4.4 0 L 8.1 10"},
    {U'W', 12.4f, "M .7 10 L 3.4 0 L 6.2 10 L 9 0 L 11.7 10"},
    {U'X', 8.6f, "M .9 10 L 7.7 0 M 7.7 10 L .9 0"},
    {U'Y', 8.2f, "M .7 10 L 4.1 5 L 7.5 10 M 4.1 5 L 4.1 0"},
    {U'Z', 8.4f, "M 1 10 L 7.4 10 L 1 0 L 7.4 0"},
    {U'[', 4.4f, "M 3.4 12 L 1.4 12 L 1.4 -2 L 3.4 -2"},
    {U'\\', 5.4f, "M .6 10.6 L 4.8 -1.2"},
    {U']', 4.4f, "M 1 12 L 3 12 L 3 -2 L 1 -2"},
    {U'^', 7, "M 1.2 7 L 3.5 10 L 5.8 7"},
    {U'_', 7, "M .4 -1.4 L 6.6 -1.4"},
    {U'`', 4, "M 1.2 10.4 L 2.6 8.6"},
    {U'a', 7.8f, "O 3.9 3.5 2.7 3.5 0 360 M 6.6 7 L 6.6 0"},
    {U'b', 7.8f, "O 4 3.5 2.7 3.5 0 360 M 1.3 10.4 L 1.3 0"},
    {U'c', 7, "O 4 3.5 2.8 3.5 50 310"},
    {U'd', 7.8f, "O 3.9 3.5 2.7 3.5 0 360 M 6.6 10.4 L 6.6 0"},
    {U'e', 7.5f, "M 1.2 3.7 L 6.4 3.7 A 3.8 3.5 2.65 3.5 4 318"},
    {U'f', 4.6f, "O 3.9 8.3 1.8 2.1 75 180 L 2.1 0 M .6 6.9 L 4.1 6.9"},
    {U'g', 7.8f, "O 3.9 3.5 2.7 3.5 0 360 M 6.6 7 L 6.6 -.5 A 4 -.5 2.6 2.6 0 -150"},
    {U'h', 7.6f, "M 1.3 10.4 L 1.3 0 M 1.3 4.2 A 3.8 4.3 2.5 2.7 180 0 L 6.3 0"},
    {U'i', 2.9f, "M 1.45 7 L 1.45 0 . 1.45 9.6"},
    {U'j', 3.2f, "M 1.7 7 L 1.7 -1 A 0 -1 1.7 2 0 -90 . 1.7 9.6"},
    {U'k', 6.8f, "M 1.3 10.4 L 1.3 0 M 6 7 L 1.3 2.8 M 2.9 4.3 L 6.4 0"},
    {U'l', 2.9f, "M 1.45 10.4 L 1.45 0"},
    {U'm', 11.5f,
     "M 1.3 7 L 1.3 0 M 1.3 4.4 A 3.5 4.5 2.2 2.5 180 0 L 5.7 0 "
     "M 5.7 4.4 A 7.9 4.5 2.2 2.5 180 0 L 10.1 0"},
    {U'n', 7.6f, "M 1.3 7 L 1.3 0 M 1.3 4.2 A 3.8 4.3 2.5 2.7 180 0 L 6.3 0"},
    {U'o', 7.9f, "O 3.95 3.5 2.8 3.5 0 360"},
    {U'p', 7.8f, "O 4 3.5 2.7 3.5 0 360 M 1.3 7 L 1.3 -3"},
    {U'q', 7.8f, "O 3.9 3.5 2.7 3.5 0 360 M 6.6 7 L 6.6 -3"},
    {U'r', 5, "M 1.3 7 L 1.3 0 M 1.3 4 A 4 4.2 2.7 2.8 180 75"},
    {U's', 6.5f, "O 3.2 5.25 1.95 1.75 40 270 A 3.2 1.75 2.1 1.75 90 -145"},
    {U't', 4.8f, "M 2.1 9.2 L 2.1 2 A 4 2 1.9 2 180 278 M .6 6.9 L 4.3 6.9"},
    {U'u', 7.6f, "M 1.3 7 L 1.3 2.7 A 3.8 2.7 2.5 2.7 180 360 M 6.3 7 L 6.3 0"},
    {U'v', 6.8f, "M .7 7 L 3.4 0 L 6.1 7"},
    {U'w', 9.8f, "M .7 7 L 2.8 0 L 4.9 7 L 7 0 L 9.1 7"},
    {U'x', 6.6f, "M .9 7 L 5.7 0 M 5.7 7 L .9 0"},
    {U'y', 6.8f, "M .7 7 L 3.5 0 M 6.2 7 L 2.2 -3"},
    {U'z', 6.4f, "M .9 7 L 5.5 7 L .9 0 L 5.5 0"},
    {U'{', 4.6f, "O 3.8 9.6 1.5 2.4 90 180 L 2.3 6.4 L 1 5 L 2.3 3.6 A 3.8 .4 1.5 2.4 180 270"},
    {U'|', 3.2f, "M 1.6 12 L 1.6 -2"},
    {U'}', 4.6f, "O .8 9.6 1.5 2.4 90 0 L 2.3 6.4 L 3.6 5 L 2.3 3.6 A .8 .4 1.5 2.4 0 -90"},
    {U'~', 8.4f, "O 2.7 3.6 1.6 1.6 180 40 L 5 4 A 5.8 5 1.6 1.6 220 360"},
    {U'\u00a0', 3.8f, ""},
    {U'°', 5, "O 2.5 8.3 1.5 1.7 0 360"},
    {U'±', 8.4f, "M 1.2 5.4 L 7.2 5.4 M 4.2 2.6 L 4.2 8.2 M 1.2 .6 L 7.2 .6"},
    {U'·', 3.2f, ". 1.6 4.2"},
    {U'×', 8.4f, "M 1.8 6.8 L 6.6 2 M 6.6 6.8 L 1.8 2"},
    {U'σ', 8, "O 3.8 3.5 2.7 3.5 0 360 M 3.8 7 L 7.6 7"},
    {U'–', 6.6f, "M .8 3.8 L 5.8 3.8"},
    {U'→', 10.6f, "M 1.2 4.2 L 9.4 4.2 M 6.6 6.8 L 9.4 4.2 L 6.6 1.6"},
    {U'−', 8.4f, "M 1.2 4.4 L 7.2 4.4"},
    {U'≤', 8.4f, "M 7.2 8 L 1.2 5.4 L 7.2 2.8 M 1.2 .4 L 7.2 .4"},
    {U'≥', 8.4f, "M 1.2 8 L 7.2 5.4 L 1.2 2.8 M 1.2 .4 L 7.2 .4"},
};

static_assert(std::is_sorted(std::begin(kGlyphs), std::end(kGlyphs),
                             [](const Glyph& a, const Glyph& b) { return a.code < b.code; }));

constexpr Glyph kMissing = {0, 8, "M 1.4 0 L 1.4 10 L 6.6 10 L 6.6 0 L 1.4 0"};

const Glyph& glyph_for(char32_t code) {
  const auto* found = std::lower_bound(std::begin(kGlyphs), std::end(kGlyphs), code,
                                       [](const Glyph& g, char32_t c) { return g.code < c; });
  return found != std::end(kGlyphs) && found->code == code ? *found : kMissing;
}

/// The next code point; a byte that isn't UTF-8 counts as one unknown character.
char32_t next_code(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  char32_t code = length == 1 ? lead : lead & (0xffu >> (length + 1));
  std::size_t used = 1;
  for (; used < length && used < text.size(); ++used) {
    const auto byte = static_cast<unsigned char>(text[used]);
    if ((byte & 0xc0) != 0x80) break;
    code = (code << 6) | (byte & 0x3f);
  }
  text.remove_prefix(used);
  return used == length ? code : 0;
}

/// Reads the numbers that follow a movement's letter.
template <std::size_t count>
std::array<float, count> arguments(const char*& cursor, const char* movements_end) {
  std::array<float, count> values{};
  for (float& value : values) {
    while (cursor != movements_end && *cursor == ' ') ++cursor;
    const auto [end, failure] = std::from_chars(cursor, movements_end, value);
    ELBO_ASSERT(failure == std::errc());
    cursor = end;
  }
  return values;
}

void draw_arc(Stroke& stroke, const std::array<float, 6>& arc) {
  const auto [x, y, radius_x, radius_y, from, to] = arc;
  const int steps = std::max(4, static_cast<int>(std::abs(to - from) / 12));
  for (int i = 0; i <= steps; ++i) {
    const float degrees = from + (to - from) * static_cast<float>(i) / static_cast<float>(steps);
    const float angle = degrees * std::numbers::pi_v<float> / 180;
    stroke.push_back({x + radius_x * std::cos(angle), y + radius_y * std::sin(angle)});
  }
}

void draw(const Glyph& glyph, float offset, std::vector<Stroke>& strokes) {
  const std::size_t first = strokes.size();
  const std::string_view movements = glyph.movements;
  const char* const end = movements.data() + movements.size();
  for (const char* cursor = movements.data(); cursor != end;) {
    const char movement = *cursor++;
    if (movement == ' ') continue;
    if (movement == 'M' || movement == 'O' || movement == '.') strokes.emplace_back();
    if (movement == 'O' || movement == 'A') {
      draw_arc(strokes.back(), arguments<6>(cursor, end));
    } else {
      const auto [x, y] = arguments<2>(cursor, end);
      strokes.back().push_back({x, y});
    }
  }
  for (std::size_t i = first; i < strokes.size(); ++i) {
    for (Point& point : strokes[i]) point = {(point.x + offset) * kUnit, point.y * kUnit};
  }
}

}  // namespace

Text lay_out(std::string_view text) {
  Text result;
  float x = 0;
  while (!text.empty()) {
    const Glyph& glyph = glyph_for(next_code(text));
    draw(glyph, x, result.strokes);
    x += glyph.advance + kTracking;
  }
  result.width = x * kUnit;
  return result;
}

}  // namespace elbo::stroke_font
