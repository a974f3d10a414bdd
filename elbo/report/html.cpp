#include "elbo/report/html.h"

#include <fmt/format.h>

#include "elbo/base/file.h"

namespace elbo::html {
namespace {

// Light, dark and printed; one column that a phone can show, wide tables scroll by themselves.
// Figures keep a white card in the dark, since they are drawn for paper.
constexpr const char* kStyle = R"(
:root { --paper: #fdfdfc; --ink: #1d1f21; --soft: #5d6166; --line: #dcdcd8; --panel: #f3f3f0;
  --link: #0a5d9c; --good: #00714d; --bad: #a83f00; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181a; --ink: #e4e4e1; --soft: #a3a7ab; --line: #34373a; --panel: #202326;
    --link: #7ab8e8; --good: #4fc79a; --bad: #f0995c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.55;
  font: 17px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Helvetica, Arial, sans-serif; }
main { max-width: 880px; margin: 0 auto; padding: 2.2rem 1.2rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .8rem; letter-spacing: -.01em; }
h2 { font-size: 1.35rem; margin: 2.8rem 0 .6rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
p { margin: .6rem 0; }
a { color: var(--link); }
.lead { font-size: 1.15rem; }
.soft, figcaption { color: var(--soft); font-size: .92rem; }
.warning { border-left: 4px solid var(--bad); background: var(--panel); padding: .6rem .9rem; }
nav { font-size: .92rem; margin: 1.2rem 0; }
nav a { margin-right: 1.1em; white-space: nowrap; }
figure { margin: 1.3rem 0; }
figure img { display: block; max-width: 100%; height: auto; margin: 0 auto; background: #fff;
  padding: 10px; border: 1px solid var(--line); border-radius: 8px; }
figcaption { margin: .5rem auto 0; max-width: 46rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .38rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th { font-weight: 600; }
thead th { border-bottom: 2px solid var(--soft); vertical-align: bottom; }
tbody th { font-weight: 400; }
td.met { color: var(--good); font-weight: 600; }
td.missed { color: var(--bad); font-weight: 600; }
.facts td { text-align: left; }
td.met, td.missed, td.ours { white-space: nowrap; }
th.note { text-align: left; }
td.note { text-align: left; color: var(--soft); min-width: 13rem; }
td.ours { font-weight: 600; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem;
  overflow-x: auto; font: .88rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
details { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .9rem; margin: .6rem 0; }
summary { cursor: pointer; }
@media (max-width: 560px) { body { font-size: 16px; } h1 { font-size: 1.6rem; }
  main { padding: 1.2rem .9rem 3rem; } figure img { padding: 4px; } }
@media print { :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --panel: #f5f5f5; --link: #000;
    --good: #000; --bad: #000; } body { font-size: 10.5pt; } main { max-width: none; padding: 0; } nav { display: none; }
  figure, tr { break-inside: avoid; } h2 { break-after: avoid; } figure img { border: none; padding: 0; } .scroll { overflow: visible; } }
)";

/// The length of the UTF-8 sequence at the start of text, or 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80                    ? 1
                             : lead >= 0xc2 && lead <= 0xdf ? 2
                             : lead >= 0xe0 && lead <= 0xef ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return length;
}

std::string cell(const char* tag, const Cell& cell) {
  const std::string attribute =
      cell.css_class.empty() ? "" : fmt::format(" class=\"{}\"", escape(cell.css_class));
  return fmt::format("<{0}{1}>{2}</{0}>", tag, attribute, escape(cell.text));
}

}  // namespace

std::string escape(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const char c = text[0];
    if (length == 0) {
      result += "\xef\xbf\xbd";
    } else if (length > 1) {
      result += text.substr(0, length);
    } else if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '"') {
      result += "&quot;";
    } else if (c == '\'') {
      result += "&#39;";
    } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') {
      result += c;
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

std::string base64(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j) word = word << 8 | (j < count ? bytes[i + j] : 0u);
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= count ? kDigits[word >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

std::string table(const Row& header, const std::vector<Row>& rows) {
  std::string text = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (const Cell& head : header) text += cell("th", head);
  text += "</tr></thead>\n<tbody>\n";
  for (const Row& row : rows) {
    text += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) text += cell(i == 0 ? "th" : "td", row[i]);
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string facts(const std::vector<std::pair<std::string, std::string>>& rows) {
  if (rows.empty()) return {};
  std::string text = "<div class=\"scroll\"><table class=\"facts\"><tbody>\n";
  for (const auto& [name, value] : rows) {
    text += "<tr>" + cell("th", name) + cell("td", value) + "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string paragraph(std::string_view text, std::string_view css_class) {
  if (css_class.empty()) return fmt::format("<p>{}</p>\n", escape(text));
  return fmt::format("<p class=\"{}\">{}</p>\n", escape(css_class), escape(text));
}

std::string code_block(std::string_view text) {
  return fmt::format("<pre>{}</pre>\n", escape(text));
}

std::string details(std::string_view summary, const std::string& body) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escape(summary), body);
}

std::string section(std::string_view id, std::string_view title, const std::string& body) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", escape(id), escape(title),
                     body);
}

std::string figure(const std::filesystem::path& folder, const Figure& figure,
                   std::string_view caption) {
  const std::vector<std::uint8_t> bytes = read_file(folder / figure.file);
  return fmt::format(
      "<figure><img src=\"data:image/png;base64,{}\" width=\"{}\" height=\"{}\" alt=\"{}\">\n"
      "<figcaption>{}</figcaption></figure>\n",
      base64(bytes), figure.width, figure.height, escape(figure.description), escape(caption));
}

std::string page(std::string_view title, const std::string& body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"elbo\">\n<title>{}</title>\n<style>{}</style>\n</head>\n"
      "<body>\n<main>\n{}</main>\n</body>\n</html>\n",
      escape(title), kStyle, body);
}

}  // namespace elbo::html
