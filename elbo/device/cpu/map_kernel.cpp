// Runs a map program tile by tile, tiles split between threads. Nothing depends on how they are
// split: a reduced value is always summed by one thread, over the same tiles; a sum over all rows
// is made of blocks of rows, each summed by one thread.
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "elbo/base/check.h"
#include "elbo/base/threads.h"
#include "elbo/device/cpu/map_program.h"
#include "elbo/device/cpu/row_blocks.h"
#include "elbo/device/cpu/tile_ops.h"

namespace elbo::cpu {
namespace {

/// Below this many element operations a second thread costs more than it brings.
constexpr std::int64_t kWorkPerThread = 16384;
/// Tiles are cut at the ends of runs at least this long, so that runs are read in place.
constexpr std::int64_t kLongRun = 128;
/// The numbers of rows may need a tile along the rows as well.
constexpr int kMaxSlots = 2 * kMaxGroupValues;

class MapKernel : public Kernel {
 public:
  MapKernel(MapProgram program, std::string detail, int threads)
      : program_(std::move(program)), detail_(std::move(detail)) {
    ELBO_ASSERT(program_.slot_count() <= kMaxSlots);
    for (const MapLoad& load : program_.loads) {
      if (load.direct || load.is_narrow || load.over_rows) continue;
      const std::int64_t inner = load.pattern.inner();
      if (inner >= kLongRun && inner < program_.count) row_length_ = std::max(row_length_, inner);
    }
    const std::int64_t reduced = program_.reduced_length;
    if (program_.has_whole_rows) tile_size_ = std::max(kTileSize, reduced);
    // Rows that fit in a tile are never cut, longer ones start with a tile: what is added up with
    // what must not depend on where a thread's part begins.
    const bool rows_fit = reduced <= tile_size_;
    tile_length_ = rows_fit ? tile_size_ / reduced * reduced : tile_size_;
    if (rows_fit ? row_length_ % reduced != 0 : row_length_ == 0 || reduced % row_length_ != 0) {
      row_length_ = rows_fit ? 0 : reduced;
    }
    grain_ = std::max({reduced, row_length_, tile_length_});
    if (reduced > 1) grain_ = std::max(reduced, tile_length_ / reduced * reduced);
    if (program_.columns > 0) fit_tiles_to_columns();
    const std::int64_t work =
        program_.count * static_cast<std::int64_t>(1 + program_.instructions.size());
    threads_ = static_cast<int>(std::clamp<std::int64_t>(work / kWorkPerThread, 1, threads));
    pieces_ = threads_;
    if (program_.columns > 0) {
      const std::int64_t rows = program_.count / longest_row();
      pieces_ = std::max(row_blocks(rows), std::min<std::int64_t>(rows, 2));
    }
    for (const MapLoad& load : program_.loads) is_same_in_tiles_.push_back(is_same_in_tiles(load));
  }

  std::int64_t scratch_bytes() const override {
    return (first_sum() + pieces_ * sums_per_piece()) * static_cast<std::int64_t>(sizeof(float));
  }

  void set_scratch(std::byte* scratch) override { scratch_ = reinterpret_cast<float*>(scratch); }

  void run(const RunContext&) override {
    // Scratch is shared with other kernels, so constants are laid out anew each time.
    float* constants = scratch_ + first_constant();
    for (std::size_t i = 0; i < program_.constants.size(); ++i) {
      functions_.fill(program_.constants[i], constants + static_cast<std::int64_t>(i) * tile_size_,
                      static_cast<std::size_t>(std::min(tile_size_, program_.count)));
    }
    parallel_for(threads_, threads_, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t part = first; part < last; ++part) {
        const std::int64_t end = pieces_ * (part + 1) / threads_;
        for (std::int64_t piece = pieces_ * part / threads_; piece < end; ++piece) {
          run_piece(piece, scratch_ + part * tiles_per_thread() * tile_size_, constants);
        }
      }
    });
    for (std::size_t i = 0; i < program_.column_sums.size(); ++i) add_up_columns(i);
  }

