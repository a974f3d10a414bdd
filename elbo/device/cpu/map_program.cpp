#include "elbo/device/cpu/map_program.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>

#include "elbo/base/check.h"

namespace elbo::cpu {
namespace {

/// Strides of `operand`'s elements over the consumer's index space, adjacent axes merged.
LoadPattern make_pattern(const Extents& operand, const Extents& space) {
  LoadPattern pattern;
  std::int64_t stride = 1;
  const std::size_t skipped = space.size() - operand.size();
  std::vector<LoadPattern::Axis> inner_first;
  for (std::size_t i = space.size(); i-- > 0;) {
    const bool has_axis = i >= skipped;
    const std::int64_t length = has_axis ? operand[i - skipped] : 1;
    if (space[i] == 1) continue;
    const LoadPattern::Axis axis{space[i], length == 1 ? 0 : stride};
    stride *= length;
    if (!inner_first.empty()) {
      LoadPattern::Axis& last = inner_first.back();
      const bool continues =
          last.stride == 0 ? axis.stride == 0 : axis.stride == last.stride * last.extent;
      if (continues) {
        last.extent *= axis.extent;
        continue;
      }
    }
    inner_first.push_back(axis);
  }
  if (inner_first.empty()) inner_first.push_back({1, 0});
  pattern.axes.assign(inner_first.rbegin(), inner_first.rend());
  return pattern;
}

class Compiler {
 public:
  Compiler(const KernelContext& context, const Group& group) : context_(context), group_(group) {}

  MapProgram run() {
    const Node& first = context_.node(group_.nodes.front());
    program_.count = is_reduction(first.op) ? context_.count(first.inputs[0])
                                            : context_.count(group_.nodes.front());
    find_rows();
    // Loads and constants come first in the slot order, so find them before numbering values.
    for (const NodeId id : group_.nodes) collect_operands(id);
    for (const NodeId id : group_.nodes) compile(id);
    pair_softplus_with_sigmoid();
    join_slopes();
    assign_tiles();
    return std::move(program_);
  }

 private:
  void find_rows() {
    for (const NodeId id : group_.nodes) {
      const Node& node = context_.node(id);
      if (sums_columns(id)) {
        program_.columns = context_.count(id);
      } else if (is_reduction(node.op)) {
        program_.reduced_length = program_.count / context_.count(id);
      }
      for (const NodeId operand : node.inputs) {
        const NodeId root = context_.root(operand);
        program_.has_whole_rows |= in_group(root) && context_.count(root) != program_.count;
      }
    }
  }

  bool sums_columns(NodeId id) const {
    const Node& node = context_.node(id);
    return is_reduction(node.op) && !reduces_trailing_axes(context_.graph, node);
  }

  /// True for a map over the numbers of the rows.
  bool is_over_rows(NodeId id) const {
    return program_.has_whole_rows && !is_reduction(context_.node(id).op) &&
           context_.count(id) != program_.count;
  }

  bool in_group(NodeId id) const {
    return std::find(group_.nodes.begin(), group_.nodes.end(), id) != group_.nodes.end();
  }
  bool is_result(NodeId id) const {
    return std::find(group_.results.begin(), group_.results.end(), id) != group_.results.end();
  }

  const ConstantAttributes* splat(NodeId id) const {
    const auto* constant =
        std::get_if<ConstantAttributes>(&context_.node(context_.root(id)).attributes);
    return constant != nullptr && constant->values.size() == 1 ? constant : nullptr;
  }

  float constant_value(NodeId id) const {
    const ConstantAttributes& constant = *splat(id);
    return static_cast<float>(
        constant.values[0] *
        std::pow(static_cast<double>(context_.batch_size), constant.batch_power));
  }

  MapLoad make_load(NodeId consumer, NodeId operand) const {
    MapLoad load{.source = context_.buffer(operand),
                 .dtype = context_.node(context_.root(operand)).dtype,
                 .pattern = {},
                 .indices = {}};
    const Extents space = is_reduction(context_.node(consumer).op) ? context_.extents(operand)
                                                                   : context_.extents(consumer);
    load.pattern = make_pattern(context_.extents(operand), space);
    load.over_rows = is_over_rows(consumer);
    const bool is_whole = context_.count(operand) == element_count(space);
    load.is_narrow = context_.is_narrow(context_.root(operand));
    load.direct = load.dtype == DType::f32 && is_whole && !load.is_narrow;
    ELBO_ASSERT(is_whole || !load.is_narrow);
    return load;
  }

  MapLoad make_gather(const Node& node) const {
    const std::int64_t columns = context_.extents(node.inputs[0])[1];
    return {.source = context_.buffer(node.inputs[0]),
            .dtype = context_.node(context_.root(node.inputs[0])).dtype,
            .pattern = {.axes = {{program_.count / columns, columns}, {columns, 1}}},
            .gathers = true,
            .indices = context_.buffer(node.inputs[1])};
  }

