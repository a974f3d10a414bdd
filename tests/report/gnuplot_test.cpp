#include "elbo/report/gnuplot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "elbo/base/error.h"
#include "elbo/io/png.h"
#include "tests/report/synthetic_study.h"

namespace elbo::gnuplot {
namespace {

bool installed() {
  try {
    run("");
    return true;
  } catch (const Error&) {
    return false;
  }
}

TEST(Gnuplot, LiteralsHoldAnyText) {
  EXPECT_EQ(literal("it's"), "'it’s'");
  EXPECT_EQ(literal("a\nplot x\r`ls`\"@m"), "'a plot x `ls`\"@m'");
}

TEST(Gnuplot, DataBlocksMarkWhatIsNotFinite) {
  EXPECT_EQ(data_block("d", {{1, 0.5}, {2, NAN}}), "$d << EOD\n1 0.5\n2 NaN\nEOD\n");
}

TEST(Gnuplot, TicStepsAreRoundAndLeaveRoom) {
  EXPECT_EQ(tic_step(120), 20);
  EXPECT_EQ(tic_step(90), 20);
  EXPECT_EQ(tic_step(30), 5);
  EXPECT_EQ(tic_step(5), 1);
  EXPECT_NEAR(tic_step(0.5), 0.1, 1e-12);
}

TEST(Gnuplot, TicsAreRoundNumbersAndPercentSignsDoubled) {
  EXPECT_EQ(logarithmic_tics('y', 0.015, 0.11),
            "set logscale y\nset ytics ('0.02' 0.02, '0.05' 0.05, '0.1' 0.1)\n");
  EXPECT_EQ(logarithmic_tics('x', 0.01, 100, " %"),
            "set logscale x\nset xtics ('0.01 %%' 0.01, '0.1 %%' 0.1, '1 %%' 1, '10 %%' 10, "
            "'100 %%' 100)\n");
}

TEST(Gnuplot, MissingProgramIsSaid) {
  try {
    run("plot x", "elbo-has-no-such-program");
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("not installed"), std::string::npos) << error.what();
  }
}

TEST(Gnuplot, FailureCarriesItsMessageOnOneLine) {
  if (!installed()) GTEST_SKIP() << "gnuplot is not installed";
  try {
    run("set terminal svg\nplot undefined_function_of(x)\n");
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("undefined function"), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

TEST(Gnuplot, TextRunsNoCommand) {
  if (!installed()) GTEST_SKIP() << "gnuplot is not installed";
  const testing::StudyFolder folder;
  const std::filesystem::path trap = folder.path() / "trap";
  for (const std::string& text :
       {"`touch " + trap.string() + "`", "'\nsystem('touch " + trap.string() + "')\n'",
        "\"; !touch " + trap.string(), "x'.system('touch " + trap.string() + "').'"}) {
    const std::string svg = run("set terminal svg noenhanced\nset title " + literal(text) +
                                "\nplot x title " + literal(text) + "\n");
    EXPECT_NE(svg.find("touch"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(trap)) << text;
  }
}

TEST(Gnuplot, WritesBothFilesOrNone) {
  if (!installed()) GTEST_SKIP() << "gnuplot is not installed";
  const testing::StudyFolder folder;
  EXPECT_TRUE(write_plot(folder.path(), "line", 300, 200, "plot x\n"));
  EXPECT_EQ(read_png(folder.path() / "line.png").extents(), (Extents{400, 600, 3}));
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "line.svg"));
  EXPECT_FALSE(write_plot(folder.path(), "broken", 300, 200, "plot nothing_that_is\n"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "broken.png"));
}

}  // namespace
}  // namespace elbo::gnuplot
