#include "elbo/io/safetensors.h"

#include "elbo/base/file.h"
#include "tests/io/format_support.h"

namespace elbo {
namespace {

// safetensors 0.8 (Python): safetensors.numpy.save({
//   'weight': np.array([[1, 2, 3], [4, 5, 6.5]], '<f4'), 'step': np.array([12345678901], '<i8'),
//   'mask': np.array([1, 0, 255], 'u1'), 'scalar': np.array(2.5, '<f8')},
//   metadata={'format': 'np'})
constexpr const char* kSafetensors =
    "10010000000000007b225f5f6d657461646174615f5f223a7b22666f726d6174223a226e70227d2c22737465"
    "70223a7b226474797065223a22493634222c227368617065223a5b315d2c22646174615f6f66667365747322"
    "3a5b302c385d7d2c227363616c6172223a7b226474797065223a22463634222c227368617065223a5b5d2c22"
    "646174615f6f666673657473223a5b382c31365d7d2c22776569676874223a7b226474797065223a22463332"
    "222c227368617065223a5b322c335d2c22646174615f6f666673657473223a5b31362c34305d7d2c226d6173"
    "6b223a7b226474797065223a225538222c227368617065223a5b335d2c22646174615f6f666673657473223a"
    "5b34302c34335d7d7d20202020202020351cdcdf0200000000000000000004400000803f0000004000004040"
    "000080400000a0400000d0400100ff";
// safetensors.numpy.save({'h': np.array([1, 2], '<f2')})
constexpr const char* kSafetensorsHalf =
    "38000000000000007b2268223a7b226474797065223a22463136222c227368617065223a5b325d2c22646174"
    "615f6f666673657473223a5b302c345d7d7d2020003c0040";

SafeTensors parse(const Bytes& bytes) {
  return parse_safetensors(bytes, "m.safetensors");
}

Bytes with_header(const std::string& header, std::size_t data_bytes) {
  Bytes bytes;
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(std::uint64_t{header.size()} >> shift));
  }
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), data_bytes, 1);
  return bytes;
}

TEST(SafeTensors, ReadsWhatThePublicLibraryWrote) {
  const SafeTensors contents = parse(from_hex(kSafetensors));
  EXPECT_EQ(contents.metadata, (std::map<std::string, std::string>{{"format", "np"}}));
  ASSERT_EQ(contents.tensors.size(), 4u);
  const Array* weight = contents.find("weight");
  ASSERT_NE(weight, nullptr);
  EXPECT_EQ(weight->extents(), (Extents{2, 3}));
  EXPECT_EQ(weight->values<float>()[5], 6.5f);
  EXPECT_EQ(contents.find("step")->values<std::int64_t>()[0], 12345678901);
  EXPECT_EQ(contents.find("mask")->values<std::uint8_t>()[2], 255);
  EXPECT_EQ(contents.find("scalar")->rank(), 0);
  EXPECT_EQ(contents.find("scalar")->values<double>()[0], 2.5);
  EXPECT_EQ(contents.find("absent"), nullptr);
}

TEST(SafeTensors, RoundTripsAndAligns) {
  const TemporaryFolder folder;
  SafeTensors contents;
  contents.metadata = {{"note", "naïve \"quotes\"\n"}, {"empty", ""}};
  contents.tensors.emplace_back("bytes", Array::from(std::vector<std::uint8_t>{1, 2, 3}, {3}));
  contents.tensors.emplace_back("weight", Array::from(std::vector<float>{1, 2}, {1, 2}));
  contents.tensors.emplace_back("none", Array(DType::i32, {0, 4}));
  contents.tensors.emplace_back("moment", Array::from(std::vector<double>{0.5}, {}));
  contents.tensors.emplace_back("step", Array::from(std::vector<std::int64_t>{-1}, {1}));
  write_safetensors(folder / "m", contents);

  const Bytes bytes = read_file(folder / "m");
  EXPECT_EQ((bytes.size() - (8 + 8 + 8 + 3)) % 8, 0u) << "the data starts at a multiple of eight";
  const SafeTensors back = read_safetensors(folder / "m");
  EXPECT_EQ(back.metadata, contents.metadata);
  ASSERT_EQ(back.tensors.size(), contents.tensors.size());
  EXPECT_EQ(back.tensors.front().first, "moment");
  EXPECT_EQ(back.tensors.back().first, "bytes");
  for (const auto& [name, array] : contents.tensors) {
    const Array* found = back.find(name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->dtype(), array.dtype());
    EXPECT_EQ(found->extents(), array.extents());
    EXPECT_TRUE(std::equal(array.bytes().begin(), array.bytes().end(), found->bytes().begin(),
                           found->bytes().end()));
  }
}