  int load_slot(const MapLoad& load) {
    const auto found = std::find(program_.loads.begin(), program_.loads.end(), load);
    if (found != program_.loads.end()) return static_cast<int>(found - program_.loads.begin());
    program_.loads.push_back(load);
    return static_cast<int>(program_.loads.size()) - 1;
  }

  int constant_slot(float value) {
    // By their bits: a NaN equals itself, and 0 is not -0.
    auto found = std::ranges::find(program_.constants, std::bit_cast<std::uint32_t>(value),
                                   [](float known) { return std::bit_cast<std::uint32_t>(known); });
    if (found == program_.constants.end()) {
      program_.constants.push_back(value);
      found = program_.constants.end() - 1;
    }
    return program_.first_constant() + static_cast<int>(found - program_.constants.begin());
  }

  void collect_operands(NodeId id) {
    const Node& node = context_.node(id);
    if (node.op == Op::gather) {
      load_slot(make_gather(node));
      return;
    }
    for (const NodeId operand : node.inputs) {
      if (in_group(context_.root(operand))) continue;
      if (splat(operand) != nullptr) {
        constant_slot(constant_value(operand));
      } else {
        load_slot(make_load(id, operand));
      }
    }
  }

  int slot_of(NodeId consumer, NodeId operand) {
    const NodeId root = context_.root(operand);
    if (const auto found = slots_.find(root); found != slots_.end()) {
      const bool is_row_number = in_group(root) && context_.count(root) != program_.count;
      return is_row_number && !is_over_rows(consumer) ? spread_slot(root) : found->second;
    }
    if (splat(operand) != nullptr) return constant_slot(constant_value(operand));
    return load_slot(make_load(consumer, operand));
  }

  /// The number of each row, along the row; made once for all that read it.
  int spread_slot(NodeId root) {
    const auto [found, is_new] = spread_.try_emplace(root, 0);
    if (is_new) {
      found->second = new_slot();
      program_.instructions.push_back(
          {.step = MapStep::spread, .a = slots_[root], .result = found->second});
    }
    return found->second;
  }

  int new_slot() {
    program_.tiles.push_back(-1);
    return program_.slot_count() - 1;
  }

  void store_result(NodeId id, int slot) {
    if (!is_result(id)) return;
    program_.stores.push_back(
        {.slot = slot,
         .target = context_.buffer(id),
         .is_narrow = context_.is_narrow(id),
         .over_rows = program_.has_whole_rows && context_.count(id) != program_.count});
  }

  void compile_reduction(NodeId id) {
    const Node& node = context_.node(id);
    const int operand = slot_of(id, node.inputs[0]);
    if (sums_columns(id)) {
      program_.column_sums.push_back({.slot = operand, .target = context_.buffer(id)});
      return;
    }
    if (!program_.has_whole_rows) {
      program_.reductions.push_back(
          {.slot = operand, .is_max = node.op == Op::max, .target = context_.buffer(id)});
      return;
    }
    const int result = new_slot();
    slots_[id] = result;
    program_.instructions.push_back(
        {.step = MapStep::reduce, .op = node.op, .a = operand, .result = result});
    store_result(id, result);
  }

  void compile(NodeId id) {
    const Node& node = context_.node(id);
    if (is_reduction(node.op)) return compile_reduction(id);
    MapInstruction instruction{.step = is_over_rows(id) ? MapStep::rows : MapStep::elements,
                               .op = node.op};
    if (node.op == Op::gather) {
      instruction.a = load_slot(make_gather(node));
    } else {
      instruction.a = slot_of(id, node.inputs[0]);
      if (node.inputs.size() > 1) instruction.b = slot_of(id, node.inputs[1]);
      if (node.inputs.size() > 2) instruction.c = slot_of(id, node.inputs[2]);
    }
    const bool copies = node.op == Op::gather || node.op == Op::broadcast_to;
    if (copies && !is_result(id)) {
      slots_[id] = instruction.a;
      return;
    }
    if (copies) instruction.op = Op::broadcast_to;
    instruction.result = new_slot();
    slots_[id] = instruction.result;
    program_.instructions.push_back(instruction);
    store_result(id, instruction.result);
  }

  /// A softplus and a sigmoid of one operand (a Bernoulli loss and its slope) become one
  /// instruction, where the first of them was.
  void pair_softplus_with_sigmoid() {
    std::vector<MapInstruction>& all = program_.instructions;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool is_either = all[i].op == Op::softplus || all[i].op == Op::sigmoid;
      if (!is_either || all[i].sigmoid >= 0) continue;
      const auto other = std::find_if(
          all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end(),
          [&](const MapInstruction& later) {
            return later.a == all[i].a && later.step == all[i].step && later.op != all[i].op &&
                   (later.op == Op::softplus || later.op == Op::sigmoid);
          });
      if (other == all.end()) continue;
      MapInstruction both = all[i].op == Op::softplus ? all[i] : *other;
      both.sigmoid = all[i].op == Op::sigmoid ? all[i].result : other->result;
      all[i] = both;
      all.erase(other);
    }
  }

