#include "elbo/report/gnuplot.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/base/log.h"

extern char** environ;

namespace elbo::gnuplot {
namespace {

constexpr std::chrono::seconds kTimeLimit{60};
constexpr long kMaxOutputBytes = 1L << 28;

// What every plot has in common: one font, thin grey grid below the data, axes left and below only,
// ticks outside, no mark-up in text (so that a name with _ or ^ stays what it is).
constexpr const char* kHouseStyle = R"(set encoding utf8
set minussign
set border 3 linewidth 0.8 linecolor rgb '#555555'
set tics out nomirror scale 0.6 textcolor rgb '#333333'
set grid back linetype 1 linewidth 0.5 linecolor rgb '#e3e3e3'
set key tmargin left horizontal Left reverse noautotitle samplen 1.6 spacing 1.15 textcolor rgb '#222222'
set xlabel textcolor rgb '#222222'
set ylabel textcolor rgb '#222222'
set title textcolor rgb '#222222'
set style fill solid noborder
)";

/// An unnamed temporary file that a child process reads or writes instead of a pipe: nothing can
/// deadlock or raise SIGPIPE.
class Spool {
 public:
  Spool() : file_(std::tmpfile(), &std::fclose) {
    if (!file_) throw FileError("a temporary file can't be made: {}", std::strerror(errno));
    ::fcntl(descriptor(), F_SETFD, FD_CLOEXEC);
  }
  int descriptor() const { return ::fileno(file_.get()); }
  void fill(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() ||
        std::fflush(file_.get()) != 0) {
      throw FileError("a temporary file can't be written: {}", std::strerror(errno));
    }
    std::rewind(file_.get());
  }
  std::string contents() {
    std::fseek(file_.get(), 0, SEEK_END);
    const long size = std::ftell(file_.get());
    if (size < 0 || size > kMaxOutputBytes) throw Error("gnuplot: wrote {} bytes", size);
    std::rewind(file_.get());
    std::string text(static_cast<std::size_t>(size), '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file_.get()));
    return text;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

/// Starts the program with these three files; throws when it isn't there.
pid_t spawn(const char* program, int input, int output, int errors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  // --default-settings: no start-up file of the user's may change how a figure looks.
  std::string name(program), option("--default-settings");
  std::array<char*, 3> arguments = {name.data(), option.data(), nullptr};
  pid_t child = -1;
  const int failure = ::posix_spawnp(&child, program, &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure == ENOENT) throw Error("{} is not installed (Debian, Ubuntu: gnuplot-nox)", program);
  if (failure != 0) throw Error("{} can't be started: {}", program, std::strerror(failure));
  return child;
}

/// The exit status; a child that outlives the time limit is killed.
int wait_for(pid_t child, const char* program) {
  const auto deadline = std::chrono::steady_clock::now() + kTimeLimit;
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return status;
    if (ended < 0 && errno != EINTR) throw Error("{}: {}", program, std::strerror(errno));
    if (std::chrono::steady_clock::now() > deadline) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      throw Error("{}: took longer than {} s", program, kTimeLimit.count());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

/// gnuplot's complaint as one line, without the script lines and carets that it prints around it.
std::string one_line(const std::string& errors) {
  std::string line, last;
  for (const char c : errors + "\n") {
    if (c != '\n') {
      line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
      continue;
    }
    if (line.find_first_not_of(" ^\"") != std::string::npos) last = line;
    line.clear();
  }
  const std::size_t begin = last.find_first_not_of(' ');
  return begin == std::string::npos ? "no message" : last.substr(begin, 300);
}

}  // namespace

std::string literal(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    // gnuplot reads a doubled quote at the start of a literal as its end, so none is written.
    if (c == '\'') {
      result += "’";
    } else {
      result += byte < 0x20 || byte == 0x7f ? ' ' : c;
    }
  }
  return result + "'";
}

std::string data_block(std::string_view name, const std::vector<std::vector<double>>& rows) {
  std::string block = fmt::format("${} << EOD\n", name);
  for (const std::vector<double>& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) block += ' ';
      block += std::isfinite(row[i]) ? fmt::format("{:.7g}", row[i]) : "NaN";
    }
    block += '\n';
  }
  return block + "EOD\n";
}

