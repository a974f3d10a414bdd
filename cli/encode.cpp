// `elbo encode RUN SPEC --out z.npy`: from data to codes.
#include "cli/command.h"
#include "cli/output.h"
#include "cli/output_file.h"
#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/experiments/load_run.h"
#include "elbo/io/npy.h"

namespace elbo::cli {
namespace {

class Encode : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("RUN", &run_, "a run folder");
    arguments.positional("SPEC", &spec_, "the data, e.g. mnist:test");
    arguments.option("--out FILE", &out_,
                     "the .npy file of the posterior means to write, (examples, latents) f32", {},
                     Need::required);
    arguments.option("--log-variance FILE", &log_variance_,
                     "also a .npy file of the posterior's log variances, of the same shape");
    arguments.example("elbo encode runs/first mnist:test --out z.npy");
  }

  Result run(const CommonOptions& common) override {
    if (log_variance_ && is_same_file(out_, *log_variance_)) {
      throw UsageError("--out and --log-variance: expected two files, found {} for both", out_);
    }
    check_output_file(out_, spec_);
    if (log_variance_) check_output_file(*log_variance_, spec_);
    const LoadedRun loaded = load_run(run_, static_cast<int>(common.threads));
    const Dataset data = load_dataset_for(loaded, spec_, common.data());
    const FittedVae::Codes codes = loaded.vae.encode(data);
    write_npy(out_, codes.means);
    if (log_variance_) write_npy(*log_variance_, codes.log_variances);
    Result result;
    result.json = {{"run", run_},
                   {"data", data.spec},
                   {"count", data.count()},
                   {"latent", loaded.vae.model().latent()},
                   {"out", out_}};
    Table table({});
    table.add({"means", out_});
    if (log_variance_) {
      result.json["log_variance"] = *log_variance_;
      table.add({"log variances", *log_variance_});
    }
    table.add({"shape", to_string(codes.means.extents())});
    result.text = table.text();
    return result;
  }

 private:
  std::string run_, spec_, out_;
  std::optional<std::string> log_variance_;
};

}  // namespace

std::unique_ptr<Command> make_encode() {
  return std::make_unique<Encode>();
}

}  // namespace elbo::cli
