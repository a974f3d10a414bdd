#include "elbo/data/strokes.h"

#include <cmath>
#include <cstring>

#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"
#include "elbo/base/philox.h"
#include "elbo/base/threads.h"
#include "elbo/data/pen.h"
#include "elbo/data/strokes_glyphs.h"

namespace elbo {
namespace {

constexpr std::uint32_t kTrainStream = 0x5354524B;
constexpr std::uint32_t kTestStream = 0x53545254;

struct Range {
  double low, high;
};
constexpr Range kRanges[kStrokesFactors] = {{-0.2, 0.5}, {1.7, 3.5}, {0.8, 1.05}, {-0.2, 0.2}};

/// What is written, before how: the same first draws for the image, its label and its factors.
struct Choice {
  int digit;
  const Glyph* glyph;
  float factors[kStrokesFactors];
};

RandomSequence random_of(const StrokesOptions& options, std::int64_t index) {
  return RandomSequence(options.seed, options.test ? kTestStream : kTrainStream,
                        static_cast<std::uint32_t>(index));
}

Choice choose(RandomSequence& random) {
  Choice choice{};
  choice.digit = static_cast<int>(random.next_below(10));
  const auto& glyphs = glyphs_of(choice.digit);
  choice.glyph = &glyphs[random.next_below(static_cast<std::uint32_t>(glyphs.size()))];
  for (int i = 0; i < kStrokesFactors; ++i) {
    choice.factors[i] = static_cast<float>(random.next_uniform(kRanges[i].low, kRanges[i].high));
  }
  return choice;
}

/// A hand's unsteadiness: each knot a little off, and the whole sheet gently wavy.
class Wobble {
 public:
  explicit Wobble(RandomSequence& random) : random_(random) {
    for (Wave& wave : waves_) {
      wave.amplitude = static_cast<float>(random.next_uniform(0, 0.075));
      wave.phase = static_cast<float>(random.next_uniform(0, 6.283185307179586));
      wave.along_x = static_cast<float>(random.next_uniform(-4, 4));
      wave.along_y = static_cast<float>(random.next_uniform(-4, 4));
    }
    widening_ = static_cast<float>(random.next_uniform(0.82, 1.15));
  }
  Knot apply(const Knot& knot) {
    // Sums of uniforms: near enough to normal, and cheap.
    const float x = knot.x + jitter() + waves_[0].at(knot);
    const float y = knot.y + jitter() + waves_[1].at(knot);
    return {x * widening_, y, knot.corner};
  }

 private:
  struct Wave {
    float amplitude, phase, along_x, along_y;
    float at(const Knot& knot) const {
      return amplitude * std::sin(along_x * knot.x + along_y * knot.y + phase);
    }
  };
  float jitter() {
    const std::uint32_t bits = random_.next_bits();
    const float sum = static_cast<float>(bits & 0xFFFF) + static_cast<float>(bits >> 16);
    return (sum / 65535.0f - 1) * 0.045f;
  }

  RandomSequence& random_;
  Wave waves_[2] = {};
  float widening_ = 1;
};

/// Draws one digit after another; one a thread.
class Writer {
 public:
  explicit Writer(const StrokesOptions& options) : options_(options), pen_(options.size) {}

  int write(std::int64_t index, std::span<std::uint8_t> image) {
    RandomSequence random = random_of(options_, index);
    const Choice choice = choose(random);
    segments_.clear();
    Wobble wobble(random);
    for (const PenStroke& stroke : *choice.glyph) {
      shaken_.closed = stroke.closed;
      shaken_.knots.clear();
      for (const Knot& knot : stroke.knots) shaken_.knots.push_back(wobble.apply(knot));
      flatten(shaken_, segments_);
    }
    const float pixel = static_cast<float>(options_.size) / 28;
    place(choice, pixel, static_cast<float>(random.next_uniform(-0.7, 0.7)),
          static_cast<float>(random.next_uniform(-0.7, 0.7)));
    pen_.draw(segments_, choice.factors[kThickness] * pixel, image);
    return choice.digit;
  }

