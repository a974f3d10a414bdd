#include "elbo/data/source.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/data/strokes.h"
#include "tests/data/scratch.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

TEST(LoadDataset, MakesStrokes) {
  DataOptions options;
  options.seed = 4;
  const Dataset data = load_dataset("strokes?count=30&size=16", options);
  EXPECT_EQ(data.spec, "strokes:train?count=30&size=16");
  EXPECT_EQ(data.count(), 30);
  EXPECT_EQ(data.example, (ExampleShape{16, 16, 1}));
  EXPECT_EQ(load_dataset("strokes:test?limit=7", options).count(), 7);
  // The seed of the spec wins over the options'.
  const auto bytes = data.examples.bytes();
  const Dataset same = load_dataset("strokes?count=30&size=16&seed=4", DataOptions());
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), same.examples.bytes().begin()));
  const Dataset other = load_dataset("strokes?count=30&size=16&seed=5", options);
  EXPECT_FALSE(std::equal(bytes.begin(), bytes.end(), other.examples.bytes().begin()));
}

TEST(LoadDataset, DefaultSplitIsTheOptions) {
  DataOptions options;
  options.default_split = "test";
  EXPECT_EQ(load_dataset("strokes", options).count(), 10000);
  EXPECT_EQ(load_dataset("strokes?count=5", options).spec, "strokes:test?count=5");
  EXPECT_EQ(load_dataset("strokes:train?count=5", options).spec, "strokes:train?count=5");
  options.default_split = "validation";
  EXPECT_THROW(load_dataset("strokes", options), UsageError);
}

TEST(LoadDataset, AStrokesFactorCanBeTheTarget) {
  const Dataset data = load_dataset("strokes?count=20&target=rotation", DataOptions());
  StrokesOptions options;
  options.count = 20;
  const Array factors = strokes_factors(options);
  for (std::int64_t i = 0; i < 20; ++i) {
    EXPECT_EQ(data.targets->values<float>()[static_cast<std::size_t>(i)],
              factors.row<float>(i)[kRotation]);
  }
  const std::string message =
      message_of<UsageError>([] { load_dataset("strokes?count=20&target=slantt", DataOptions()); });
  EXPECT_NE(message.find("did you mean 'slant'?"), std::string::npos) << message;
}

TEST(LoadDataset, MakesLattices) {
  const Dataset fixed =
      load_dataset("ising?size=8&count=3&temperature=2.27&sweeps=2", DataOptions());
  EXPECT_EQ(fixed.example, (ExampleShape{8, 8, 1}));
  EXPECT_FLOAT_EQ(fixed.targets->values<float>()[2], 2.27f);
  const Dataset range =
      load_dataset("xy:test?size=6&count=9&temperature=0.5..0.75&sweeps=2", DataOptions());
  EXPECT_EQ(range.example, (ExampleShape{6, 6, 2}));
  for (const float t : range.targets->values<float>()) EXPECT_TRUE(t >= 0.5f && t <= 0.75f);
  for (const char* text :
       {"ising?temperature=cold", "ising?temperature=1..", "ising?temperature=-1",
        "xy?temperature=1.5..x", "xy?temperature=2..1", "xy?temperature=0"}) {
    EXPECT_THROW(load_dataset(text, DataOptions()), UsageError) << text;
  }
}

TEST(LoadDataset, ReadsTablesAndLimitsThem) {
  const TemporaryFolder folder;
  write_text_file(folder / "t.csv", "a,b,y\n1,2,0.5\n3,4,1.5\n5,6,2.5\n");
  const std::string spec = "csv:" + (folder / "t.csv").string() + "?limit=2&target=y";
  const Dataset data = load_dataset(spec, DataOptions());
  EXPECT_EQ(data.spec, spec);
  EXPECT_EQ(data.count(), 2);
  EXPECT_EQ(data.examples.row<float>(1)[0], 3.0f);
  EXPECT_EQ(data.targets->values<float>()[1], 1.5f);
}

TEST(LoadDataset, MissingFilesAreFileErrors) {
  for (const char* text : {"idx:/nonexistent/a", "npy:/nonexistent/a.npy", "csv:/nonexistent/a.csv",
                           "images:/nonexistent/a"}) {
    EXPECT_THROW(load_dataset(text, DataOptions()), FileError) << text;
  }
}

}  // namespace
}  // namespace elbo
