#include "elbo/base/utf8.h"

#include <gtest/gtest.h>

namespace elbo {
namespace {

TEST(Utf8, CharactersOfEveryLengthAreValid) {
  for (const char* text :
       {"", "cat", "\xc3\xa9t\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
}

TEST(Utf8, WhatIsNotIsFoundWhereItBegins) {
  EXPECT_EQ(valid_utf8_bytes("caf\xe9 au lait"), 3U);  // Latin-1
  for (const char* text : {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                           "\xf4\x90\x80\x80", "\xff", "\xe2\x82"}) {
    EXPECT_EQ(valid_utf8_bytes(text), 0U);
  }
}

}  // namespace
}  // namespace elbo
