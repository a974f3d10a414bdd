#include "elbo/io/npy_header.h"

#include <charconv>
#include <optional>

#include "elbo/base/error.h"

namespace elbo {
namespace {

constexpr std::size_t kMaxRank = 32;

class Parser {
 public:
  Parser(std::string_view text, const std::string& what) : text_(text), what_(what) {}

  NpyHeader parse() {
    std::optional<std::string_view> descr;
    std::optional<bool> fortran_order;
    std::optional<Extents> extents;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string("a key");
      expect(':');
      if (key == "descr" && !descr) {
        descr = type_name();
      } else if (key == "fortran_order" && !fortran_order) {
        fortran_order = boolean();
      } else if (key == "shape" && !extents) {
        extents = tuple();
      } else {
        fail("descr, fortran_order and shape, each once");
      }
      if (!accept(',') && peek() != '}') fail("',' or '}'");
    }
    if (!descr || !fortran_order || !extents) fail("descr, fortran_order and shape, each once");
    skip_space();
    if (position_ != text_.size()) fail("nothing after the '}'");
    NpyHeader header;
    header.fortran_order = *fortran_order;
    header.extents = std::move(*extents);
    set_type(*descr, header);
    return header;
  }

 private:
  [[noreturn]] void fail(std::string_view expected) const {
    throw FileError("{}: damaged npy header: expected {} at character {}", what_, expected,
                    position_);
  }
  void skip_space() {
    while (position_ < text_.size() &&
           (text_[position_] == ' ' || text_[position_] == '\n' || text_[position_] == '\t')) {
      ++position_;
    }
  }
  char peek() {
    skip_space();
    return position_ < text_.size() ? text_[position_] : '\0';
  }
  bool accept(char wanted) {
    if (peek() != wanted) return false;
    ++position_;
    return true;
  }
  void expect(char wanted) {
    if (!accept(wanted)) fail(std::string("'") + wanted + "'");
  }
  std::string_view string(std::string_view expected) {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail(expected);
    const std::size_t begin = position_ + 1;
    const std::size_t end = text_.find(quote, begin);
    if (end == std::string_view::npos) fail("a closing quote");
    position_ = end + 1;
    return text_.substr(begin, end - begin);
  }
  std::string_view type_name() {
    if (peek() == '[') {
      throw FileError("{}: holds records with named fields; expected one array of numbers", what_);
    }
    return string("a type");
  }
  bool boolean() {
    skip_space();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(position_, word.size()) == word) {
        position_ += word.size();
        return value;
      }
    }
    fail("True or False");
  }
  Extents tuple() {
    Extents extents;
    expect('(');
    while (!accept(')')) {
      skip_space();
      std::int64_t value = -1;
      const auto [end, error] =
          std::from_chars(text_.data() + position_, text_.data() + text_.size(), value);
      if (error != std::errc() || value < 0) fail("a length");
      position_ = static_cast<std::size_t>(end - text_.data());
      extents.push_back(value);
      if (extents.size() > kMaxRank) fail("at most 32 axes");
      const bool comma = accept(',');
      if (!comma && (extents.size() == 1 || peek() != ')')) fail("','");
    }
    return extents;
  }
  void set_type(std::string_view descr, NpyHeader& header) const {
    const auto unsupported = [&] {
      return FileError(
          "{}: elements of type '{}'; expected numbers (bool, int, uint, float16, float32 or "
          "float64), so convert with X.astype('float32')",
          what_, printable(descr));
    };
    if (descr.size() != 3) throw unsupported();
    const char order = descr[0], kind = descr[1], size = descr[2];
    const std::string_view sizes = kind == 'b'                  ? "1"
                                   : kind == 'f'                ? "248"
                                   : kind == 'i' || kind == 'u' ? "1248"
                                                                : "";
    if (sizes.find(size) == std::string_view::npos) throw unsupported();
    if (order != '<' && order != '>' && !(order == '|' && size == '1')) throw unsupported();
    header.kind = kind;
    header.element_bytes = static_cast<std::size_t>(size - '0');
    header.big_endian = order == '>';
  }
  static std::string printable(std::string_view text) {
    std::string result(text.substr(0, 24));
    for (char& c : result) {
      if (c < ' ' || c > '~') c = '?';
    }
    return result;
  }

  std::string_view text_;
  const std::string& what_;
  std::size_t position_ = 0;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::string& what) {
  return Parser(text, what).parse();
}

}  // namespace elbo