 private:
  /// Shears, turns and scales the segments and puts their centre of mass near the image's.
  void place(const Choice& choice, float pixel, float shift_x, float shift_y) {
    // The pen's own width belongs to the height of 20 pixels.
    const float height = (20 * choice.factors[kSize] - choice.factors[kThickness]) * pixel;
    const float cosine = std::cos(choice.factors[kRotation]);
    const float sine = std::sin(choice.factors[kRotation]);
    const float slant = choice.factors[kSlant];
    const auto transform = [&](float& x, float& y) {
      const float sheared = (x - slant * y) * height;
      const float down = y * height;
      x = cosine * sheared - sine * down;
      y = sine * sheared + cosine * down;
    };
    float mass = 1e-6f, mass_x = 0, mass_y = 0;
    for (Segment& s : segments_) {
      transform(s.ax, s.ay);
      transform(s.bx, s.by);
      const float length = s.length();
      mass += length;
      mass_x += length * (s.ax + s.bx) / 2;
      mass_y += length * (s.ay + s.by) / 2;
    }
    const float centre = static_cast<float>(options_.size) / 2;
    const float dx = centre + shift_x * pixel - mass_x / mass;
    const float dy = centre + shift_y * pixel - mass_y / mass;
    for (Segment& s : segments_) {
      s.ax += dx;
      s.bx += dx;
      s.ay += dy;
      s.by += dy;
    }
  }

  const StrokesOptions& options_;
  Pen pen_;
  PenStroke shaken_;
  std::vector<Segment> segments_;
};

void check(const StrokesOptions& options) {
  if (options.size < 8 || options.size > 512) {
    throw UsageError("strokes: expected size to be from 8 to 512 pixels, found {}", options.size);
  }
  constexpr std::int64_t kMaxBytes = std::int64_t{1} << 36;
  const std::int64_t most = kMaxBytes / (std::int64_t{options.size} * options.size);
  if (options.count < 1 || options.count > most || options.count > INT32_MAX) {
    throw UsageError("strokes: expected count to be from 1 to {} at size {}, found {}",
                     std::min<std::int64_t>(most, INT32_MAX), options.size, options.count);
  }
}

}  // namespace

const std::vector<std::string>& strokes_factor_names() {
  static const std::vector<std::string> names = {"slant", "thickness", "size", "rotation"};
  return names;
}

Dataset make_strokes(const StrokesOptions& options) {
  check(options);
  Dataset data;
  data.spec = options.test ? "strokes:test" : "strokes:train";
  data.example = {options.size, options.size, 1};
  data.examples = Array(DType::u8, {options.count, data.example.size()});
  data.labels = Array(DType::i32, {options.count});
  for (int digit = 0; digit < 10; ++digit) data.class_names.push_back(std::to_string(digit));
  const auto labels = data.labels->values<std::int32_t>();
  parallel_for(options.threads, options.count, 64, [&](std::int64_t begin, std::int64_t end) {
    Writer writer(options);
    for (std::int64_t i = begin; i < end && !interrupted(); ++i) {
      labels[static_cast<std::size_t>(i)] = writer.write(i, data.examples.row<std::uint8_t>(i));
    }
  });
  if (interrupted()) throw Interrupted("interrupted while drawing {}", data.spec);
  return data;
}

Array strokes_factors(const StrokesOptions& options) {
  check(options);
  Array factors(DType::f32, {options.count, kStrokesFactors});
  for (std::int64_t i = 0; i < options.count; ++i) {
    RandomSequence random = random_of(options, i);
    const Choice choice = choose(random);
    std::memcpy(factors.row<float>(i).data(), choice.factors, sizeof(choice.factors));
  }
  return factors;
}

}  // namespace elbo
