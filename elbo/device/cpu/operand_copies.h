// The copies of values that products read: in another precision, or in the order in which a
// product walks through them. A kernel asks for the layout it wants while it is made; the plan
// makes each copy once, when it is first needed, for all the products that ask for the same.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "elbo/device/cpu/kernel.h"
#include "elbo/device/cpu/micro_kernel.h"
#include "elbo/device/cpu/pack.h"

namespace elbo::cpu {

enum class Layout : std::uint8_t {
  /// Rows one after the other. In words of bfloat16 each row ends with a whole word.
  rows,
  /// For A, in words of bfloat16: the same of the transposed matrix.
  rows_of_transpose,
  /// For B: panels as wide as a tile of the product, one after the other; in a panel, row after
  /// row; the last panel is filled up with zeros. Words of bfloat16 pair rows 2i and 2i + 1 of a
  /// matrix, and the last with zeros where their number is odd.
  panels,
  /// The same of the transposed matrix.
  panels_of_transpose,
  /// The same of a convolution's weights, a matrix for each place of the window: in a panel, the
  /// transposed matrices one after the other, in the order of tap_order().
  panels_of_taps,
  /// For products whose inner dimension is the pixels of all images, in words of bfloat16 that pair
  /// a pixel of images 2n and 2n + 1. Images lie in planes that are larger than they are, filled up
  /// with zeros. For B: panels of channels; row (n, y, x) of a panel is a pixel of the plane.
  image_pairs,
  /// For A: a row for each (phase, channel), along which the plane's pixels are neighbours. A phase
  /// is those pixels whose padded coordinates leave the same remainders by the stride, so that
  /// what windows have at one place of theirs is a row, from some word on.
  phases_of_image_pairs,
  /// For A, in words of bfloat16: a row for each window of each image, what it sees, one row of
  /// pixels after the other.
  patches,
};

/// stride * channels, at most, of layout phases_of_image_pairs.
inline constexpr std::int64_t kMostPhaseWords = 4096;

/// How numbers are stored, and what is lost.
enum class Words : std::uint8_t {
  floats,
  /// Floats, rounded to bfloat16.
  rounded_floats,
  /// Pairs of bfloat16.
  bf16,
};

/// A copy of a value that is seen as matrices one after the other, each rows by columns in memory.
struct OperandLayout {
  Layout layout = Layout::rows;
  Words words = Words::floats;
  std::int64_t rows = 0, columns = 0, matrices = 1;
  /// Zeros around each matrix, counted in rows and in elements (phases_of_image_pairs: above and
  /// before; what is below and after follows from the plane).
  std::int64_t above = 0, below = 0, before = 0, after = 0;
  /// Layouts of image pairs and patches, whose matrices are images (rows, columns / channels,
  /// channels); of patches the plane is that of the windows.
  std::int64_t channels = 1, plane_height = 0, plane_width = 0;
  /// Layouts panels_of_taps, which needs no height, and patches: the window. The stride, of phases
  /// as well.
  std::int64_t window_height = 1, window_width = 1, stride = 1;
  /// Panels: the columns (or channels) are so many groups of neighbours, and each is laid out as if
  /// it were all there is, one after the other.
  std::int64_t groups = 1;
  /// Words along the inner dimension are filled up with zeros to a multiple of it. (Matrices one
  /// after the other have none: in a product their inner dimensions are one.)
  std::int64_t inner_unit = 1;

  bool operator==(const OperandLayout&) const = default;

  /// Words along the inner dimension of the matrices that are read, for so many numbers.
  std::int64_t inner_words(std::int64_t numbers) const;
  bool has_frame() const { return above + below + before + after > 0; }
  /// Words of a row, zeros included.
  std::int64_t row_words() const;
  /// Layout rows: words from one matrix to the next, zeros and a gap included.
  std::int64_t matrix_words() const;
  /// Words of a panel, and of the panels of a group, the same for each.
  std::int64_t panel_words(int panel_columns) const;
  std::int64_t group_words(int panel_columns) const;
  /// Layouts of image pairs: the pairs, and the pixels of all planes, filled up to the unit.
  std::int64_t pairs() const { return (matrices + 1) / 2; }
  std::int64_t inner_pixels() const;
  std::int64_t bytes() const;
  /// Some rows of the source can be laid out without the others.
  bool goes_by_rows() const;
  /// For the plan's listing.
  std::string to_string() const;
};

/// The places (row * width + column) of a convolution's window: those whose row and column leave
/// the same remainders by the stride follow one another, the last of them first.
std::vector<std::int64_t> tap_order(std::int64_t height, std::int64_t width, std::int64_t stride);

struct Product;

/// The copy of a value that a product reads as B, in panels; tells the product how they lie, groups
/// included. The product's kernels must be those of the layout's words.
Buffer request_panels(const KernelContext& context, NodeId id, const OperandLayout& layout,
                      Product& product);

/// The words of products in a precision.
Words words_of(Precision precision);
/// The micro-kernels for such words.
const MicroKernels& micro_kernels_for(Words words);
/// ", bf16" or the like after a product's sizes in the plan's listing; nothing for floats.
std::string note_on(Words words);

class OperandCopies {
 public:
  struct Copy {
    NodeId source;
    OperandLayout layout;
    /// The groups that ask for it first and last.
    int first, last;
    std::byte* address = nullptr;
  };

  /// What is asked for from now on belongs to this group.
  void begin_group(int group) { group_ = group; }
  /// Where the copy of a root's value will be.
  Buffer request(NodeId root, const OperandLayout& layout);
  /// All of them, in the order in which they were first asked for.
  std::deque<Copy>& all() { return copies_; }

 private:
  std::deque<Copy> copies_;
  int group_ = 0;
};

/// Makes a copy, all of it in each run.
class CopyKernel : public Kernel {
 public:
  CopyKernel(const KernelContext& context, const OperandCopies::Copy& copy);
  KernelSummary summary() const override;
  /// Lays out again rows [first, last) of what OperandLayout::goes_by_rows(): first is a multiple
  /// of kRowsAtOnce, and so is last unless it is the last row of all.
  virtual void lay_rows(std::int64_t first, std::int64_t last) const;

 protected:
  Numbers source() const { return {source_.as<std::byte>(), is_narrow_}; }

  OperandLayout l_;
  Buffer source_;
  bool is_narrow_;
  Buffer target_;
  int threads_;
};

/// A multiple of the rows of a word, and what is transposed at once.
inline constexpr std::int64_t kRowsAtOnce = 16;

std::unique_ptr<CopyKernel> make_copy_operand_kernel(const KernelContext& context,
                                                     const OperandCopies::Copy& copy);
/// Of the layouts of image pairs.
std::unique_ptr<CopyKernel> make_copy_image_pairs_kernel(const KernelContext& context,
                                                         const OperandCopies::Copy& copy);
/// Of the layout patches.
std::unique_ptr<CopyKernel> make_copy_patches_kernel(const KernelContext& context,
                                                     const OperandCopies::Copy& copy);

}  // namespace elbo::cpu
