#include "cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <utility>

#include "cli/help.h"
#include "elbo/base/error.h"
#include "elbo/base/suggest.h"
#include "elbo/base/version.h"
#include "elbo/io/toml.h"
#include "elbo/train/run_config.h"

namespace elbo::cli {
namespace {

template <typename Value>
bool holds(const Argument& argument) {
  return std::holds_alternative<Value*>(argument.target);
}

bool takes_text(const Argument& argument) {
  return holds<std::string>(argument) || holds<std::optional<std::string>>(argument) ||
         holds<std::vector<std::string>>(argument);
}

/// The words given for an argument as the JSON that read_setting() takes.
nlohmann::json to_json(const Argument& argument, const std::vector<std::string>& words) {
  if (argument.flag()) return true;
  for (const std::string& word : words) {
    if (!argument.positional() && word.starts_with("--")) {
      throw UsageError("{}: expected {}, found the option '{}'", argument.name, argument.value_name,
                       word);
    }
  }
  if (holds<std::vector<std::string>>(argument)) return words;
  const std::string& word = words.back();
  if (takes_text(argument)) return word;
  const bool list =
      holds<std::vector<std::int64_t>>(argument) || holds<std::vector<double>>(argument);
  try {
    return parse_toml_value(list && !word.starts_with('[') ? "[" + word + "]" : word);
  } catch (const UsageError&) {
    return word;
  }
}

void add_to(CLI::App& app, const Argument& argument) {
  const auto read = [argument](const CLI::results_t& words) {
    read_setting(argument.name, argument.allowed, argument.target, to_json(argument, words));
    return true;
  };
  if (argument.flag()) {
    app.add_flag_callback(argument.name, [read] { read({}); });
    return;
  }
  CLI::Option* option = app.add_option(argument.name, read);
  option->type_name(argument.value_name)->type_size(1);
  if (!holds<std::vector<std::string>>(argument)) {
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  } else if (argument.positional()) {
    option->expected(1, CLI::detail::expected_max_vector_size);
  } else {
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  option->required(argument.need == Need::required);
}

/// The verb that the words have led to so far: "", "data" or "data info".
std::string path_of(const CLI::App& app, const CLI::App*& deepest) {
  std::string path;
  deepest = &app;
  while (!deepest->get_subcommands().empty()) {
    deepest = deepest->get_subcommands().front();
    path += (path.empty() ? "" : " ") + deepest->get_name();
  }
  return path;
}

/// What to say of "--epochs" or "train.epochs=3": those are settings. Empty when the word is none,
/// or where none can be given.
std::string setting_hint(const CLI::App& verb, const std::string& word) {
  if (verb.get_option_no_throw("--set") == nullptr) return "";
  const std::size_t equals = word.find('=');
  const std::string value = equals == std::string::npos ? "=VALUE" : word.substr(equals);
  std::string name = word.substr(0, equals);
  name.erase(0, name.find_first_not_of('-'));
  std::replace(name.begin(), name.end(), '-', '_');
  for (const TableHelp& table : settings_help()) {
    for (const SettingHelp& setting : table.settings) {
      if (name == setting.name || table.name + "." + name == setting.name) {
        return "; did you mean '--set " + setting.name + value + "'?";
      }
    }
  }
  return "";
}

[[noreturn]] void throw_unexpected(const CLI::App& verb, const std::string& path,
                                   const std::string& word) {
  const std::string where = path.empty() ? "" : path + ": ";
  const std::string see = "; see 'elbo " + path + (path.empty() ? "" : " ") + "--help'";
  const std::string set = setting_hint(verb, word);
  std::vector<std::string> known;
  if (word.starts_with('-') && word.size() > 1) {
    const std::string name = word.substr(0, word.find('='));
    if (!set.empty()) throw UsageError("{}there is no option '{}'{}", where, name, set);
    for (const CLI::Option* option : verb.get_options()) {
      for (const std::string& each : option->get_lnames()) known.push_back("--" + each);
    }
    const std::string hint = did_you_mean(name, known);
    throw UsageError("{}there is no option '{}'{}", where, name, hint.empty() ? see : hint);
  }
  for (const CLI::App* each : verb.get_subcommands({})) known.push_back(each->get_name());
  if (known.empty()) {
    throw UsageError("{}unexpected argument '{}'{}", where, word, set.empty() ? see : set);
  }
  const std::string hint = did_you_mean(word, known);
  throw UsageError("{}there is no verb '{}'{}", where, word, hint.empty() ? see : hint);
}

/// Words that no option or verb took come first among the mistakes: a mistyped option is often the
/// reason why something else seems to be missing.
void check_leftovers(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining(true);
  if (words.empty()) return;
  const CLI::App* verb = nullptr;
  const std::string path = path_of(app, verb);
  for (const std::string& word : words) {
    if (word.starts_with('-') && word != "--") throw_unexpected(*verb, path, word);
  }
  throw_unexpected(*verb, path, words.front());
}

[[noreturn]] void throw_usage_error(const CLI::App& app, const CLI::ParseError& error) {
  check_leftovers(app);
  const CLI::App* verb = nullptr;
  const std::string path = path_of(app, verb);
  const std::string where = path.empty() ? "" : path + ": ";
  const std::string what = error.what();
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ArgumentMismatch)) {
    throw UsageError("{}{}: its value is missing", where, what.substr(0, what.find(':')));
  }
  for (const CLI::Option* option : verb->get_options()) {
    if (!option->get_required() || option->count() > 0) continue;
    const std::string name = option->get_name(option->get_positional());
    const std::string value = option->get_positional() ? "" : " " + option->get_type_name();
    throw UsageError("{}: {}{} is missing; see 'elbo {} --help'", path, name, value, path);
  }
  throw UsageError("{}{}", where, what);
}

/// A verb that is being parsed: its entry, its object and what it declared.
struct Candidate {
  const CommandEntry* entry;
  std::unique_ptr<Command> command;
  Arguments arguments;
  CLI::App* app;
};

std::vector<Candidate> add_verbs(CLI::App& app, const Arguments& common) {
  std::vector<Candidate> candidates;
  std::map<std::string, CLI::App*> families;
  for (const CommandEntry& entry : commands()) {
    Candidate& made = candidates.emplace_back();
    made.entry = &entry;
    made.command = entry.make();
    made.command->declare(made.arguments);
    std::string name = entry.name;
    CLI::App* parent = &app;
    if (const std::size_t space = name.find(' '); space != std::string::npos) {
      const std::string family = name.substr(0, space);
      name = name.substr(space + 1);
      CLI::App*& known = families[family];
      if (known == nullptr) {
        known = app.add_subcommand(family);
        known->require_subcommand(0, 1);
        for (const Argument& argument : common.list()) add_to(*known, argument);
      }
      parent = known;
    }
    made.app = parent->add_subcommand(name);
    for (const Argument& argument : made.arguments.list()) add_to(*made.app, argument);
    for (const Argument& argument : common.list()) add_to(*made.app, argument);
  }
  return candidates;
}

/// `elbo help VERB` is `elbo VERB --help`.
std::vector<std::string> without_help_verb(std::vector<std::string> words) {
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  return words;
}

}  // namespace