std::string logarithmic_tics(char axis, double low, double high, std::string_view suffix) {
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  const bool sparse = std::log10(high / low) > 2.5;
  std::string tics;
  for (int decade = first; decade <= last; ++decade) {
    for (const int digit : {1, 2, 5}) {
      const double value = digit * std::pow(10.0, decade);
      if ((sparse && digit > 1) || value < low * 0.999 || value > high * 1.001) continue;
      // A tick's label is a format, in which % stands for itself only when doubled.
      std::string label = fmt::format("{:.6g}{}", value, suffix);
      for (auto at = label.find('%'); at != std::string::npos; at = label.find('%', at + 2)) {
        label.insert(at, 1, '%');
      }
      tics += fmt::format("{}{} {:.6g}", tics.empty() ? "" : ", ", literal(label), value);
    }
  }
  return fmt::format("set logscale {0}\nset {0}tics ({1})\n", axis, tics);
}

std::string begin_panels(std::size_t rows, std::size_t columns, int width, int height) {
  return fmt::format(
      "set multiplot layout {},{} margins {:.4f},{:.4f},{:.4f},{:.4f} spacing {:.4f},{:.4f}\n"
      "unset key\n",
      rows, columns, 80.0 / width, 1 - 16.0 / width, 62.0 / height, 1 - 60.0 / height, 62.0 / width,
      66.0 / height);
}

std::string end_panels(const std::string& entries, int height) {
  return fmt::format(
      "unset border\nunset tics\nunset title\nunset xlabel\nunset ylabel\nunset grid\n"
      "unset logscale\nset lmargin at screen 0\nset rmargin at screen 1\n"
      "set tmargin at screen 1\nset bmargin at screen {:.4f}\n"
      "set xrange [0:1]\nset yrange [0:1]\n"
      "set key at graph 0.5,0.5 center center horizontal maxrows 1 samplen 3\n"
      "plot {}\nunset multiplot\n",
      1 - 34.0 / height, entries);
}

double tic_step(double range) {
  const double least = range / 6, decade = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * decade >= least) return factor * decade;
  }
  return 10 * decade;
}

std::string series_colour(std::size_t index) {
  static constexpr std::array<const char*, 8> kColours = {
      "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442", "#000000"};
  return kColours[index % kColours.size()];
}

std::string class_colour(std::size_t index) {
  static constexpr std::array<const char*, 10> kColours = {
      "#332288", "#88ccee", "#44aa99", "#117733", "#999933",
      "#ddcc77", "#cc6677", "#882255", "#aa4499", "#555555"};
  return kColours[index % kColours.size()];
}

int class_marker(std::size_t index) {
  static constexpr std::array<int, 5> kMarkers = {7, 5, 9, 13, 11};
  return kMarkers[index % kMarkers.size()];
}

std::string run(const std::string& script, const char* program) {
  Spool input, output, errors;
  input.fill(script);
  const pid_t child = spawn(program, input.descriptor(), output.descriptor(), errors.descriptor());
  const int status = wait_for(child, program);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Error("{}: {}", program, one_line(errors.contents()));
  }
  return output.contents();
}

bool write_plot(const std::filesystem::path& folder, const std::string& name, int width, int height,
                const std::string& script) {
  const std::string png_terminal = fmt::format(
      "set terminal pngcairo noenhanced size {},{} font 'DejaVu Sans,10.5' fontscale 2 linewidth 2 "
      "pointscale 2\n",
      2 * width, 2 * height);
  const std::string svg_terminal = fmt::format(
      "set terminal svg noenhanced size {},{} font 'DejaVu Sans,Helvetica,Arial,sans-serif,10.5' "
      "background rgb 'white'\n",
      width, height);
  try {
    const std::string png = run(png_terminal + kHouseStyle + script);
    const std::string svg = run(svg_terminal + kHouseStyle + script);
    if (png.empty() || svg.empty()) throw Error("gnuplot: drew nothing");
    make_directory(folder);
    write_text_file(folder / (name + ".png"), png);
    write_text_file(folder / (name + ".svg"), svg);
    return true;
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    logging::warning("figure {} is left out: {}", name, error.what());
    return false;
  }
}

}  // namespace elbo::gnuplot
