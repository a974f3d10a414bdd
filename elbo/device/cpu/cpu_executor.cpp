#include "elbo/device/cpu/cpu_executor.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "elbo/base/check.h"
#include "elbo/base/float_mode.h"
#include "elbo/device/cpu/kernel.h"
#include "elbo/device/cpu/micro_kernel.h"
#include "elbo/device/cpu/narrow_values.h"
#include "elbo/device/cpu/operand_copies.h"
#include "elbo/device/cpu/parameter_copies.h"
#include "elbo/device/cpu/tile_ops.h"
#include "elbo/graph/memory.h"
#include "elbo/graph/parameters.h"
#include "elbo/tensor/arena.h"

namespace elbo {
namespace {

using namespace cpu;

std::vector<Value> values_of(const std::vector<PlanOutput>& outputs) {
  std::vector<Value> values;
  for (const PlanOutput& output : outputs) values.push_back(output.value);
  return values;
}

class CpuExecutor : public Executor {
 public:
  CpuExecutor(const Graph& graph, const std::vector<PlanOutput>& outputs, const float* parameters,
              const CpuOptions& options)
      : fusion_(fuse(graph, values_of(outputs))),
        addresses_(static_cast<std::size_t>(graph.size()), nullptr),
        context_{.graph = graph,
                 .fusion = fusion_,
                 .addresses = addresses_,
                 .copies = operand_copies_,
                 .batch_size = options.batch_size,
                 .threads = options.threads,
                 .precision = options.precision,
                 .parameter_changes = options.parameter_changes,
                 .narrow = narrow_},
        parameter_copies_(graph),
        outputs_(outputs) {
    narrow_ = narrow_values(context_, outputs);
    bind_parameters(parameters);
    place_outputs();
    make_kernels();
    book();
  }

  void bind_input(NodeId input, const void* data) override {
    // Kernels only read inputs.
    addresses_[index(input)] = static_cast<std::byte*>(const_cast<void*>(data));
  }

  void run(const RunContext& context) override {
    const FlushSubnormals flush;
    if (profiling_) {
      run_profiled(context);
    } else {
      for (const Step& step : steps_) {
        if (!step.is_kept || kept_is_stale_) step.kernel->run(context);
      }
    }
    kept_is_stale_ = false;
    for (const OutputCopy& copy : copies_) {
      std::memcpy(copy.target, addresses_[index(copy.source)],
                  static_cast<std::size_t>(copy.count) * sizeof(float));
    }
  }

  std::span<const float> output(std::size_t i) const override {
    const NodeId id = outputs_[i].value.id();
    const float* data =
        outputs_[i].target != nullptr ? outputs_[i].target : context_.buffer(id).floats();
    return {data, static_cast<std::size_t>(context_.count(id))};
  }

  const ParameterPass* parameter_pass() const override {
    return context_.parameter_changes == ParameterChanges::told ? &parameter_copies_ : nullptr;
  }
  void parameters_changed() override { kept_is_stale_ = true; }

  void set_profiling(bool on) override { profiling_ = on; }

  PlanSummary summary() const override {
    PlanSummary summary{.device = "cpu, " + cpu_instructions() + ", " +
                                  std::to_string(context_.threads) +
                                  (context_.threads == 1 ? " thread" : " threads"),
                        .kernels = {},
                        .arena_bytes = static_cast<std::int64_t>(arena_.size_bytes()),
                        .parameter_bytes = ParameterLayout(context_.graph).size() * 4};
    for (const Step& step : steps_) {
      KernelSummary line = step.kernel->summary();
      if (step.is_kept) line.detail += " (kept)";
      line.seconds = step.seconds;
      if (std::isfinite(step.fastest_seconds)) line.fastest_seconds = step.fastest_seconds;
      line.runs = runs_;
      summary.flops += line.flops;
      summary.kernels.push_back(std::move(line));
    }
    return summary;
  }

 private:
  /// An output whose value can't be written to its target by the kernel that makes it.
  struct OutputCopy {
    NodeId source;
    float* target;
    std::int64_t count;
  };
  /// Memory, and who is told where it is.
  struct Booking {
    std::function<void(std::byte*)> place;
    Lifetime lifetime;
  };
  /// A kernel, and its time in terms of groups, which lifetimes count in.
  struct Step {
    std::unique_ptr<Kernel> kernel;
    int time;
    /// What it makes stays from run to run.
    bool is_kept = false;
    double seconds = 0;
    double fastest_seconds = std::numeric_limits<double>::infinity();
  };

