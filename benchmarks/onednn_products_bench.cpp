// The products of job M through oneDNN, the yardstick for elbo's own (docs/performance.md): with
// weights as they are in memory, and with weights in the layout that oneDNN prefers, laid out
// beforehand. Only built where oneDNN is installed (libdnnl-dev).
#include <benchmark/benchmark.h>

#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

namespace {

using Type = dnnl::memory::data_type;
using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;

struct Case {
  const char* name;
  std::int64_t rows, inner, columns;
  bool transpose_a, transpose_b;
};

dnnl::matmul::primitive_desc describe(const dnnl::engine& engine, const Desc& a, const Desc& b,
                                      const Desc& c) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, a, b, c};
#else
  return {dnnl::matmul::desc(a, b, c), engine};
#endif
}

void run(benchmark::State& state, const Case& c, Type type, bool prefers) {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const Desc a({c.rows, c.inner}, type, c.transpose_a ? Tag::ba : Tag::ab);
  const Desc b({c.inner, c.columns}, type, c.transpose_b ? Tag::ba : Tag::ab);
  const Desc any({c.inner, c.columns}, type, Tag::any);
  const Desc result({c.rows, c.columns}, Type::f32, Tag::ab);
  const auto description = describe(engine, a, prefers ? any : b, result);
  const dnnl::matmul product(description);
  std::unordered_map<int, dnnl::memory> arguments = {
      {DNNL_ARG_SRC, dnnl::memory(a, engine)},
      {DNNL_ARG_WEIGHTS, dnnl::memory(description.weights_desc(), engine)},
      {DNNL_ARG_DST, dnnl::memory(result, engine)}};
  for (auto _ : state) product.execute(stream, arguments);
  const double flops = 2.0 * static_cast<double>(c.rows * c.inner * c.columns);
  state.counters["GFLOP/s"] =
      benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

const bool registered = [] {
  static constexpr Case kCases[] = {{"encoder", 128, 784, 400, false, false},
                                    {"decoder", 128, 400, 784, false, false},
                                    {"slope", 128, 784, 400, false, true},
                                    {"decoder_weights", 400, 128, 784, true, false},
                                    {"encoder_weights", 784, 128, 400, true, false}};
  for (const Case& c : kCases) {
    for (const Type type : {Type::f32, Type::bf16}) {
      for (const bool prefers : {false, true}) {
        const std::string name = std::string("onednn/") + c.name +
                                 (type == Type::f32 ? "/fp32" : "/bf16") +
                                 (prefers ? "/its_layout" : "");
        benchmark::RegisterBenchmark(name.c_str(), run, c, type, prefers)->UseRealTime();
      }
    }
  }
  return true;
}();

}  // namespace