  /// What is multiplied with relu's slope, (0 < y), and nobody else reads the slope: one
  /// instruction, which takes operands in bfloat16 as they are.
  void join_slopes() {
    std::vector<MapInstruction>& all = program_.instructions;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const MapInstruction slope = all[i];
      if (slope.op != Op::less || slope.step != MapStep::elements || !is_zero(slope.a)) continue;
      if (readers(slope.result) != 1) continue;
      const auto product = std::find_if(all.begin(), all.end(), [&](const MapInstruction& other) {
        return other.op == Op::multiply && other.step == MapStep::elements &&
               (other.a == slope.result || other.b == slope.result);
      });
      if (product == all.end()) continue;
      const int other = product->a == slope.result ? product->b : product->a;
      *product = {
          .step = MapStep::times_slope, .a = other, .b = slope.b, .result = product->result};
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(i--));
    }
    for (std::size_t i = 0; i < program_.loads.size(); ++i) {
      const auto slot = static_cast<int>(i);
      const auto joined = std::ranges::count_if(all, [&](const MapInstruction& reader) {
        return reader.step == MapStep::times_slope && (reader.a == slot || reader.b == slot);
      });
      MapLoad& load = program_.loads[i];
      load.stays_narrow = load.is_narrow && readers(slot) == joined;
    }
  }

  bool is_zero(int slot) const {
    const auto constant = static_cast<std::size_t>(slot - program_.first_constant());
    return constant < program_.constants.size() && program_.constants[constant] == 0;
  }

  /// Instructions and results that read a slot.
  std::int64_t readers(int slot) const {
    const auto reads = [slot](const MapInstruction& reader) {
      const bool is_ternary = reader.op == Op::select;
      return reader.a == slot || reader.b == slot || (is_ternary && reader.c == slot);
    };
    const auto is_of = [slot](const auto& result) { return result.slot == slot; };
    return std::ranges::count_if(program_.instructions, reads) +
           std::ranges::count_if(program_.stores, is_of) +
           std::ranges::count_if(program_.reductions, is_of) +
           std::ranges::count_if(program_.column_sums, is_of);
  }

  /// Scratch tiles for computed values that aren't written straight to memory, reused after their
  /// last reader.
  void assign_tiles() {
    const int first = program_.first_computed();
    std::vector<int> last_use(program_.tiles.size(), -1);
    const int end = static_cast<int>(program_.instructions.size());
    const auto use = [&](int slot, int time) {
      if (slot >= first) last_use[static_cast<std::size_t>(slot - first)] = time;
    };
    for (int time = 0; time < end; ++time) {
      const MapInstruction& instruction = program_.instructions[static_cast<std::size_t>(time)];
      for (const int slot : {instruction.a, instruction.b, instruction.c}) use(slot, time);
    }
    for (const MapReduction& reduction : program_.reductions) use(reduction.slot, end);
    for (const MapColumnSum& sum : program_.column_sums) use(sum.slot, end);
    std::vector<bool> stored(program_.tiles.size(), false);
    for (const MapStore& store : program_.stores) {
      if (store.is_narrow) use(store.slot, end);
      stored[static_cast<std::size_t>(store.slot - first)] = !store.is_narrow;
    }

    std::vector<int> free;
    for (int time = 0; time < end; ++time) {
      const MapInstruction& instruction = program_.instructions[static_cast<std::size_t>(time)];
      const auto release_operands = [&] {
        for (std::size_t value = 0; value < last_use.size(); ++value) {
          if (last_use[value] == time && program_.tiles[value] >= 0)
            free.push_back(program_.tiles[value]);
        }
      };
      // A tile may be overwritten by the instruction that reads it last, which goes element by
      // element, or reads a whole row before it writes the row's number; but not by a spread.
      const bool in_place = instruction.step != MapStep::spread;
      if (in_place) release_operands();
      for (const int result : {instruction.result, instruction.sigmoid}) {
        if (result < 0) continue;
        const auto value = static_cast<std::size_t>(result - first);
        if (stored[value]) continue;
        if (free.empty()) free.push_back(program_.tile_count++);
        program_.tiles[value] = free.back();
        free.pop_back();
      }
      if (!in_place) release_operands();
    }
  }

  const KernelContext& context_;
  const Group& group_;
  MapProgram program_;
  std::unordered_map<NodeId, int> slots_;
  /// Of values that are numbers of rows: their tiles along the rows.
  std::unordered_map<NodeId, int> spread_;
};

}  // namespace

MapProgram compile_map(const KernelContext& context, const Group& group) {
  return Compiler(context, group).run();
}

}  // namespace elbo::cpu
