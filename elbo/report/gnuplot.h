// Plots through gnuplot: a script with its data inside goes in on standard input, the picture comes
// back on standard output. No shell is involved, and text reaches gnuplot only through literal().
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace elbo::gnuplot {

/// A gnuplot string literal: single quotes, in which gnuplot expands nothing. Control characters
/// become spaces, and single quotes typographic ones.
std::string literal(std::string_view text);

/// A named block of numbers, "$name << EOD ...", one inner list a row. Values that aren't finite
/// are written as NaN, which gnuplot leaves out.
std::string data_block(std::string_view name, const std::vector<std::vector<double>>& rows);

/// Makes an axis logarithmic, with labelled ticks at 1, 2 and 5 of each decade, or at each
/// decade alone when there are many. `suffix` follows every number. 0 < low < high.
std::string logarithmic_tics(char axis, double low, double high, std::string_view suffix = "");

/// A step of 1, 2 or 5 times a power of ten that cuts the range, above 0, into at most six parts,
/// so that long numbers don't meet.
double tic_step(double range);

/// Begins and ends a plot of equal panels with labels at the left and below the outer ones, and one
/// key above them all: `entries`, what a "plot" draws that lies outside of [0, 1] and has titles.
/// Panels need "unset key"; width, height: the whole plot's, in the pixels of write_plot.
std::string begin_panels(std::size_t rows, std::size_t columns, int width, int height);
std::string end_panels(const std::string& entries, int height);

/// Colours as "#rrggbb". Okabe & Ito's for a few series (black comes last), and ten for classes,
/// after Tol's "muted" scheme: both can be told apart with any colour vision.
std::string series_colour(std::size_t index);
std::string class_colour(std::size_t index);
/// A filled point type that goes with class_colour, so that classes differ in shape as well.
int class_marker(std::size_t index);

/// Runs a script and returns what gnuplot wrote to standard output. Throws Error with gnuplot's own
/// message when it fails, isn't installed, or takes longer than a minute.
std::string run(const std::string& script, const char* program = "gnuplot");

/// Writes folder/NAME.png (twice the size in pixels, for sharp screens and print) and
/// folder/NAME.svg in the house style: `script` holds the plot commands alone. Returns false, after
/// a warning that says why, when gnuplot can't draw it: a figure less must not cost a study.
bool write_plot(const std::filesystem::path& folder, const std::string& name, int width, int height,
                const std::string& script);

}  // namespace elbo::gnuplot