  KernelSummary summary() const override {
    double bytes = 0;
    for (const MapLoad& load : program_.loads) {
      const std::int64_t all = load.over_rows ? rows_in(program_.count) : program_.count;
      bytes += static_cast<double>(load.is_narrow ? 2 : size_of(load.dtype)) *
               static_cast<double>(
                   load.direct || load.is_narrow || load.gathers ? all : load.pattern.inner());
    }
    for (const MapStore& store : program_.stores) {
      bytes += (store.is_narrow ? 2.0 : 4.0) *
               static_cast<double>(store.over_rows ? rows_in(program_.count) : program_.count);
    }
    const bool reduces =
        !program_.reductions.empty() || program_.has_whole_rows || program_.columns > 0;
    return {.name = reduces ? "map+reduce" : "map",
            .detail = detail_,
            .flops = static_cast<double>(program_.count) *
                     static_cast<double>(program_.instructions.size()),
            .bytes = bytes};
  }

 private:
  std::int64_t tiles_per_thread() const {
    return program_.tile_count + static_cast<std::int64_t>(program_.loads.size());
  }
  /// Where the constants and the pieces' column sums begin in the scratch memory.
  std::int64_t first_constant() const { return tiles_per_thread() * threads_ * tile_size_; }
  std::int64_t first_sum() const {
    return first_constant() + static_cast<std::int64_t>(program_.constants.size()) * tile_size_;
  }
  std::int64_t sums_per_piece() const {
    return static_cast<std::int64_t>(program_.column_sums.size()) * program_.columns;
  }
  float* sums_of(std::int64_t piece) const {
    return scratch_ + first_sum() + piece * sums_per_piece();
  }

  /// The first element of a piece: of a block of rows where columns are summed, of a thread's share
  /// otherwise.
  std::int64_t begin_of(std::int64_t piece) const {
    if (program_.columns > 0) {
      const std::int64_t row = longest_row();
      return program_.count / row * piece / pieces_ * row;
    }
    const std::int64_t grains = (program_.count + grain_ - 1) / grain_;
    return std::min(grains * piece / pieces_ * grain_, program_.count);
  }

  /// Of the rows that are reduced and those that are summed up: one is made of the other.
  std::int64_t longest_row() const { return std::max(program_.columns, program_.reduced_length); }

  /// Makes tiles of whole rows of columns, or parts of one such row.
  void fit_tiles_to_columns() {
    const std::int64_t columns = program_.columns;
    if (columns > tile_length_) {
      if (row_length_ == 0 || columns % row_length_ != 0) row_length_ = columns;
      return;
    }
    tile_length_ = tile_length_ / columns * columns;
    if (row_length_ % columns != 0) {
      row_length_ = program_.reduced_length > tile_length_ ? program_.reduced_length : 0;
    }
  }

  /// True for a short run that repeats, such as a number for each channel, where every tile begins
  /// with the run: a tile of it is good for all tiles.
  bool is_same_in_tiles(const MapLoad& load) const {
    const std::vector<LoadPattern::Axis>& axes = load.pattern.axes;
    if (load.direct || load.is_narrow || load.gathers || load.over_rows) return false;
    if (axes.size() != 2 || axes[0].stride != 0 || axes[1].stride != 1) return false;
    const std::int64_t inner = load.pattern.inner();
    const std::int64_t step = program_.columns > 0 ? longest_row() : grain_;
    return tile_length_ % inner == 0 && row_length_ % inner == 0 && step % inner == 0;
  }

  void run_piece(std::int64_t piece, float* tiles, float* constants) const {
    const std::int64_t begin = begin_of(piece), end = begin_of(piece + 1);
    if (begin >= end) return;
    for (const MapReduction& reduction : program_.reductions) {
      const float start = reduction.is_max ? -std::numeric_limits<float>::infinity() : 0.0f;
      functions_.fill(start, reduction.target.floats() + rows_in(begin),
                      static_cast<std::size_t>(rows_in(end - begin)));
    }
    std::array<float*, kMaxSlots> slots;
    for (std::size_t i = 0; i < program_.constants.size(); ++i) {
      slots[static_cast<std::size_t>(program_.first_constant()) + i] =
          constants + static_cast<std::int64_t>(i) * tile_size_;
    }
    for (std::size_t i = 0; i < program_.loads.size(); ++i) {
      if (!is_same_in_tiles_[i]) continue;
      slots[i] = load(program_.loads[i], begin, tile_length_, load_tile(tiles, i));
    }
    functions_.fill(0, sums_of(piece), static_cast<std::size_t>(sums_per_piece()));
    std::int64_t length = 0;
    for (std::int64_t at = begin; at < end; at += length) {
      length = std::min(tile_length_, end - at);
      if (row_length_ > 0) length = std::min(length, row_length_ - at % row_length_);
      run_tile(at, length, tiles, slots);
      float* sums = sums_of(piece);
      for (const MapColumnSum& sum : program_.column_sums) {
        accumulate_columns(slots[static_cast<std::size_t>(sum.slot)], at, length, sums);
        sums += program_.columns;
      }
    }
  }

