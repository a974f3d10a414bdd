// `elbo presets`: the files of settings that ship with the program.
#include "elbo/train/presets.h"

#include "cli/command.h"
#include "cli/output.h"

namespace elbo::cli {
namespace {

nlohmann::json to_json(const Preset& preset) {
  nlohmann::json object = {{"name", preset.name}, {"description", preset.description}};
  if (!preset.reaches.empty()) object["reaches"] = preset.reaches;
  if (!preset.takes.empty()) object["takes"] = preset.takes;
  return object;
}

class Presets : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("NAME", &name_, "print this one's settings", Need::optional);
    arguments.example("elbo presets");
    arguments.example("elbo presets mlp > my.toml");
  }

  Result run(const CommonOptions&) override {
    Result result;
    if (name_) {
      const Preset& preset = find_preset(*name_);
      result.json = to_json(preset);
      result.json["toml"] = preset.toml;
      result.text = preset.toml;
      return result;
    }
    Table table({"preset", "reaches", "takes", "what it is"});
    result.json["presets"] = nlohmann::json::array();
    for (const Preset& preset : presets()) {
      table.add({preset.name, preset.reaches, preset.takes, preset.description});
      result.json["presets"].push_back(to_json(preset));
    }
    result.text = table.text() +
                  "\nOn MNIST; where epochs are named, give them with --set train.epochs=N. Other "
                  "seeds: docs/results.md.\n";
    return result;
  }

 private:
  std::optional<std::string> name_;
};

}  // namespace

std::unique_ptr<Command> make_presets() {
  return std::make_unique<Presets>();
}

}  // namespace elbo::cli
