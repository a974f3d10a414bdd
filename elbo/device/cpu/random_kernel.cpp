// Random numbers: Philox for several counters at once, then Box-Muller for normals. The numbers are
// those of the reference device (reference_kernels.cpp), whatever the vector length and the
// threads.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "elbo/base/philox.h"
#include "elbo/device/cpu/kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "elbo/device/cpu/random_kernel.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>
// After highway.h.
#include <hwy/contrib/math/math-inl.h>

#ifndef ELBO_RANDOM_KERNEL_TYPES
#define ELBO_RANDOM_KERNEL_TYPES
namespace elbo::cpu {

/// Blocks of four words that share everything but the first counter word.
struct PhiloxRow {
  std::uint32_t example, step, stream;
  std::uint64_t key;
};

}  // namespace elbo::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace elbo::cpu::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

void fill_row(const PhiloxRow& row, bool normal, std::uint32_t begin, std::uint32_t end,
              float* result) {
  for (std::uint32_t at = begin; at < end; ++at) {
    const auto words = philox4x32({at / 4, row.example, row.step, row.stream}, row.key);
    const std::uint32_t word = at % 4;
    if (!normal) {
      result[at - begin] = uniform_from_bits(words[word]);
      continue;
    }
    const float radius = std::sqrt(-2 * std::log(1 - uniform_from_bits(words[word / 2 * 2])));
    const float angle = 6.283185307179586f * uniform_from_bits(words[word / 2 * 2 + 1]);
    result[at - begin] = radius * (word % 2 == 0 ? std::cos(angle) : std::sin(angle));
  }
}

#else

namespace hn = hwy::HWY_NAMESPACE;
using F = hn::ScalableTag<float>;
using U = hn::RebindToUnsigned<F>;
using V = hn::Vec<F>;
using W = hn::Vec<U>;

struct Words {
  W word[4];
};

/// High and low halves of a 32 x 32 bit product, lane by lane.
HWY_INLINE void multiply(U d, W a, W b, W& high, W& low) {
  const hn::RepartitionToWide<U> wide;
  const auto even = hn::MulEven(a, b);
  const auto odd = hn::MulEven(hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(wide, a))),
                               hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(wide, b))));
  high = hn::OddEven(hn::BitCast(d, odd), hn::BitCast(d, hn::ShiftRight<32>(even)));
  low = hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd)), hn::BitCast(d, even));
}

