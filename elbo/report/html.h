// Pieces of a self-contained HTML page. Every text that goes in is escaped here; only what these
// functions return is markup.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elbo/report/figures/figures.h"

namespace elbo::html {

/// Text safe inside elements and quoted attributes. Control characters are dropped and bytes that
/// aren't UTF-8 become U+FFFD.
std::string escape(std::string_view text);

std::string base64(std::span<const std::uint8_t> bytes);

/// A cell of a table: its text, and a class of the style sheet ("met", "missed", "note").
struct Cell {
  std::string text;
  std::string css_class;
  Cell(std::string text_, std::string css_class_ = "")  // NOLINT: a text is a cell
      : text(std::move(text_)), css_class(std::move(css_class_)) {}
  Cell(const char* text_) : text(text_) {}  // NOLINT: as above
};
using Row = std::vector<Cell>;

/// The first column is a row's name, the others are set as numbers.
std::string table(const Row& header, const std::vector<Row>& rows);
/// Names and values in two columns; empty text when there are none.
std::string facts(const std::vector<std::pair<std::string, std::string>>& rows);

std::string paragraph(std::string_view text, std::string_view css_class = "");
std::string code_block(std::string_view text);
/// Folded away until the reader opens it.
std::string details(std::string_view summary, const std::string& body);
std::string section(std::string_view id, std::string_view title, const std::string& body);

/// The picture itself, embedded, with its caption. Throws FileError when it can't be read.
std::string figure(const std::filesystem::path& folder, const Figure& figure,
                   std::string_view caption);

/// A whole document around the body.
std::string page(std::string_view title, const std::string& body);

}  // namespace elbo::html
