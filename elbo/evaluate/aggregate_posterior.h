// Where the KL term goes: into codes that tell examples apart, or into codes that miss the prior as
// a whole. Hoffman & Johnson 2016, "ELBO surgery": the mean KL(q(z | x) || p(z)) is the mutual
// information of x and z plus KL(q(z) || p(z)), q(z) being the mixture of all posteriors.
#pragma once

#include <cstdint>
#include <optional>

#include "elbo/evaluate/fitted_vae.h"

namespace elbo {

struct AggregateReport {
  /// Examples that it was computed from; the mutual information can't exceed log(count).
  std::int64_t count = 0;
  double mutual_information_nats = 0;
  double aggregate_kl_nats = 0;
};

/// E[log q(z | x) - log q(z)] in nats, x one of the M examples and q(z) the mixture over all of
/// them: one draw of z an example, log space, double precision. means, log_variances: (M, L) f32.
double mutual_information(const Array& means, const Array& log_variances, std::uint64_t seed,
                          int threads);

/// Of at most `limit` examples, drawn without replacement. The KL to the aggregate is the mean KL
/// less the mutual information, so it may fall below 0 by the noise of the draws. Nothing when the
/// posterior's density is only known at its own draws (model.posterior = "iaf").
std::optional<AggregateReport> evaluate_aggregate_posterior(const FittedVae& vae,
                                                            const Dataset& data, std::uint64_t seed,
                                                            std::int64_t limit = 2000);

}  // namespace elbo
