#include "elbo/data/csv.h"

#include "elbo/base/file.h"
#include "elbo/data/csv_records.h"
#include "elbo/io/gzip.h"
#include "tests/io/format_support.h"

namespace elbo {
namespace {

using Texts = std::vector<std::string>;
using Target = std::optional<std::string>;

Dataset parse(std::string_view text, const Target& target = std::nullopt) {
  return parse_csv(from_text(text), target, "t.csv");
}

std::vector<float> values_of(const Array& array) {
  return {array.values<float>().begin(), array.values<float>().end()};
}

std::vector<std::int32_t> labels_of(const Dataset& set) {
  return {set.labels->values<std::int32_t>().begin(), set.labels->values<std::int32_t>().end()};
}

std::vector<Texts> records_of(std::string_view text) {
  const std::string what = "t";
  CsvRecords records(text, detect_separator(text), what);
  std::vector<Texts> result;
  while (records.next()) result.push_back(records.cells());
  return result;
}

TEST(CsvRecords, UnderstandsQuotesBlanksAndLineEnds) {
  EXPECT_EQ(records_of("a,b\r\n\n  \n\"x, \"\"y\"\"\nz\" , 2 ,\n"),
            (std::vector<Texts>{{"a", "b"}, {"x, \"y\"\nz", "2", ""}}));
  EXPECT_EQ(records_of("a"), (std::vector<Texts>{{"a"}}));
  EXPECT_EQ(records_of(""), (std::vector<Texts>{}));
  EXPECT_EQ(records_of("\"\""), (std::vector<Texts>{{""}}));
}

TEST(CsvRecords, DetectsTheSeparator) {
  EXPECT_EQ(records_of("a;b,c;d\n"), (std::vector<Texts>{{"a", "b,c", "d"}}));
  EXPECT_EQ(records_of("a\tb c\t\n\t\t\n"), (std::vector<Texts>{{"a", "b c", ""}, {"", "", ""}}));
  EXPECT_EQ(records_of("\"a;b;c\",d\n"), (std::vector<Texts>{{"a;b;c", "d"}}));
  EXPECT_EQ(records_of(" 1  2 \n3 4"), (std::vector<Texts>{{"1", "2"}, {"3", "4"}}));
}

TEST(CsvRecords, CountsLines) {
  const std::string what = "t";
  CsvRecords records("a,\"1\n2\"\n\nb,c\n", {}, what);
  ASSERT_TRUE(records.next());
  EXPECT_EQ(records.line(), 1u);
  ASSERT_TRUE(records.next());
  EXPECT_EQ(records.line(), 4u);
  EXPECT_FALSE(records.next());
}

TEST(Csv, ReadsNumbersWithAndWithoutHeader) {
  for (const char* text : {"x,y\n1,-2.5\n+3,4e2\n", "1,-2.5\n+3,4e2",
                           "\xEF\xBB\xBFx;y\r\n1;-2.5\r\n3;400\r\n", "1 -2.5\n3 400\n"}) {
    const Dataset set = parse(text);
    EXPECT_EQ(set.examples.extents(), (Extents{2, 2})) << text;
    EXPECT_EQ(values_of(set.examples), (std::vector<float>{1, -2.5f, 3, 400})) << text;
    EXPECT_EQ(set.example, (ExampleShape{1, 1, 2}));
    EXPECT_FALSE(set.labels || set.targets);
  }
}

// Written by pandas 3.1: DataFrame({'a': [0.1, 2], 'kind': ['x, y', 'z'], 0: [1, 2]}).to_csv()
TEST(Csv, ReadsWhatPandasWrites) {
  const Dataset set = parse(",a,kind,0\n0,0.1,\"x, y\",1\n1,2.0,z,2\n", "kind");
  EXPECT_EQ(values_of(set.examples), (std::vector<float>{0, 0.1f, 1, 1, 2, 2}));
  EXPECT_EQ(set.class_names, (Texts{"x, y", "z"}));
  EXPECT_EQ(labels_of(set), (std::vector<std::int32_t>{0, 1}));
}

TEST(Csv, FindsTheTargetByNameOrNumber) {
  for (const char* target : {"kind", "2"}) {
    const Dataset set = parse("a,kind,b\n1,cat,2\n3,ant,4\n5,cat,6\n", target);
    EXPECT_EQ(values_of(set.examples), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(set.class_names, (Texts{"ant", "cat"}));
    EXPECT_EQ(labels_of(set), (std::vector<std::int32_t>{1, 0, 1}));
  }
  // Without a header the first line is data, text in the target's column notwithstanding.
  EXPECT_EQ(parse("5.1,3.5,setosa\n4.9,3.0,setosa\n", "3").count(), 2);
  EXPECT_EQ(message_of<UsageError>([] { parse("mass,kind\n1,2\n", "knid"); }),
            "t.csv: no target column 'knid': expected a column's name or a number from 1 to 2; did "
            "you mean 'kind'?");
  EXPECT_EQ(
      message_of<UsageError>([] { parse("1,2\n", "3"); }),
      "t.csv: no target column '3': the file has no header, so expected a number from 1 to 2");
  EXPECT_THROW(parse("1,2\n", "0"), UsageError);
  EXPECT_THROW(parse("x,x\n1,2\n", "x"), UsageError);
}

TEST(Csv, ChoosesClassesOrTargets) {
  const Dataset integers = parse("x,y\n1,10\n2,9\n3,10\n", "y");
  EXPECT_EQ(integers.class_names, (Texts{"9", "10"}));
  EXPECT_EQ(labels_of(integers), (std::vector<std::int32_t>{1, 0, 1}));
  const Dataset decimals = parse("x,y\n1,10\n2,9.0\n", "y");
  EXPECT_FALSE(decimals.labels);
  EXPECT_EQ(values_of(*decimals.targets), (std::vector<float>{10, 9}));
  EXPECT_EQ(parse("x,y\n1,10\n2,ten\n", "y").class_names, (Texts{"10", "ten"}));
  std::string many = "x,y\n", few = many;
  for (int i = 0; i < 101; ++i) {
    many += "1," + std::to_string(i) + "\n";
    few += "1," + std::to_string(i % 100) + "\n";
  }
  EXPECT_TRUE(parse(many, "y").targets);
  EXPECT_EQ(parse(few, "y").class_count(), 100);
}

TEST(Csv, SaysWhereACellIsWrong) {
  EXPECT_EQ(message_of<DataError>([] { parse("a,b\n1,2\n3,4x\n"); }),
            "t.csv: line 3, column 2 ('b'): expected a number, found '4x'; correct it, or name the "
            "column as the target, or remove it");
  EXPECT_EQ(message_of<DataError>([] { parse("1,2\n3,\n"); }),
            "t.csv: line 2, column 2: expected a number, found an empty cell; fill it in or remove "
            "the line");
  EXPECT_EQ(
      message_of<DataError>([] { parse("NA,2\n3,4\n"); }),
      "t.csv: line 1, column 1: expected a number, found 'NA'; fill it in or remove the line");
  EXPECT_EQ(message_of<DataError>([] { parse("1,2\n3,4,5\n"); }),
            "t.csv: line 2 has 3 cells but the first has 2; every line must have as many");
  for (const char* cell : {"nan", "inf", "1e39", "1e999", "-infinity"}) {
    EXPECT_EQ(message_of<DataError>([&] { parse(std::string("1,2\n3,") + cell); }),
              std::string("t.csv: line 2, column 2: expected a finite number that fits a 32-bit "
                          "float, found '") +
                  cell + "'");
  }
  for (const char* cell : {"+", "-", "+-1", "0x10", "1.2.3", "1 2", "1e", "--1", "1,5", "\x01"}) {
    EXPECT_THROW(parse(std::string("1;2\n3;") + cell), DataError) << cell;
  }
  EXPECT_EQ(message_of<DataError>([] { parse("a,b\n1,2\n3,\n", "b"); }),
            "t.csv: line 3, column 2 ('b'): the target is empty; fill it in or remove the line");
}

TEST(Csv, SaysWhatIsWrongWithTheFile) {
  EXPECT_EQ(message_of<DataError>([] { parse(""); }), "t.csv: holds no table: the file is empty");
  EXPECT_EQ(message_of<DataError>([] { parse("\n \n"); }),
            "t.csv: holds no table: the file is empty");
  EXPECT_EQ(message_of<DataError>([] { parse("a,b\n"); }),
            "t.csv: holds a header but no lines of numbers");
  EXPECT_EQ(message_of<DataError>([] { parse("a\n1\n", "a"); }),
            "t.csv: its only column is the target, so nothing is left to model");
  EXPECT_EQ(message_of<DataError>([] { parse("1,2\n3,\"4\n5,6\n"); }),
            "t.csv: line 2, column 2: a quote is opened and never closed");
  EXPECT_EQ(message_of<DataError>([] { parse("\"1\"2,3\n"); }),
            "t.csv: line 1, column 1: text follows the closing quote of '1'");
  EXPECT_EQ(message_of<FileError>([] { parse(std::string_view("1\0,\0", 4)); }),
            "t.csv: expected text, found a zero byte; is it UTF-16 or a binary file? Save it as "
            "UTF-8 text");
}

TEST(Csv, TextIsUtf8) {
  EXPECT_EQ(parse("1,caf\xc3\xa9\n2,th\xc3\xa9\n", "2").class_names,
            (Texts{"caf\xc3\xa9", "th\xc3\xa9"}));
  EXPECT_EQ(message_of<DataError>([] { parse("1,2\n3,caf\xe9\n", "2"); }),
            "t.csv: line 2 holds bytes that are not UTF-8; save it as UTF-8 text");
}

TEST(Csv, SaysWhichCellMakesNumbersNamesOfClasses) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(parse("1,2.5\n2,3.5\n3,NA\n", "2").class_count(), 3);
  const std::string warning = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(warning.find("taken as names of classes because of 'NA' in line 3"), std::string::npos)
      << warning;
}

TEST(Csv, SaysWhichColumnsSinglePrecisionIsTooCoarseFor) {
  const auto warnings = [](const std::string& text) {
    ::testing::internal::CaptureStderr();
    parse(text);
    return ::testing::internal::GetCapturedStderr();
  };
  // An hour in seconds since 1970: 128 apart.
  const std::string warning = warnings("x,time\n1,1700000001\n2,1700003601\n");
  EXPECT_NE(warning.find("t.csv: column 'time': numbers are kept in single precision, which tells "
                         "only 18 apart in its range; subtract 1700000001 from it"),
            std::string::npos)
      << warning;
  EXPECT_EQ(warning.find("'x'"), std::string::npos) << warning;
  // Exact, constant, or fine enough.
  EXPECT_EQ(warnings("1000000,0.1,5000.1\n1000001,0.1,5100.2\n"), "");
}

TEST(Csv, SurvivesTruncationAndDamage) {
  const Bytes whole = from_text("a,\"b \"\"c\"\"\",d\r\n1,2,\"x\"\n3.5,-4e1,y\n");
  const auto read = [](const Bytes& bytes) { parse_csv(bytes, "3", "t.csv"); };
  EXPECT_NO_THROW(read(whole));
  expect_damage_is_survived(whole, read);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    try {
      read(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    } catch (const Error&) {
      continue;  // a shorter table may also be a good one
    }
  }
}

TEST(Csv, ReadsFilesPlainAndPacked) {
  const TemporaryFolder folder;
  write_file(folder / "t.csv", from_text("x,y\n1,2\n"));
  write_file(folder / "t.csv.gz", gzip_compress(from_text("x,y\n1,2\n")));
  for (const char* name : {"t.csv", "t.csv.gz"}) {
    EXPECT_EQ(values_of(load_csv(folder / name, "x").examples), (std::vector<float>{2}));
  }
  EXPECT_THROW(load_csv(folder / "absent.csv", std::nullopt), FileError);
}

}  // namespace
}  // namespace elbo
