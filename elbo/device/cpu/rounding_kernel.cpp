// Copies of a product's operand in bfloat16: made once, read by every product that wants it.
#include "elbo/base/threads.h"
#include "elbo/device/cpu/kernel.h"
#include "elbo/device/cpu/tile_ops.h"

namespace elbo::cpu {
namespace {

class RoundingKernel : public Kernel {
 public:
  RoundingKernel(const KernelContext& context, NodeId id)
      : source_(context.buffer(id)),
        target_(context.rounded(id)),
        count_(context.count(id)),
        emulated_(context.precision == Precision::bf16_emulated),
        threads_(context.threads),
        what_(context.node(id).shape.to_string()) {}

  void run(const RunContext&) override {
    constexpr std::int64_t kGrain = 16384;
    parallel_for(threads_, count_, kGrain, [&](std::int64_t begin, std::int64_t end) {
      const float* source = source_.floats() + begin;
      const auto count = static_cast<std::size_t>(end - begin);
      if (emulated_) {
        tile_functions().round_to_bf16(source, target_.floats() + begin, count);
      } else {
        tile_functions().to_bf16(source, target_.as<std::uint16_t>() + begin, count);
      }
    });
  }

  KernelSummary summary() const override {
    return {.name = "to_bf16",
            .detail = what_ + (emulated_ ? " (emulated)" : ""),
            .bytes = static_cast<double>(count_) * (emulated_ ? 8 : 6)};
  }

 private:
  Buffer source_, target_;
  std::int64_t count_;
  bool emulated_;
  int threads_;
  std::string what_;
};

}  // namespace

std::unique_ptr<Kernel> make_rounding_kernel(const KernelContext& context, NodeId id) {
  return std::make_unique<RoundingKernel>(context, id);
}

}  // namespace elbo::cpu
