// A matrix product over the micro-kernels.
#include "elbo/device/cpu/epilogue.h"
#include "elbo/device/cpu/matmul_geometry.h"
#include "elbo/device/cpu/operand_copies.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

class TiledMatmulKernel : public Kernel {
 public:
  TiledMatmulKernel(const KernelContext& context, const Group& group)
      : g_(matmul_geometry(context, group.nodes.front())),
        epilogue_(epilogue_of(context, group)),
        words_(words_of(context.precision)) {
    const Node& node = context.node(group.nodes.front());
    product_.kernels = &micro_kernels_for(words_);
    product_.rows = g_.rows;
    product_.columns = g_.columns;
    product_.c.step_n = g_.columns;
    product_.run_length = rows_of_a().inner_words(g_.inner);
    product_.block_words = block_words(g_.rows, product_.run_length);
    product_.relu = epilogue_.relu;
    product_.threads = context.threads;
    set_a(context, node.inputs[0]);
    set_b(context, node.inputs[1]);
    c_ = context.buffer(group.nodes.back());
    product_.c_is_bf16 = context.is_narrow(group.nodes.back());
    if (epilogue_.has_bias()) bias_ = context.buffer(epilogue_.bias);
  }

  void run(const RunContext&) override {
    product_.run(a_.floats(), b_.floats(), c_.floats(),
                 epilogue_.has_bias() ? bias_.floats() : nullptr);
  }

  KernelSummary summary() const override {
    return g_.summary(epilogue_.to_string() + note_on(words_));
  }

 private:
  /// Blocks of a long inner dimension, so that the rows of A stay in the second-level cache from
  /// panel to panel of B, and each panel in the first.
  static std::int64_t block_words(std::int64_t rows, std::int64_t inner) {
    constexpr std::int64_t kLong = 1024, kUnit = 64;
    if (inner <= kLong) return inner;
    return std::clamp(kCachedWords / rows / kUnit * kUnit, 4 * kUnit, kLong);
  }

  /// A as it is in memory.
  OperandLayout rows_of_a() const {
    return {.layout = Layout::rows,
            .words = words_,
            .rows = g_.transpose_a ? g_.inner : g_.rows,
            .columns = g_.transpose_a ? g_.rows : g_.inner,
            .inner_unit = product_.kernels->inner_words};
  }

  void set_a(const KernelContext& context, NodeId a) {
    if (g_.transpose_a && product_.kernels->prefers_rows_of_a) {
      OperandLayout layout = rows_of_a();
      layout.layout = Layout::rows_of_transpose;
      a_ = context.copies.request(context.root(a), layout);
      product_.a.step_n = layout.row_words();
      return;
    }
    if (g_.transpose_a && (words_ == Words::bf16 || crowds_the_caches(g_.rows))) {
      // Words (pairs, in bf16) run down the columns of what is in memory, as they do in B: the same
      // panels.
      OperandLayout layout = rows_of_a();
      layout.layout = Layout::panels;
      a_ = context.copies.request(context.root(a), layout);
      const int panel = product_.kernels->columns;
      product_.width = panel;
      product_.a = {.step_n = layout.panel_words(panel), .step_h = 0, .step_w = 1};
      product_.c = {.step_n = panel * product_.columns, .step_h = 0, .step_w = product_.columns};
      product_.a_step = panel;
      return;
    }
    if (context.is_narrow(context.root(a)) && !g_.transpose_a) {
      a_ = context.buffer(a);
      product_.run_length = product_.a.step_n = g_.inner / 2;
      return;
    }
    const OperandLayout layout = rows_of_a();
    a_ = words_ == Words::floats ? context.buffer(a)
                                 : context.copies.request(context.root(a), layout);
    product_.a.step_n = g_.transpose_a ? 1 : layout.row_words();
    product_.a_step = g_.transpose_a ? g_.rows : 1;
  }

  void set_b(const KernelContext& context, NodeId b) {
    if (words_ == Words::floats && !g_.transpose_b &&
        can_be_read_in_place(context.node(context.root(b)))) {
      b_ = context.buffer(b);
      product_.b_stride = product_.columns;
      product_.panel_step = product_.kernels->columns;
      return;
    }
    const OperandLayout layout{
        .layout = g_.transpose_b ? Layout::panels_of_transpose : Layout::panels,
        .words = words_,
        .rows = g_.transpose_b ? g_.columns : g_.inner,
        .columns = g_.transpose_b ? g_.inner : g_.columns,
        .inner_unit = product_.kernels->inner_words};
    b_ = request_panels(context, b, layout, product_);
    product_.b_ends_with_zeros = true;
  }

  /// True when no vector reaches past a row of B, and its rows don't crowd into few sets of the
  /// caches. (Parameters are better read once and by one core, which the optimizer may then write
  /// without taking them from the other.)
  bool can_be_read_in_place(const Node& b) const {
    return b.op != Op::parameter && product_.columns % (product_.kernels->columns / 2) == 0 &&
           !crowds_the_caches(product_.columns);
  }

  /// True where elements one below the other in rows of that length fall into few sets of the
  /// caches and push each other out.
  static bool crowds_the_caches(std::int64_t row_length) { return row_length % 256 == 0; }

  MatmulGeometry g_;
  Epilogue epilogue_;
  Words words_;
  Product product_;
  Buffer a_, b_, c_, bias_;
};

}  // namespace

std::unique_ptr<Kernel> make_tiled_matmul_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<TiledMatmulKernel>(context, group);
}

}  // namespace elbo::cpu
