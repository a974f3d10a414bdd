// Tables whose columns come in another order.
#include "elbo/data/columns.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "elbo/base/error.h"
#include "elbo/data/csv.h"

namespace elbo {
namespace {

Dataset table(const std::string& text, const std::optional<std::string>& target = {}) {
  return parse_csv({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, target, "t");
}

std::vector<float> row(const Dataset& data, std::int64_t i) {
  const auto values = data.examples.row<float>(i);
  return {values.begin(), values.end()};
}

TEST(Columns, AreFoundByTheirNames) {
  const Dataset data = table("c,kind,a,b\n3,x,1,2\n30,y,10,20\n", "kind");
  EXPECT_EQ(data.columns, (std::vector<std::string>{"c", "a", "b"}));
  const Dataset found = with_columns(data, {"a", "b", "c"}, "the model");
  EXPECT_EQ(found.columns, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(row(found, 0), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(row(found, 1), (std::vector<float>{10, 20, 30}));
  EXPECT_EQ(found.class_names, data.class_names);
}

TEST(Columns, ThatAreNotAskedForAreLeftOut) {
  const Dataset found = with_columns(table("a,b,c\n1,2,3\n"), {"c", "a"}, "the model");
  EXPECT_EQ(found.example.channels, 2);
  EXPECT_EQ(row(found, 0), (std::vector<float>{3, 1}));
}

TEST(Columns, ThatAreMissingAreNamed) {
  try {
    with_columns(table("height,weight\n1,2\n"), {"height", "weigth"}, "the model");
    ADD_FAILURE() << "no UsageError";
  } catch (const UsageError& error) {
    EXPECT_STREQ(
        error.what(),
        "csv:t: the model needs the column 'weigth'; the table has height, weight; did you "
        "mean 'weight'?");
  }
}

TEST(Columns, WithoutNamesAreTakenAsTheyCome) {
  EXPECT_EQ(row(with_columns(table("1,2\n3,4\n"), {"b", "a"}, "the model"), 0),
            (std::vector<float>{1, 2}));
  EXPECT_EQ(row(with_columns(table("a,b\n1,2\n"), {}, "the model"), 0), (std::vector<float>{1, 2}));
}

}  // namespace
}  // namespace elbo