TEST(SafeTensors, WritesFromMemoryItDoesNotOwn) {
  const TemporaryFolder folder;
  const std::vector<float> flat = {1, 2, 3, 4};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(flat.data());
  const std::vector<TensorView> views = {{"a", DType::f32, {1}, {bytes, 4}},
                                         {"b", DType::f32, {3}, {bytes + 4, 12}}};
  write_safetensors(folder / "m", views);
  const SafeTensors back = read_safetensors(folder / "m");
  EXPECT_TRUE(back.metadata.empty());
  EXPECT_EQ(back.find("a")->values<float>()[0], 1.0f);
  EXPECT_EQ(back.find("b")->values<float>()[2], 4.0f);
}

TEST(SafeTensors, RefusesToWriteWhatCannotBeRead) {
  const TemporaryFolder folder;
  const std::vector<TensorView> twice = {{"a", DType::u8, {0}, {}}, {"a", DType::u8, {0}, {}}};
  EXPECT_THROW(write_safetensors(folder / "m", twice), FileError);
  const std::vector<TensorView> reserved = {{"__metadata__", DType::u8, {0}, {}}};
  EXPECT_THROW(write_safetensors(folder / "m", reserved), FileError);
  EXPECT_THROW(write_safetensors(folder / "m", std::vector<TensorView>{}, {{"k", "\xff"}}),
               FileError);
  EXPECT_FALSE(std::filesystem::exists(folder / "m"));
}

TEST(SafeTensors, RefusesEveryTruncation) {
  expect_prefixes_are_refused(from_hex(kSafetensors), parse);
}

TEST(SafeTensors, SurvivesDamage) {
  expect_damage_is_survived(from_hex(kSafetensors), parse);
}

TEST(SafeTensors, RefusesHeadersThatLie) {
  const std::string a = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  EXPECT_EQ(parse(with_header("{" + a + "}", 8)).tensors.size(), 1u);
  EXPECT_EQ(parse(with_header("{}", 0)).tensors.size(), 0u);
  const std::vector<std::pair<std::string, std::size_t>> bad = {
      {"{" + a + "}", 9},
      {"{" + a + "," + a + "}", 8},
      {"{" + a + R"(,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12},
      {"{" + a + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}})", 16},
      {R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8},
      {R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8},
      {R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", 8},
      {R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0},
      {R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]}})", 8},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}})", 8},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,"8"]}})", 8},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}})", 8},
      {R"({"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}})", 8},
      {R"({"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}})", 8},
      {R"({"a":[2]})", 8},
      {R"({"__metadata__":{"a":1}})", 0},
      {R"({"__metadata__":[]})", 0},
      {R"({"a":{"dtype":{"b":{"c":{}}},"shape":[2],"data_offsets":[0,8]}})", 8},
      {std::string(100000, '[') + std::string(100000, ']'), 0},
      {R"({"a":)" + std::string(100000, '['), 0},
      {" {}", 0},
      {"{} x", 0},
      {"", 0}};
  for (const auto& [header, data_bytes] : bad) {
    EXPECT_THROW(parse(with_header(header, data_bytes)), FileError) << header.substr(0, 100);
  }
}

TEST(SafeTensors, SaysWhatIsWrong) {
  EXPECT_EQ(message_of<FileError>([] { parse(from_hex(kSafetensorsHalf)); }),
            "m.safetensors: tensor 'h' has type F16; F32, F64, U8, I32 and I64 are read");
  EXPECT_EQ(
      message_of<FileError>([] { parse(from_text("not a safetensors file at all")); }),
      "m.safetensors: a safetensors header of 7021991845529153390 bytes; at most 16777216 are "
      "read; is it safetensors?");
  Bytes cut = from_hex(kSafetensors);
  cut.resize(300);
  EXPECT_EQ(message_of<FileError>([&] { parse(cut); }),
            "m.safetensors: header says 43 bytes of tensors but the file holds 20; is the file "
            "complete?");
  EXPECT_EQ(message_of<FileError>([] {
              const std::string a = R"("a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]})";
              parse(with_header("{" + a + "," + a + "}", 2));
            }),
            "m.safetensors: damaged safetensors header: 'a' appears twice");
}

}  // namespace
}  // namespace elbo