  static std::size_t index(NodeId id) { return static_cast<std::size_t>(id); }

  void bind_parameters(const float* parameters) {
    if (parameters == nullptr) return;
    const ParameterLayout layout(context_.graph);
    for (std::size_t i = 0; i < layout.slots().size(); ++i) {
      addresses_[index(context_.graph.parameters()[i])] =
          reinterpret_cast<std::byte*>(const_cast<float*>(parameters + layout.slots()[i].offset));
    }
  }

  /// The first output with a target that a kernel makes is written there by the kernel itself.
  void place_outputs() {
    for (const PlanOutput& output : outputs_) {
      if (output.target == nullptr) continue;
      const NodeId root = context_.root(output.value.id());
      if (addresses_[index(root)] == nullptr && !is_leaf(context_.node(root).op)) {
        addresses_[index(root)] = reinterpret_cast<std::byte*>(output.target);
      } else {
        copies_.push_back({root, output.target, context_.count(root)});
      }
    }
  }

  /// A kernel is made before the copies that it asks for, and runs after them.
  void make_kernels() {
    std::size_t made = 0;
    for (std::size_t i = 0; i < fusion_.groups.size(); ++i) {
      const int time = static_cast<int>(i);
      operand_copies_.begin_group(time);
      std::unique_ptr<Kernel> kernel = make_kernel(fusion_.groups[i]);
      for (; made < operand_copies_.all().size(); ++made) {
        const OperandCopies::Copy& copy = operand_copies_.all()[made];
        std::unique_ptr<CopyKernel> copy_kernel = make_copy_operand_kernel(context_, copy);
        if (follows(copy)) parameter_copies_.add(copy, *copy_kernel);
        steps_.push_back({std::move(copy_kernel), time, is_kept(copy)});
      }
      steps_.push_back({std::move(kernel), time});
    }
    if (parameter_pass() != nullptr) parameter_copies_.cut();
  }

  bool follows(const OperandCopies::Copy& copy) const {
    return context_.parameter_changes == ParameterChanges::told && can_follow(context_.graph, copy);
  }
  bool is_kept(const OperandCopies::Copy& copy) const {
    return context_.is_fixed(copy.source) || follows(copy);
  }

  std::unique_ptr<Kernel> make_kernel(const Group& group) const {
    switch (group.kind) {
      case GroupKind::map:
        return make_map_kernel(context_, group);
      case GroupKind::reduction:
        return make_reduction_kernel(context_, group);
      case GroupKind::random:
        return make_random_kernel(context_, group);
      case GroupKind::copy:
        return make_copy_kernel(context_, group);
      case GroupKind::contraction:
        break;
    }
    return context_.node(group.nodes.front()).op == Op::matmul ? make_matmul_kernel(context_, group)
                                                               : make_conv_kernel(context_, group);
  }

