#include "elbo/device/cpu/flat_ops.h"

#include <array>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "elbo/device/cpu/flat_ops.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace elbo::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
// Buffers are padded to 16 floats, so the last vector of a part is whole.
using F = hn::CappedTag<float, 16>;
using V = hn::Vec<F>;

/// 1 / (sqrt(x) + epsilon) for x >= 0, to about 2 units in the last place: the approximate
/// instructions and a Newton step each take a fraction of the time of an exact root and division.
V inverse_root(F d, V x, V epsilon) {
  // Far below epsilon squared, and far enough from zero for the approximation to be finite.
  x = hn::Max(x, hn::Set(d, 1e-30f));
  const V guess = hn::ApproximateReciprocalSqrt(x);
  const V half = hn::Mul(hn::Mul(x, guess), hn::Set(d, 0.5f));
  const V inverse = hn::Mul(guess, hn::NegMulAdd(half, guess, hn::Set(d, 1.5f)));
  const V sum = hn::MulAdd(x, inverse, epsilon);
  const V reciprocal = hn::ApproximateReciprocal(sum);
  return hn::Mul(reciprocal, hn::NegMulAdd(sum, reciprocal, hn::Set(d, 2.0f)));
}

/// Part of a moving average; nothing without values.
class AverageRange {
 public:
  AverageRange(float* values, float decay) : values_(values), rest_(hn::Set(F(), 1 - decay)) {}
  /// The parameters from i on have become w.
  HWY_INLINE void follow(std::int64_t i, V w) const {
    if (values_ == nullptr) return;
    const F d;
    const V old = hn::LoadU(d, values_ + i);
    hn::StoreU(hn::MulAdd(rest_, hn::Sub(w, old), old), d, values_ + i);
  }

 private:
  float* values_;
  V rest_;
};

void adam_range(const AdamStep& step, float* w, const float* g, float* m, float* v, float* average,
                float decay, std::int64_t count) {
  const F d;
  const V beta1 = hn::Set(d, step.beta1), rest1 = hn::Set(d, 1 - step.beta1);
  const V beta2 = hn::Set(d, step.beta2), rest2 = hn::Set(d, 1 - step.beta2);
  const V rate = hn::Set(d, step.learning_rate * step.correction1);
  const V correction2 = hn::Set(d, step.correction2), epsilon = hn::Set(d, step.epsilon);
  const V keep = hn::Set(d, 1 - step.learning_rate * step.weight_decay);
  const V scale = hn::Set(d, step.gradient_scale);
  const AverageRange averaged(average, decay);
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < count; i += lanes) {
    // Hardware foresees up to the end of a page.
    constexpr std::int64_t kAhead = 512;
    for (const float* from : std::array<const float*, 4>{g, m, v, w}) {
      __builtin_prefetch(from + i + kAhead);
    }
    const V gradient = hn::Mul(hn::LoadU(d, g + i), scale);
    const V m_new = hn::MulAdd(beta1, hn::LoadU(d, m + i), hn::Mul(rest1, gradient));
    const V v_new =
        hn::MulAdd(beta2, hn::LoadU(d, v + i), hn::Mul(rest2, hn::Mul(gradient, gradient)));
    hn::StoreU(m_new, d, m + i);
    hn::StoreU(v_new, d, v + i);
    const V inverse = inverse_root(d, hn::Mul(v_new, correction2), epsilon);
    const V change = hn::Mul(hn::Mul(rate, m_new), inverse);
    const V weight = hn::Sub(hn::Mul(hn::LoadU(d, w + i), keep), change);
    hn::StoreU(weight, d, w + i);
    averaged.follow(i, weight);
  }
}

void sgd_range(const SgdStep& step, float* w, const float* g, float* velocity, float* average,
               float decay, std::int64_t count) {
  const F d;
  const V momentum = hn::Set(d, step.momentum), scale = hn::Set(d, step.gradient_scale);
  const V rate = hn::Set(d, step.learning_rate), shrinkage = hn::Set(d, step.weight_decay);
  const AverageRange averaged(average, decay);
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < count; i += lanes) {
    const V old = hn::LoadU(d, w + i);
    const V gradient = hn::MulAdd(shrinkage, old, hn::Mul(hn::LoadU(d, g + i), scale));
    const V speed = hn::MulAdd(momentum, hn::LoadU(d, velocity + i), gradient);
    hn::StoreU(speed, d, velocity + i);
    const V weight = hn::NegMulAdd(rate, speed, old);
    hn::StoreU(weight, d, w + i);
    averaged.follow(i, weight);
  }
}

double squares_range(const float* x, std::int64_t count) {
  const F d;
  // Four sums, so that one addition need not wait for the one before.
  V sums[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto add = [&](V& sum, std::int64_t i) HWY_ATTR {
    const V value = hn::LoadU(d, x + i);
    sum = hn::MulAdd(value, value, sum);
  };
  std::int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    add(sums[0], i);
    add(sums[1], i + lanes);
    add(sums[2], i + 2 * lanes);
    add(sums[3], i + 3 * lanes);
  }
  for (; i < count; i += lanes) add(sums[0], i);
  const V total = hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]));
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, total)));
}

}  // namespace elbo::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <array>
#include <cmath>

