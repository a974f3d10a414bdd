// Geodesics of the latent space: curves between two codes that are as short as the decoder allows
// when lengths are taken in the space of the data, which is to say under the metric that the
// decoder pulls back, J(z)^T J(z) with J the Jacobian of g(z), the mean of p(x | z). Arvanitidis,
// Hansen & Hauberg 2018, "Latent space oddity"; Chen et al. 2018, "Metrics for deep generative
// models"; Shao, Kumar & Fletcher 2018, "The Riemannian geometry of deep generative models".
//
// A curve is a list of points z_0, ..., z_T, and what is minimised is its discrete energy
//
//     E = T * sum_t |g(z_{t+1}) - g(z_t)|^2,
//
// (Shao et al., eq. 8, up to a factor). Curves of least energy are the shortest ones, run through
// at constant speed; the energy needs no Jacobian, so that any decoder will do. The ends stay where
// they are; between them the curve is
//
//     z(t) = z_first(t) + s * sum_k c_k sin(k pi t) / k,    k = 1 ... T - 1,
//
// s being the distance of the ends, and Adam moves the c_k. Sines vanish at the ends and are the
// eigenvectors of the energy of a linear decoder; divided by k they all weigh the same in it, so
// that what would be a badly conditioned chain of springs is not.
//
// Left out: the decoder's variance, by which Arvanitidis et al. keep curves near the codes of the
// data. A geodesic is the shortest way and promises no more: where the decoder can draw one image
// fading into another, that is the shortest way there is between them.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "elbo/evaluate/parameter_map.h"

namespace elbo {

/// g as graph nodes: codes (M, L) -> data (M, D), M a multiple of N.
using CurveDecoder = std::function<Value(Value codes)>;

struct GeodesicOptions {
  int threads = 1;
  /// Gradients of the energy that are taken; each costs about three decodings of the curve.
  std::int64_t iterations = 300;
  /// The first step of a c_k, falling to nothing along half a cosine.
  double step_size = 0.05;
};

/// Curves of least energy with the ends of those given, each found from the one in its place:
/// (points, L) f32 each, all of one shape, points >= 3. A curve for which nothing better is found
/// comes back as it was, so its energy never grows. The same input gives the same output, whatever
/// the number of threads. `parameters` are those that the decoder asks for by name.
/// Throws ShapeError when the curves differ in shape or a parameter is missing, Interrupted when
/// the user asks to stop.
std::vector<Array> geodesics(const std::vector<Array>& curves, const CurveDecoder& decoder,
                             const ParameterMap& parameters, const GeodesicOptions& options);

}  // namespace elbo
