// `elbo data fetch NAME`: a named data set, downloaded unless it is there, and checked.
#include "cli/command.h"
#include "cli/output.h"
#include "elbo/data/named.h"

namespace elbo::cli {
namespace {

class DataFetch : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("NAME", &name_, "a named data set, such as mnist or fashion-mnist");
    arguments.example("elbo data fetch fashion-mnist");
  }

  Result run(const CommonOptions& common) override {
    Result result;
    result.json = {{"name", name_}, {"files", nlohmann::json::array()}};
    Table table({});
    for (const std::filesystem::path& path : fetch_named_set(name_, common.data())) {
      result.json["files"].push_back(path.string());
      table.add({"checked", path.string()});
    }
    result.text = table.text();
    return result;
  }

 private:
  std::string name_;
};

}  // namespace

std::unique_ptr<Command> make_data_fetch() {
  return std::make_unique<DataFetch>();
}

}  // namespace elbo::cli
