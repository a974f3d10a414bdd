#include "elbo/report/html.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace elbo::html {
namespace {

TEST(Html, EscapesMarkupQuotesControlsAndBrokenUtf8) {
  EXPECT_EQ(escape("<b a=\"1\" c='2'>&</b>"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;&lt;/b&gt;");
  EXPECT_EQ(escape(std::string_view("a\0b\x1b[0mc", 8)), "ab[0mc");
  EXPECT_EQ(escape("σ = ½ →"), "σ = ½ →");
  EXPECT_EQ(escape("\xff<"), "\xef\xbf\xbd&lt;");
  // A sequence that is cut off must not swallow what follows it.
  EXPECT_EQ(escape("\xe2\x82<"), "\xef\xbf\xbd\xef\xbf\xbd&lt;");
  EXPECT_EQ(escape("\xc3"), "\xef\xbf\xbd");
}

TEST(Html, Base64MatchesRfc4648) {
  const auto encode = [](const std::string& text) {
    return base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg==");
  EXPECT_EQ(encode("fo"), "Zm8=");
  EXPECT_EQ(encode("foo"), "Zm9v");
  EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encode("\xff\xfe\xfd"), "//79");
}

TEST(Html, TablesEscapeCells) {
  const std::string text = table({"<h>"}, {{"<n>", {"<v>", "met"}}});
  EXPECT_NE(text.find("<th>&lt;h&gt;</th>"), std::string::npos);
  EXPECT_NE(text.find("<td class=\"met\">&lt;v&gt;</td>"), std::string::npos);
  EXPECT_EQ(facts({}), "");
}

}  // namespace
}  // namespace elbo::html
