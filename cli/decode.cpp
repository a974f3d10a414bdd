// `elbo decode RUN z.npy --out x.npy`: from codes to data.
#include <algorithm>
#include <cmath>

#include "cli/class_argument.h"
#include "cli/command.h"
#include "cli/output.h"
#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/experiments/load_run.h"
#include "elbo/io/npy.h"

namespace elbo::cli {
namespace {

class Decode : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("RUN", &run_, "a run folder");
    arguments.positional("FILE", &codes_, "a .npy file of codes, (examples, latents)");
    arguments.option("--out FILE", &out_,
                     "the .npy file to write, f32: (examples, height, width, channels) for images, "
                     "(examples, columns) for tables",
                     {}, Need::required);
    arguments.option("--label C", &label_, "the class, for a conditional model: name or number");
    arguments.example("elbo decode runs/first z.npy --out x.npy");
    arguments.example("elbo decode runs/conditional z.npy --label 7 --out sevens.npy");
  }

  Result run(const CommonOptions& common) override {
    if (is_same_file(out_, codes_)) {
      throw UsageError("--out {}: that is the file of the codes; name another", out_);
    }
    const LoadedRun loaded = load_run(run_, static_cast<int>(common.threads));
    const Vae& model = loaded.vae.model();
    const Array codes = read_npy(codes_).to_f32();
    if (codes.rank() != 2 || codes.extent(1) != model.latent() || codes.extent(0) == 0) {
      throw ShapeError("{}: expected codes of shape (count, {}), as 'elbo encode' writes; found {}",
                       codes_, model.latent(), to_string(codes.extents()));
    }
    const auto values = codes.values<float>();
    const auto strange = std::ranges::find_if(values, [](float x) { return !std::isfinite(x); });
    if (strange != values.end()) {
      throw DataError("{}: row {}, column {} is {}; expected finite numbers", codes_,
                      (strange - values.begin()) / model.latent(),
                      (strange - values.begin()) % model.latent(), *strange);
    }
    const std::optional<Array> labels = labels_for(loaded, codes.extent(0));
    Array examples = loaded.vae.decode(codes, labels ? &*labels : nullptr);
    const ImageShape& image = model.data().image;
    if (image.height > 1 || image.width > 1) {
      examples = std::move(examples).reshaped(
          {codes.extent(0), image.height, image.width, image.channels});
    }
    write_npy(out_, examples);
    Result result;
    result.json = {
        {"run", run_}, {"count", codes.extent(0)}, {"shape", examples.extents()}, {"out", out_}};
    Table table({});
    table.add({"examples", out_});
    table.add({"shape", to_string(examples.extents())});
    result.text = table.text();
    return result;
  }

 private:
  std::optional<Array> labels_for(const LoadedRun& loaded, std::int64_t count) const {
    if (!loaded.vae.model().is_conditional()) {
      if (label_) throw UsageError("{}: the model has no classes; leave out --label", run_);
      return std::nullopt;
    }
    if (!label_) throw UsageError("{}: the model is conditional; add --label C", run_);
    const std::int32_t label = find_class(loaded.config, *label_);
    return Array::from(std::vector<std::int32_t>(static_cast<std::size_t>(count), label), {count});
  }

  std::string run_, codes_, out_;
  std::optional<std::string> label_;
};

}  // namespace

std::unique_ptr<Command> make_decode() {
  return std::make_unique<Decode>();
}

}  // namespace elbo::cli
