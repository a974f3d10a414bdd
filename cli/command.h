// What a subcommand is. A file cli/NAME.cpp derives a Command, and one line in cli/commands.cpp
// makes it known; parsing, help, errors and output are the same for all. CLI11 stays inside of
// cli/parse.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "elbo/base/settings.h"
#include "elbo/base/threads.h"
#include "elbo/data/source.h"

namespace elbo::cli {

/// The options that every verb takes, before or after its name.
struct CommonOptions {
  bool json = false;
  bool quiet = false;
  std::optional<std::int64_t> seed;
  std::int64_t threads = available_threads();
  std::string data_dir;

  DataOptions data() const;
};

enum class Need { optional, required };

/// One argument of a verb: "SPEC" by position, "--out DIR" by name, "--resume" as a flag.
struct Argument {
  std::string name;
  /// What the help calls the value; empty for a flag.
  std::string value_name;
  std::string help;
  Need need = Need::optional;
  Allowed allowed;
  SettingTarget target;
  /// What it is without the user's word; empty where that says nothing.
  std::string default_value = {};

  bool positional() const { return name.front() != '-'; }
  bool flag() const { return value_name.empty() && !positional(); }
};

/// The arguments of a verb, in the order in which its help lists them. Values are written to the
/// variables given here, which must outlive the parsing.
class Arguments {
 public:
  /// A value by position. Of a list type it takes one or more.
  void positional(const std::string& name, const SettingTarget& target, const std::string& help,
                  Need need = Need::required);
  /// "--samples K". Numbers in a list are separated by commas; text in a list comes from repeating
  /// the option.
  void option(const std::string& name_and_value, const SettingTarget& target,
              const std::string& help, Allowed allowed = {}, Need need = Need::optional);
  void flag(const std::string& name, bool& value, const std::string& help);
  /// A line for the end of the help: "elbo data info mnist:test".
  void example(const std::string& line) { examples_.push_back(line); }

  const std::vector<Argument>& list() const { return list_; }
  const std::vector<std::string>& examples() const { return examples_; }

 private:
  std::vector<Argument> list_;
  std::vector<std::string> examples_;
};

/// What a verb found: the same for programs and for people. One of them is printed.
struct Result {
  nlohmann::json json = nlohmann::json::object();
  std::string text;
};

class Command {
 public:
  virtual ~Command() = default;
  virtual void declare(Arguments& arguments) = 0;
  /// Called once the declared variables hold what the user gave. Throws the library's exceptions.
  virtual Result run(const CommonOptions& common) = 0;
};

/// A verb as the program's help lists it.
struct CommandEntry {
  const char* group;
  /// "presets", or two words for a verb of a family: "data info".
  const char* name;
  const char* summary;
  std::unique_ptr<Command> (*make)();
};

/// Every verb that this program has, group by group.
std::span<const CommandEntry> commands();

}  // namespace elbo::cli
