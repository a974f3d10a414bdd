// A map group as a small program over tiles: loads bring operands into tiles of one flat index
// range, instructions combine tiles, and results go to memory or into reduced values. Where the
// program reads reduced values back, a tile is made of whole rows, and some tiles hold one number
// for each of them. The program knows no vector instructions; map_kernel.cpp runs it with the
// functions of tile_ops.h.
#pragma once

#include <cstdint>
#include <vector>

#include "elbo/device/cpu/kernel.h"

namespace elbo::cpu {

/// Elements of a tile: small enough that a dozen tiles stay in the first-level cache. A tile of
/// whole rows may have to be larger.
inline constexpr std::int64_t kTileSize = 512;

/// How an operand's elements follow from the flat index: dimensions from outer to inner; the
/// innermost stride is 1 (a run of elements) or 0 (one element repeated).
struct LoadPattern {
  struct Axis {
    std::int64_t extent = 1;
    std::int64_t stride = 1;
    bool operator==(const Axis&) const = default;
  };
  std::vector<Axis> axes;
  bool operator==(const LoadPattern&) const = default;
  /// Length of a run.
  std::int64_t inner() const { return axes.back().extent; }
};

struct MapLoad {
  Buffer source;
  DType dtype = DType::f32;
  LoadPattern pattern;
  /// With gather: row numbers into `source`; the pattern's inner axis is a row.
  bool gathers = false;
  Buffer indices;
  /// The operand's elements are the index space's, one to one, as floats: read in place.
  bool direct = false;
  /// The same in bfloat16.
  bool is_narrow = false;
  /// In bfloat16, and its readers take it as it is.
  bool stays_narrow = false;
  /// The index space is that of the rows.
  bool over_rows = false;
  bool operator==(const MapLoad&) const = default;
};

enum class MapStep : std::uint8_t {
  /// The operation on each element of the tile.
  elements,
  /// The operation on the numbers of the tile's rows.
  rows,
  /// The sum or maximum of each row.
  reduce,
  /// Every row's number, repeated along the row.
  spread,
  /// a times relu's slope at b.
  times_slope,
};

/// Slots name tiles: loads first, then constants, then computed values.
struct MapInstruction {
  MapStep step = MapStep::elements;
  Op op = Op::add;
  int a = 0, b = 0, c = 0;
  int result = 0;
  /// With softplus: where the sigmoid of the same operand goes, or -1.
  int sigmoid = -1;
};

struct MapStore {
  int slot = 0;
  Buffer target;
  /// In bfloat16.
  bool is_narrow = false;
  /// One number a row.
  bool over_rows = false;
};

/// Where nothing reads a reduced value back, tiles may be parts of rows, which add up in memory.
struct MapReduction {
  int slot = 0;
  bool is_max = false;
  Buffer target;
};

/// The sum of each column, complete when all tiles have been.
struct MapColumnSum {
  int slot = 0;
  Buffer target;
};

struct MapProgram {
  std::int64_t count = 0;
  std::vector<MapLoad> loads;
  std::vector<float> constants;
  std::vector<MapInstruction> instructions;
  std::vector<MapStore> stores;
  std::vector<MapReduction> reductions;
  /// Elements that make one reduced value; 1 when nothing is reduced.
  std::int64_t reduced_length = 1;
  /// Reduced values are instructions' results, and there are no `reductions`.
  bool has_whole_rows = false;
  std::vector<MapColumnSum> column_sums;
  /// Numbers of a column sum, a multiple of `reduced_length` or a part of it; 0 without any.
  std::int64_t columns = 0;
  /// For each computed slot: the scratch tile it uses, or -1 when it is written straight to a
  /// store.
  std::vector<int> tiles;
  int tile_count = 0;

  int first_constant() const { return static_cast<int>(loads.size()); }
  int first_computed() const { return first_constant() + static_cast<int>(constants.size()); }
  int slot_count() const { return first_computed() + static_cast<int>(tiles.size()); }
};

MapProgram compile_map(const KernelContext& context, const Group& group);

}  // namespace elbo::cpu