/// Lane i: the block with first counter word first + i.
HWY_INLINE Words philox(U d, std::uint32_t first, const PhiloxRow& row) {
  W c0 = hn::Iota(d, first), c1 = hn::Set(d, row.example), c2 = hn::Set(d, row.step),
    c3 = hn::Set(d, row.stream);
  auto key0 = static_cast<std::uint32_t>(row.key);
  auto key1 = static_cast<std::uint32_t>(row.key >> 32);
  const W m0 = hn::Set(d, 0xD2511F53u), m1 = hn::Set(d, 0xCD9E8D57u);
  for (int round = 0; round < 10; ++round) {
    W high0, low0, high1, low1;
    multiply(d, c0, m0, high0, low0);
    multiply(d, c2, m1, high1, low1);
    c0 = hn::Xor(hn::Xor(high1, c1), hn::Set(d, key0));
    c1 = low1;
    c2 = hn::Xor(hn::Xor(high0, c3), hn::Set(d, key1));
    c3 = low0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

HWY_INLINE V uniform(F d, W bits) {
  const hn::RebindToSigned<F> signed_tag;
  const auto small = hn::BitCast(signed_tag, hn::ShiftRight<8>(bits));
  return hn::Mul(hn::ConvertTo(d, small), hn::Set(d, 0x1p-24f));
}

/// Two independent normals from two uniforms.
HWY_INLINE void box_muller(F d, W bits_radius, W bits_angle, V& first, V& second) {
  const V one = hn::Set(d, 1.0f);
  const V log_u = hn::Log(d, hn::Sub(one, uniform(d, bits_radius)));
  const V radius = hn::Sqrt(hn::Mul(hn::Set(d, -2.0f), log_u));
  const V angle = hn::Mul(hn::Set(d, 6.283185307179586f), uniform(d, bits_angle));
  first = hn::Mul(radius, hn::Cos(d, angle));
  second = hn::Mul(radius, hn::Sin(d, angle));
}

/// Elements [begin, end) of one example's row.
void fill_row(const PhiloxRow& row, bool normal, std::uint32_t begin, std::uint32_t end,
              float* result) {
  const F d;
  const U du;
  const auto lanes = static_cast<std::uint32_t>(hn::Lanes(d));
  HWY_ALIGN float block[4 * HWY_MAX_BYTES / sizeof(float)];
  for (std::uint32_t at = begin; at < end;) {
    const Words words = philox(du, at / 4, row);
    V v0, v1, v2, v3;
    if (normal) {
      box_muller(d, words.word[0], words.word[1], v0, v1);
      box_muller(d, words.word[2], words.word[3], v2, v3);
    } else {
      v0 = uniform(d, words.word[0]);
      v1 = uniform(d, words.word[1]);
      v2 = uniform(d, words.word[2]);
      v3 = uniform(d, words.word[3]);
    }
    const std::uint32_t skipped = at % 4;
    const std::uint32_t count = std::min(4 * lanes - skipped, end - at);
    if (count == 4 * lanes) {
      hn::StoreInterleaved4(v0, v1, v2, v3, d, result + (at - begin));
    } else {
      hn::StoreInterleaved4(v0, v1, v2, v3, d, block);
      std::copy_n(block + skipped, count, result + (at - begin));
    }
    at += count;
  }
}

#endif  // HWY_SCALAR

}  // namespace elbo::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "elbo/base/threads.h"

namespace elbo::cpu {
namespace {

HWY_EXPORT(fill_row);

class RandomKernel : public Kernel {
 public:
  RandomKernel(const KernelContext& context, NodeId id)
      : target_(context.buffer(id)),
        normal_(context.node(id).op == Op::random_normal),
        stream_(context.node(id).get<RandomAttributes>().stream),
        per_example_(context.node(id).shape.has_batch()),
        examples_(per_example_ ? context.batch_size : 1),
        length_(context.count(id) / examples_),
        threads_(context.threads),
        detail_(context.node(id).shape.to_string()) {}

  void run(const RunContext& context) override {
    // Whole blocks a thread; a row is split where a block of four words begins.
    constexpr std::int64_t kGrain = 1024;
    const std::int64_t grains_per_row = (length_ + kGrain - 1) / kGrain;
    // Numbers that are worth a thread.
    const std::int64_t numbers = normal_ ? 1024 : 4096;
    const std::int64_t min_grains = std::max<std::int64_t>(1, numbers / std::min(length_, kGrain));
    parallel_for(threads_, examples_ * grains_per_row, min_grains,
                 [&](std::int64_t first, std::int64_t last) {
                   for (std::int64_t i = first; i < last; ++i) {
                     const std::int64_t example = i / grains_per_row;
                     const std::int64_t begin = i % grains_per_row * kGrain;
                     const PhiloxRow row{per_example_ ? context.example_key(example) : 0,
                                         context.step, stream_, context.seed};
                     HWY_DYNAMIC_DISPATCH(fill_row)
                     (row, normal_, static_cast<std::uint32_t>(begin),
                      static_cast<std::uint32_t>(std::min(begin + kGrain, length_)),
                      target_.floats() + example * length_ + begin);
                   }
                 });
  }

  KernelSummary summary() const override {
    return {.name = normal_ ? "random_normal" : "random_uniform",
            .detail = detail_,
            .bytes = 4.0 * static_cast<double>(examples_ * length_)};
  }

 private:
  Buffer target_;
  bool normal_;
  std::uint32_t stream_;
  bool per_example_;
  std::int64_t examples_, length_;
  int threads_;
  std::string detail_;
};

}  // namespace

std::unique_ptr<Kernel> make_random_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<RandomKernel>(context, group.nodes.front());
}

}  // namespace elbo::cpu
#endif  // HWY_ONCE
