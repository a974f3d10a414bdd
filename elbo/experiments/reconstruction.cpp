// Reconstruction: originals over what the model makes of them.
#include "elbo/evaluate/bound.h"
#include "elbo/evaluate/structural_similarity.h"
#include "elbo/experiments/examples.h"
#include "elbo/experiments/experiments.h"

namespace elbo {

nlohmann::json run_reconstruction(const FittedVae& vae, const Dataset& test,
                                  const ResultFolder& results, std::uint64_t seed) {
  const ImageShape& image = vae.model().data().image;
  const BoundReport bound = evaluate_bound(vae, test, seed);
  nlohmann::json report{{"data", test.spec},
                        {"count", bound.count},
                        {"latent", vae.model().latent()},
                        {"mse", bound.mse},
                        {"elbo_nats", bound.elbo_nats},
                        {"log_likelihood_nats", bound.log_likelihood_nats},
                        {"kl_nats", bound.kl_nats},
                        {"active_units", bound.active_units}};
  if (bound.psnr_db) report["psnr_db"] = *bound.psnr_db;
  if (can_be_drawn(image)) {
    report["ssim"] = evaluate_structural_similarity(vae, test, seed);
    const auto shown = first_of_each_class(test);
    const Dataset part = test.subset(shown);
    const Array both = stacked({unit_examples(part), vae.reconstruct(part)});
    report["images"] =
        results.write_array("reconstruction_images", as_images(both, image, {2, part.count()}));
    report["labels"] = names_of(test, shown);
  }
  results.write("reconstruction", report);
  return report;
}

}  // namespace elbo
