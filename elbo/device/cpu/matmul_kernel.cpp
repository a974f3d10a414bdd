// Matrix products of the graph.
#include <fmt/format.h>

#include "elbo/device/cpu/epilogue.h"
#include "elbo/device/cpu/operand_copies.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

class MatmulKernel : public Kernel {
 public:
  MatmulKernel(const KernelContext& context, const Group& group)
      : epilogue_(epilogue_of(context, group)), words_(words_of(context.precision)) {
    const NodeId id = group.nodes.front();
    const Node& node = context.node(id);
    const auto [transpose_a, transpose_b] = node.get<MatmulAttributes>();
    const Extents result = context.extents(id), a = context.extents(node.inputs[0]);
    const std::int64_t inner = a[transpose_a ? 0 : 1];
    product_.kernels = &micro_kernels_for(words_);
    product_.rows = result[0];
    product_.columns = result[1];
    product_.c.step_n = result[1];
    product_.run_length = words_ == Words::bf16 ? (inner + 1) / 2 : inner;
    product_.relu = epilogue_.relu;
    product_.threads = context.threads;
    set_a(context, context.root(node.inputs[0]), inner, transpose_a);
    set_b(context, context.root(node.inputs[1]), inner, transpose_b);
    c_ = context.buffer(group.nodes.back());
    if (epilogue_.has_bias()) bias_ = context.buffer(epilogue_.bias);
    const auto matrix = [](std::int64_t rows, std::int64_t columns, bool transposed) {
      return fmt::format("({}, {}){}", transposed ? columns : rows, transposed ? rows : columns,
                         transposed ? "^T" : "");
    };
    summary_ = {.name = "matmul",
                .detail = matrix(result[0], inner, transpose_a) + " x " +
                          matrix(inner, result[1], transpose_b) + epilogue_.to_string() +
                          (words_ == Words::bf16 ? ", bf16" : ""),
                .flops = 2.0 * static_cast<double>(result[0] * result[1] * inner),
                .bytes = 4.0 * static_cast<double>(result[0] * inner + inner * result[1] +
                                                   result[0] * result[1])};
  }

  void run(const RunContext&) override {
    product_.run(a_.floats(), b_.floats(), c_.floats(),
                 epilogue_.has_bias() ? bias_.floats() : nullptr);
  }

  KernelSummary summary() const override { return summary_; }

 private:
  void set_a(const KernelContext& context, NodeId a, std::int64_t inner, bool transposed) {
    const std::int64_t rows = product_.rows;
    if (transposed && (words_ == Words::bf16 || crowds_the_caches(rows))) {
      // Words (pairs, in bf16) run down the columns of what is in memory, as they do in B: the same
      // panels.
      const OperandLayout layout{
          .layout = Layout::panels, .words = words_, .rows = inner, .columns = rows};
      a_ = context.copies.request(a, layout);
      const int panel = product_.kernels->columns;
      product_.width = panel;
      product_.a = {.step_n = layout.panel_words(panel), .step_h = 0, .step_w = 1};
      product_.c = {.step_n = panel * product_.columns, .step_h = 0, .step_w = product_.columns};
      product_.a_step = panel;
      return;
    }
    OperandLayout layout{.layout = Layout::rows,
                         .words = words_,
                         .rows = transposed ? inner : rows,
                         .columns = transposed ? rows : inner};
    a_ = words_ == Words::floats ? context.buffer(a) : context.copies.request(a, layout);
    product_.a.step_n = transposed ? 1 : layout.row_words();
    product_.a_step = transposed ? rows : 1;
  }

  void set_b(const KernelContext& context, NodeId b, std::int64_t inner, bool transposed) {
    const int panel = product_.kernels->columns;
    if (words_ == Words::floats && !transposed && can_be_read_in_place(context.node(b))) {
      b_ = context.buffer(b);
      product_.b_stride = product_.columns;
      product_.panel_step = panel;
      return;
    }
    const OperandLayout layout{.layout = transposed ? Layout::panels_of_transpose : Layout::panels,
                               .words = words_,
                               .rows = transposed ? product_.columns : inner,
                               .columns = transposed ? inner : product_.columns};
    b_ = context.copies.request(b, layout);
    product_.b_stride = panel;
    product_.panel_step = layout.panel_words(panel);
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

  Epilogue epilogue_;
  Words words_;
  Product product_;
  Buffer a_, b_, c_, bias_;
  KernelSummary summary_;
};

}  // namespace

std::unique_ptr<Kernel> make_matmul_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<MatmulKernel>(context, group);
}

}  // namespace elbo::cpu