  float* load_tile(float* tiles, std::size_t load) const {
    return tiles + (program_.tile_count + static_cast<std::int64_t>(load)) * tile_size_;
  }

  void run_tile(std::int64_t begin, std::int64_t length, float* tiles,
                std::array<float*, kMaxSlots>& slots) const {
    for (std::size_t i = 0; i < program_.loads.size(); ++i) {
      if (is_same_in_tiles_[i]) continue;
      const MapLoad& operand = program_.loads[i];
      float* tile = load_tile(tiles, i);
      slots[i] = operand.over_rows ? load(operand, rows_in(begin), rows_in(length), tile)
                                   : load(operand, begin, length, tile);
    }
    const auto first = static_cast<std::size_t>(program_.first_computed());
    for (std::size_t i = 0; i < program_.tiles.size(); ++i) {
      if (program_.tiles[i] >= 0) slots[first + i] = tiles + program_.tiles[i] * tile_size_;
    }
    for (const MapStore& store : program_.stores) {
      if (store.is_narrow) continue;
      slots[static_cast<std::size_t>(store.slot)] =
          store.target.floats() + (store.over_rows ? rows_in(begin) : begin);
    }
    for (const MapInstruction& instruction : program_.instructions) {
      execute(instruction, length, slots);
    }
    for (const MapStore& store : program_.stores) {
      if (!store.is_narrow) continue;
      functions_.to_bf16(slots[static_cast<std::size_t>(store.slot)],
                         store.target.as<std::uint16_t>() + begin,
                         static_cast<std::size_t>(length));
    }
    for (const MapReduction& reduction : program_.reductions) {
      reduce(reduction, slots[static_cast<std::size_t>(reduction.slot)], begin, length);
    }
  }

  void execute(const MapInstruction& instruction, std::int64_t length,
               const std::array<float*, kMaxSlots>& slots) const {
    const auto tile = [&](int slot) { return slots[static_cast<std::size_t>(slot)]; };
    const float* a = tile(instruction.a);
    float* result = tile(instruction.result);
    const auto rows = static_cast<std::size_t>(rows_in(length));
    const auto row_length = static_cast<std::size_t>(program_.reduced_length);
    if (instruction.step == MapStep::reduce) {
      const bool is_max = instruction.op == Op::max;
      return (is_max ? functions_.max_rows : functions_.sum_rows)(a, rows, row_length, result);
    }
    if (instruction.step == MapStep::spread) {
      return functions_.spread_rows(a, rows, row_length, result);
    }
    if (instruction.step == MapStep::times_slope) {
      const auto function =
          functions_.times_slope[stays_narrow(instruction.a)][stays_narrow(instruction.b)];
      return function(a, tile(instruction.b), result, static_cast<std::size_t>(length));
    }
    const auto count = instruction.step == MapStep::rows ? rows : static_cast<std::size_t>(length);
    if (instruction.sigmoid >= 0) {
      functions_.softplus_and_sigmoid(a, result, tile(instruction.sigmoid), count);
      return;
    }
    functions_.map[static_cast<std::size_t>(instruction.op)](a, tile(instruction.b),
                                                             tile(instruction.c), result, count);
  }

  bool stays_narrow(int slot) const {
    const auto load = static_cast<std::size_t>(slot);
    return load < program_.loads.size() && program_.loads[load].stays_narrow;
  }

  std::int64_t rows_in(std::int64_t elements) const { return elements / program_.reduced_length; }

  void reduce(const MapReduction& reduction, const float* tile, std::int64_t begin,
              std::int64_t length) const {
    const std::int64_t reduced = program_.reduced_length;
    for (std::int64_t at = 0; at < length;) {
      const std::int64_t row = (begin + at) / reduced;
      const std::int64_t piece = std::min(length - at, (row + 1) * reduced - (begin + at));
      float& target = reduction.target.floats()[row];
      const auto count = static_cast<std::size_t>(piece);
      if (reduction.is_max) {
        const float largest = functions_.max(tile + at, count);
        target = largest <= target || target != target ? target : largest;  // a NaN stays
      } else {
        target += functions_.sum(tile + at, count);
      }
      at += piece;
    }
  }

