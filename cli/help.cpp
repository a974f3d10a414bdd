#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "elbo/base/version.h"

namespace elbo::cli {
namespace {

constexpr std::size_t kPageWidth = 90;
constexpr std::size_t kLeftWidth = 24;

using Rows = std::vector<std::pair<std::string, std::string>>;

/// Two columns; the right one is wrapped, and begins on a line of its own when the left is long.
std::string two_columns(const Rows& rows) {
  std::string page;
  for (const auto& [left, right] : rows) {
    std::string line = "  " + left;
    const std::string indent(kLeftWidth, ' ');
    if (line.size() + 2 > kLeftWidth) {
      page += line + "\n";
      line = indent;
    } else {
      line.resize(kLeftWidth, ' ');
    }
    std::string_view rest = right;
    while (!rest.empty()) {
      std::size_t end = rest.size();
      if (end > kPageWidth - kLeftWidth) {
        end = rest.rfind(' ', kPageWidth - kLeftWidth);
        if (end == std::string_view::npos) end = std::min(rest.find(' '), rest.size());
      }
      page += line + std::string(rest.substr(0, end)) + "\n";
      rest.remove_prefix(std::min(end + 1, rest.size()));
      line = indent;
    }
  }
  return page;
}

Rows rows_of(const Arguments& arguments, bool positional) {
  Rows rows;
  for (const Argument& argument : arguments.list()) {
    if (argument.positional() != positional) continue;
    std::string left = argument.name;
    if (!positional && !argument.flag()) left += " " + argument.value_name;
    std::string right = argument.help;
    if (!positional && argument.need == Need::required) right += " (required)";
    if (!argument.default_value.empty()) {
      right += fmt::format(" (default: {})", argument.default_value);
    }
    if (!argument.allowed.choices.empty()) {
      right += fmt::format(": {}", fmt::join(argument.allowed.choices, ", "));
    }
    rows.emplace_back(left, right);
  }
  return rows;
}

std::string section(const std::string& title, const Rows& rows) {
  return rows.empty() ? "" : "\n" + title + ":\n" + two_columns(rows);
}

std::string common_section(const Arguments& common) {
  return section("Common options, before or after the verb", rows_of(common, false));
}

}  // namespace

std::string program_help(const std::string& family, const Arguments& common) {
  std::string page;
  if (family.empty()) {
    page = "elbo " + version() + ": train, measure and use variational autoencoders\n\n" +
           "Usage: elbo VERB [arguments] [options]\n";
  } else {
    page = "Usage: elbo " + family + " VERB [arguments] [options]\n";
  }
  std::string group;
  Rows rows;
  for (const CommandEntry& entry : commands()) {
    const std::string name = entry.name;
    if (!family.empty() && !name.starts_with(family + " ")) continue;
    if (group != entry.group) {
      page += section(group, std::exchange(rows, {}));
      group = entry.group;
    }
    rows.emplace_back(name, entry.summary);
  }
  page += section(group, rows) + common_section(common);
  if (family.empty()) {
    page +=
        "\nResults go to standard output, progress to standard error. Exit status: 0 done, "
        "1 it\nfailed, 2 the call was wrong, 130 interrupted.\n";
  }
  const std::string verb = family.empty() ? "VERB" : family + " VERB";
  return page + "\n'elbo " + verb + " --help' tells a verb's arguments.\n";
}

std::string verb_help(const CommandEntry& entry, const Arguments& arguments,
                      const Arguments& common) {
  std::string usage = fmt::format("elbo {}", entry.name);
  for (const Argument& argument : arguments.list()) {
    if (argument.positional()) {
      const bool many = std::holds_alternative<std::vector<std::string>*>(argument.target);
      const std::string name = argument.name + (many ? "..." : "");
      usage += argument.need == Need::required ? " " + name : " [" + name + "]";
    } else if (argument.need == Need::required) {
      usage += fmt::format(" {} {}", argument.name, argument.value_name);
    }
  }
  std::string summary = entry.summary;
  summary.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(summary.front())));
  std::string page = summary + ".\n\nUsage: " + usage + " [options]\n" +
                     section("Arguments", rows_of(arguments, true)) +
                     section("Options", rows_of(arguments, false)) + common_section(common);
  if (!arguments.examples().empty()) page += "\nExamples:\n";
  for (const std::string& example : arguments.examples()) page += "  " + example + "\n";
  return page;
}

}  // namespace elbo::cli
