// What every page of a report must be, and what can be asked of one.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "elbo/base/error.h"
#include "elbo/report/gnuplot.h"

namespace elbo::testing {

/// The first fault of a page's markup, or nothing: every element closed in order, ids unique, no
/// script, nothing loaded from elsewhere.
inline std::string fault_of(const std::string& page) {
  std::vector<std::string> open, ids;
  std::size_t at = page.find("<html");
  while ((at = page.find('<', at)) != std::string::npos) {
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return "a tag that never ends";
    const std::string tag = page.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" \n"));
    at = end;
    if (name[0] == '/') {
      if (open.empty() || open.back() != name.substr(1)) return "closed out of order: " + name;
      open.pop_back();
    } else if (name != "meta" && name != "img") {
      open.push_back(name);
    }
    if (name == "script" || name == "iframe" || name == "link") return "has a " + name;
    if (const auto id = tag.find(" id=\""); id != std::string::npos) ids.push_back(tag.substr(id));
    if (name == "img" && tag.find("src=\"data:image/png;base64,") == std::string::npos) {
      return "an image that isn't embedded";
    }
  }
  if (!open.empty()) return "never closed: " + open.back();
  std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) return "an id twice";
  return "";
}

inline bool has_gnuplot() {
  try {
    gnuplot::run("");
    return true;
  } catch (const Error&) {
    return false;
  }
}

inline std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace elbo::testing