void declare_common(CommonOptions& common, Arguments& arguments) {
  arguments.flag("--json", common.json, "print exactly one JSON object instead of a table");
  arguments.option("--seed N", &common.seed, "seed of everything random",
                   in_range(0, static_cast<double>(kLargestSeed)));
  arguments.option("--threads N", &common.threads, "threads to use (default: one for each core)",
                   in_range(1, 4096));
  arguments.option("--data-dir DIR", &common.data_dir,
                   "folder in which named data sets are looked for first");
  arguments.flag("--quiet", common.quiet, "no progress, only warnings and errors");
}

Invocation parse(const std::vector<std::string>& words) {
  Invocation call;
  Arguments common;
  declare_common(call.common, common);

  bool show_version = false;
  CLI::App app("", "elbo");
  app.set_help_flag("-h,--help");
  app.require_subcommand(0, 1);
  app.add_flag("--version", show_version);
  for (const Argument& argument : common.list()) add_to(app, argument);
  std::vector<Candidate> candidates = add_verbs(app, common);

  const CLI::App* verb = &app;
  bool help = false;
  try {
    std::vector<std::string> reversed = without_help_verb(words);
    std::reverse(reversed.begin(), reversed.end());
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    check_leftovers(app);
    help = true;
  } catch (const CLI::ParseError& error) {
    throw_usage_error(app, error);
  }
  const std::string path = path_of(app, verb);
  if (show_version) {
    call.text = "elbo " + version() + "\n";
    return call;
  }
  for (Candidate& candidate : candidates) {
    if (candidate.app != verb) continue;
    if (help) {
      call.text = verb_help(*candidate.entry, candidate.arguments, common);
    } else {
      call.command = std::move(candidate.command);
    }
    return call;
  }
  if (!help) {
    throw UsageError("{}expected a verb; see 'elbo {}--help'", path.empty() ? "" : path + ": ",
                     path.empty() ? "" : path + " ");
  }
  call.text = program_help(path, common);
  return call;
}

}  // namespace elbo::cli