  /// Every buffer lives from the kernel that writes it to the last that reads it; outputs and
  /// constants live through.
  void book() {
    const int end = static_cast<int>(fusion_.groups.size());
    std::vector<Booking> bookings;
    std::vector<int> booking_of(addresses_.size(), -1);
    const auto open = [&](NodeId id, int first, int last) {
      booking_of[index(id)] = static_cast<int>(bookings.size());
      bookings.push_back({[this, id](std::byte* address) { addresses_[index(id)] = address; },
                          {context_.count(id) * (context_.is_narrow(id) ? 2 : 4), first, last}});
    };
    std::vector<NodeId> constants;
    for (int step = 0; step < end; ++step) {
      const Group& group = fusion_.groups[static_cast<std::size_t>(step)];
      for (const NodeId id : group.results) {
        if (addresses_[index(id)] == nullptr) open(id, step, step);
      }
      for (const NodeId id : group.nodes) {
        for (const NodeId operand : context_.node(id).inputs) {
          const NodeId root = context_.root(operand);
          if (needs_memory(root, group) && booking_of[index(root)] < 0) {
            constants.push_back(root);
            open(root, -1, end);
          }
          const int booking = booking_of[index(root)];
          if (booking < 0) continue;
          int& last = bookings[static_cast<std::size_t>(booking)].lifetime.last;
          last = std::max(last, step);
        }
      }
    }
    for (OperandCopies::Copy& copy : operand_copies_.all()) {
      bookings.push_back({[&copy](std::byte* address) { copy.address = address; },
                          {copy.layout.bytes(), is_kept(copy) ? -1 : copy.first,
                           is_kept(copy) ? end : copy.last}});
    }
    for (const Step& step : steps_) {
      const std::int64_t scratch = step.kernel->scratch_bytes();
      if (scratch == 0) continue;
      Kernel* kernel = step.kernel.get();
      bookings.push_back({[kernel](std::byte* address) { kernel->set_scratch(address); },
                          {scratch, step.time, step.time}});
    }
    for (const PlanOutput& output : outputs_) {
      const NodeId root = context_.root(output.value.id());
      if (context_.node(root).op == Op::constant && booking_of[index(root)] < 0) {
        constants.push_back(root);
        open(root, -1, end);
      }
      const int booking = booking_of[index(root)];
      if (booking >= 0) bookings[static_cast<std::size_t>(booking)].lifetime.last = end;
    }
    allocate(bookings);
    for (const NodeId id : constants) fill_constant(id);
  }

  /// Constants that a map group reads are part of its program when they are one number.
  bool needs_memory(NodeId constant, const Group& reader) const {
    const auto* attributes = std::get_if<ConstantAttributes>(&context_.node(constant).attributes);
    return attributes != nullptr &&
           (reader.kind != GroupKind::map || attributes->values.size() != 1);
  }

  void allocate(const std::vector<Booking>& bookings) {
    std::vector<Lifetime> lifetimes;
    for (const Booking& booking : bookings) lifetimes.push_back(booking.lifetime);
    const MemoryPlan memory = book_memory(lifetimes);
    arena_ = Arena(static_cast<std::size_t>(memory.total_bytes));
    for (std::size_t i = 0; i < bookings.size(); ++i) {
      bookings[i].place(arena_.data() + memory.offsets[i]);
    }
  }

  void fill_constant(NodeId id) {
    const auto& constant = context_.node(id).get<ConstantAttributes>();
    const double scale = std::pow(static_cast<double>(context_.batch_size), constant.batch_power);
    float* target = context_.buffer(id).floats();
    const std::int64_t count = context_.count(id);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::size_t from = constant.values.size() == 1 ? 0 : static_cast<std::size_t>(i);
      target[i] = static_cast<float>(constant.values[from] * scale);
    }
  }

  void run_profiled(const RunContext& context) {
    using Clock = std::chrono::steady_clock;
    ++runs_;
    for (Step& step : steps_) {
      if (step.is_kept && !kept_is_stale_) continue;
      const auto start = Clock::now();
      step.kernel->run(context);
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      step.seconds += seconds;
      step.fastest_seconds = std::min(step.fastest_seconds, seconds);
    }
  }

  Fusion fusion_;
  std::vector<std::byte*> addresses_;
  OperandCopies operand_copies_;
  std::vector<bool> narrow_;
  KernelContext context_;
  ParameterCopies parameter_copies_;
  std::vector<PlanOutput> outputs_;
  std::vector<Step> steps_;
  std::vector<OutputCopy> copies_;
  Arena arena_;
  bool kept_is_stale_ = true;
  bool profiling_ = false;
  std::int64_t runs_ = 0;
};

}  // namespace

std::unique_ptr<Executor> make_cpu_executor(const Graph& graph,
                                            const std::vector<PlanOutput>& outputs,
                                            const float* parameters, const CpuOptions& options) {
  return std::make_unique<CpuExecutor>(graph, outputs, parameters, options);
}

bool cpu_has_bf16_instructions() {
  return cpu::bf16_micro_kernels() != nullptr;
}

std::string cpu_instructions() {
  const cpu::MicroKernels* bf16 = cpu::bf16_micro_kernels();
  return std::string(cpu::instruction_set()) +
         (bf16 == nullptr ? "" : std::string(", ") + bf16->name);
}

}  // namespace elbo
