#include "elbo/data/spec.h"

#include <gtest/gtest.h>

#include "elbo/base/error.h"
#include "tests/data/scratch.h"

namespace elbo {
namespace {

std::string complaint(const std::string& text) {
  return message_of<UsageError>([&] { parse_data_spec(text); });
}

TEST(DataSpec, TakesNamedSetsApart) {
  const DataSpec plain = parse_data_spec("mnist");
  EXPECT_EQ(plain.kind, DataKind::named);
  EXPECT_EQ(plain.name, "mnist");
  EXPECT_EQ(plain.split, "");
  const DataSpec full = parse_data_spec("fashion-mnist:test?limit=100");
  EXPECT_EQ(full.name, "fashion-mnist");
  EXPECT_EQ(full.split, "test");
  EXPECT_EQ(full.integer("limit", 5, 1, 1000), 100);
}

TEST(DataSpec, TakesFilesApart) {
  const DataSpec pair = parse_data_spec("idx:a/images.gz,b/labels.gz");
  ASSERT_EQ(pair.files.size(), 2u);
  EXPECT_EQ(pair.files[0], "a/images.gz");
  EXPECT_EQ(pair.files[1], "b/labels.gz");
  EXPECT_EQ(parse_data_spec("npy:x.npy").files.size(), 1u);
  const DataSpec table = parse_data_spec("csv:table.csv?target=price");
  EXPECT_EQ(table.files[0], "table.csv");
  EXPECT_EQ(table.value("target"), "price");
  EXPECT_EQ(table.value("limit"), std::nullopt);
}

TEST(DataSpec, KeepsOddPathsWhenTheyAreEscaped) {
  const DataSpec odd = parse_data_spec("npy:a\\,b\\?c.npy,d.npy?limit=3");
  ASSERT_EQ(odd.files.size(), 2u);
  EXPECT_EQ(odd.files[0], "a,b?c.npy");
  EXPECT_EQ(odd.files[1], "d.npy");
  // One file only: its commas need nothing. A backslash before a letter stands for itself.
  EXPECT_EQ(parse_data_spec("csv:a,b\\c.csv").files[0], "a,b\\c.csv");
  EXPECT_EQ(parse_data_spec("csv:x.csv?target=a\\&b&limit=2").value("target"), "a&b");
}

TEST(DataSpec, OpensTheHomeFolder) {
  const ScopedVariable home("HOME", "/home/somebody");
  EXPECT_EQ(parse_data_spec("images:~/pictures").files[0], "/home/somebody/pictures");
  EXPECT_EQ(parse_data_spec("images:a~/b").files[0], "a~/b");
}

TEST(DataSpec, WritesWhatItReads) {
  for (const char* text :
       {"mnist:test", "strokes:train?count=10&size=14", "idx:a\\,b,c\\?d?limit=2",
        "csv:a,b\\?.csv?target=x\\&y", "images:dir\\\\", "images:back\\slash", "npy:a\\\\,b"}) {
    EXPECT_EQ(to_string(parse_data_spec(text)), text);
  }
}

TEST(DataSpec, SuggestsTheKindThatWasMeant) {
  EXPECT_NE(complaint("mnits").find("did you mean 'mnist'?"), std::string::npos);
  EXPECT_NE(complaint("stroke?count=3").find("did you mean 'strokes'?"), std::string::npos);
  EXPECT_NE(complaint("data/table.csv").find("did you mean 'csv:data/table.csv'?"),
            std::string::npos);
  EXPECT_NE(complaint("").find("expected a kind of data first"), std::string::npos);
}

TEST(DataSpec, RefusesUnknownSplitsAndKeys) {
  EXPECT_EQ(complaint("mnist:tests"),
            "data spec 'mnist:tests': mnist has no split 'tests' (known: train, test); did you "
            "mean 'test'?");
  EXPECT_NE(complaint("strokes?cuont=3").find("did you mean 'count'?"), std::string::npos);
  EXPECT_NE(complaint("mnist?count=3").find("mnist has no key 'count'"), std::string::npos);
  EXPECT_NE(complaint("mnist?limit=3&limit=4").find("given twice"), std::string::npos);
}

TEST(DataSpec, RefusesMissingAndSurplusFiles) {
  EXPECT_NE(complaint("csv").find("expected the name of a file after 'csv:'"), std::string::npos);
  EXPECT_NE(complaint("images:").find("expected the name of a folder"), std::string::npos);
  EXPECT_NE(complaint("idx:a,").find("after ','"), std::string::npos);
  EXPECT_NE(complaint("npy:a,b,c").find("expected at most 2 files, found 3"), std::string::npos);
}

TEST(DataSpec, RefusesBrokenQueries) {
  for (const char* text : {"mnist?", "mnist?limit", "mnist?=3", "mnist?limit=", "mnist?limit=3&"}) {
    EXPECT_NE(complaint(text).find("expected key=value"), std::string::npos) << text;
  }
  EXPECT_NE(complaint("csv:why?.csv").find("written '\\?'"), std::string::npos);
  for (const char* text : {"mnist?limit=0", "mnist?limit=-1", "mnist?limit=3x", "mnist?limit=1e3",
                           "mnist?limit=99999999999999999999"}) {
    EXPECT_NE(complaint(text).find("expected limit to be a whole number"), std::string::npos)
        << text;
  }
}

TEST(DataSpec, NumbersAreInRange) {
  const DataSpec spec = parse_data_spec("ising?temperature=2.27");
  EXPECT_DOUBLE_EQ(spec.number("temperature", 1, 0, 10), 2.27);
  EXPECT_DOUBLE_EQ(spec.number("sweeps", 1.5, 0, 10), 1.5);
  EXPECT_THROW(spec.number("temperature", 1, 3, 10), UsageError);
  const DataSpec nan = parse_data_spec("ising?temperature=nan");
  EXPECT_THROW(nan.number("temperature", 1, 0, 10), UsageError);
}

}  // namespace
}  // namespace elbo