  void accumulate_columns(const float* tile, std::int64_t begin, std::int64_t length,
                          float* sums) const {
    const std::int64_t column = begin % program_.columns;
    const std::int64_t rows = std::max<std::int64_t>(1, length / program_.columns);
    functions_.accumulate_rows(tile, static_cast<std::size_t>(rows),
                               static_cast<std::size_t>(length / rows), sums + column);
  }

  void add_up_columns(std::size_t sum) const {
    const auto columns = static_cast<std::size_t>(program_.columns);
    float* target = program_.column_sums[sum].target.floats();
    std::memcpy(target, sums_of(0) + sum * columns, columns * sizeof(float));
    for (std::int64_t piece = 1; piece < pieces_; ++piece) {
      functions_.accumulate(sums_of(piece) + sum * columns, target, columns);
    }
  }

  /// The operand's elements for flat indices [begin, begin + length): in place, or copied to
  /// `tile`.
  float* load(const MapLoad& load, std::int64_t begin, std::int64_t length, float* tile) const {
    if (load.direct) return load.source.floats() + begin;
    if (load.stays_narrow) {
      return reinterpret_cast<float*>(load.source.as<std::uint16_t>() + begin);
    }
    if (load.is_narrow) {
      functions_.from_bf16(load.source.as<std::uint16_t>() + begin, tile,
                           static_cast<std::size_t>(length));
      return tile;
    }
    const std::vector<LoadPattern::Axis>& axes = load.pattern.axes;
    const std::int64_t inner = load.pattern.inner();
    const bool repeats = axes.back().stride == 0;
    for (std::int64_t at = 0; at < length;) {
      const std::int64_t within = (begin + at) % inner;
      const std::int64_t piece = std::min(length - at, inner - within);
      std::int64_t row = (begin + at) / inner;
      std::int64_t offset = repeats ? 0 : within;
      if (load.gathers) {
        offset += load.indices.as<std::int32_t>()[row] * axes.front().stride;
      } else {
        for (std::size_t axis = axes.size() - 1; axis-- > 0;) {
          offset += row % axes[axis].extent * axes[axis].stride;
          row /= axes[axis].extent;
        }
      }
      const auto count = static_cast<std::size_t>(piece);
      if (repeats) {
        functions_.fill(element(load, offset), tile + at, count);
      } else if (load.dtype == DType::u8) {
        functions_.from_u8(load.source.as<std::uint8_t>() + offset, tile + at, count);
      } else if (load.dtype == DType::i32) {
        const std::int32_t* source = load.source.as<std::int32_t>() + offset;
        std::transform(source, source + piece, tile + at,
                       [](std::int32_t x) { return static_cast<float>(x); });
      } else if (piece == length) {
        return load.source.floats() + offset;
      } else {
        std::memcpy(tile + at, load.source.floats() + offset, count * sizeof(float));
      }
      at += piece;
    }
    return tile;
  }

  static float element(const MapLoad& load, std::int64_t offset) {
    switch (load.dtype) {
      case DType::u8:
        return static_cast<float>(load.source.as<std::uint8_t>()[offset]);
      case DType::i32:
        return static_cast<float>(load.source.as<std::int32_t>()[offset]);
      default:
        return load.source.floats()[offset];
    }
  }

  MapProgram program_;
  std::string detail_;
  const TileFunctions& functions_ = tile_functions();
  /// For each load.
  std::vector<bool> is_same_in_tiles_;
  std::int64_t row_length_ = 0;
  /// Floats that a tile has room for, and those that are used.
  std::int64_t tile_size_ = kTileSize;
  std::int64_t tile_length_ = kTileSize;
  std::int64_t grain_ = 1;
  int threads_ = 1;
  /// Parts of the index space that one thread goes through: a share for each thread, or blocks of
  /// rows, whatever the threads, where columns are summed.
  std::int64_t pieces_ = 1;
  float* scratch_ = nullptr;
};

std::string listing(const KernelContext& context, const Group& group) {
  std::string text;
  for (const NodeId id : group.nodes) {
    text += name_of(context.node(id).op);
    text += ' ';
  }
  return text + context.node(group.nodes.front()).shape.to_string();
}

}  // namespace

std::unique_ptr<Kernel> make_map_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<MapKernel>(compile_map(context, group), listing(context, group),
                                     context.threads);
}

}  // namespace elbo::cpu