#include "elbo/base/check.h"
#include "elbo/base/float_mode.h"
#include "elbo/base/threads.h"

namespace elbo::cpu {
namespace {

HWY_EXPORT(adam_range);
HWY_EXPORT(sgd_range);
HWY_EXPORT(squares_range);

/// Parts are a multiple of the padding, and large enough to be worth a thread.
constexpr std::int64_t kGrain = 8192;

std::int64_t checked_length(std::size_t length) {
  ELBO_ASSERT(length % 16 == 0);
  return static_cast<std::int64_t>(length);
}

/// body(i, piece) for each piece, in the thread that its place falls to.
template <typename Body>
void for_each_piece(int threads, const ParameterPass& pass, std::int64_t count, const Body& body) {
  const std::span<const ParameterPiece> pieces = pass.pieces();
  ELBO_ASSERT(pieces.empty() ? count == 0 : pieces.back().end == count);
  parallel_for(threads, threads, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const auto thread = static_cast<std::int64_t>(pieces[i].place * threads);
      if (thread >= first && thread < last) body(i, pieces[i]);
    }
  });
}

/// body(begin, end) on ranges that cover [0, count), each followed by the pass where there is one.
template <typename Body>
void for_each_range(int threads, std::int64_t count, const ParameterPass* pass, const Body& body) {
  if (pass == nullptr) return parallel_for(threads, count, kGrain, body);
  for_each_piece(threads, *pass, count, [&](std::size_t i, const ParameterPiece& piece) {
    body(piece.begin, piece.end);
    pass->follow(i);
  });
}

float* part_of(const MovingAverage& average, std::int64_t begin) {
  return average.values.empty() ? nullptr : average.values.data() + begin;
}

}  // namespace

AdamStep adam_at(std::int64_t number, double learning_rate) {
  AdamStep step{.learning_rate = static_cast<float>(learning_rate)};
  const auto correction = [&](float beta) {
    return static_cast<float>(
        1 / (1 - std::pow(static_cast<double>(beta), static_cast<double>(number + 1))));
  };
  step.correction1 = correction(step.beta1);
  step.correction2 = correction(step.beta2);
  return step;
}

void adam_step(const AdamStep& step, std::span<float> parameters, std::span<const float> gradients,
               std::span<float> moment1, std::span<float> moment2, const MovingAverage& average,
               int threads, const ParameterPass* pass) {
  const FlushSubnormals flush;
  for_each_range(
      threads, checked_length(parameters.size()), pass, [&](std::int64_t begin, std::int64_t end) {
        HWY_DYNAMIC_DISPATCH(adam_range)
        (step, parameters.data() + begin, gradients.data() + begin, moment1.data() + begin,
         moment2.data() + begin, part_of(average, begin), average.decay, end - begin);
      });
}

void sgd_step(const SgdStep& step, std::span<float> parameters, std::span<const float> gradients,
              std::span<float> velocity, const MovingAverage& average, int threads,
              const ParameterPass* pass) {
  const FlushSubnormals flush;
  for_each_range(threads, checked_length(parameters.size()), pass,
                 [&](std::int64_t begin, std::int64_t end) {
                   HWY_DYNAMIC_DISPATCH(sgd_range)
                   (step, parameters.data() + begin, gradients.data() + begin,
                    velocity.data() + begin, part_of(average, begin), average.decay, end - begin);
                 });
}

double sum_of_squares(std::span<const float> x, int threads, const ParameterPass* pass) {
  const FlushSubnormals flush;
  const std::int64_t length = checked_length(x.size());
  const auto squares = [&](std::int64_t begin, std::int64_t end) {
    return HWY_DYNAMIC_DISPATCH(squares_range)(x.data() + begin, end - begin);
  };
  // Parts that don't depend on the number of threads, each in single precision, added in order in
  // double. The array of partial sums is on the stack for any model of ours.
  constexpr std::int64_t kMostParts = 1024;
  double partial[kMostParts];
  std::int64_t parts = pass == nullptr ? 0 : static_cast<std::int64_t>(pass->pieces().size());
  if (parts > 0 && parts <= kMostParts) {
    for_each_piece(threads, *pass, length, [&](std::size_t i, const ParameterPiece& piece) {
      partial[i] = squares(piece.begin, piece.end);
    });
  } else {
    const std::int64_t part = (length / kMostParts / kGrain + 1) * kGrain;
    parts = (length + part - 1) / part;
    ELBO_ASSERT(parts <= kMostParts);
    parallel_for(threads, parts, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        partial[i] = squares(i * part, std::min((i + 1) * part, length));
      }
    });
  }
  double total = 0;
  for (std::int64_t i = 0; i < parts; ++i) total += partial[i];
  return total;
}

}  // namespace elbo::cpu
#endif  // HWY_ONCE
