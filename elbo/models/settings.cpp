#include "elbo/models/settings.h"

#include "elbo/distributions/likelihood.h"
#include "elbo/models/posterior.h"
#include "elbo/models/prior.h"
#include "elbo/nn/layers.h"
#include "elbo/nn/network.h"

namespace elbo {

const SettingsTable<ModelSettings>& model_settings_table() {
  using M = ModelSettings;
  static const SettingsTable<M> table(
      "model",
      {
          setting("name", &M::name, "the kind of model", one_of({"vae", "conditional_vae"})),
          setting("latent", &M::latent, "dimensions of the latent space", in_range(1, 65536)),
          setting("network", &M::network, "the family of encoder and decoder",
                  one_of(network_families())),
          setting("hidden", &M::hidden, "widths of the encoder's dense layers",
                  in_range(1, 1 << 20)),
          setting("decoder_hidden", &M::decoder_hidden,
                  "widths of the decoder's dense layers, from the data's side; [] mirrors the "
                  "encoder's",
                  in_range(1, 1 << 20)),
          setting("channels", &M::channels, "conv: channels after each halving of the image",
                  in_range(1, 65536)),
          setting("kernel", &M::kernel, "conv: side length of the kernels", in_range(1, 31)),
          setting("activation", &M::activation, "the nonlinearity", one_of(activation_names())),
          setting("normalization", &M::normalization, "what follows each hidden layer",
                  one_of({"none", "layer"})),
          setting("residual", &M::residual,
                  "dense layers as wide as the one before add to what they are given"),
          setting("blocks", &M::blocks, "conv: residual blocks at each size of the image",
                  in_range(0, 64)),
          setting(
              "dropout", &M::dropout,
              "share of the hidden units that a training step leaves out, anew for each example",
              in_range(0, 0.95)),
          setting("likelihood", &M::likelihood, "the distribution of the data given its code",
                  one_of(likelihood_names())),
          setting("sigma", &M::sigma, "gaussian_fixed: the standard deviation, in the data's units",
                  in_range(1e-4, 1e4)),
          setting("degrees_of_freedom", &M::degrees_of_freedom,
                  "student_t: fewer make heavier tails", in_range(2.1, 1000)),
          setting("posterior", &M::posterior, "the approximate posterior of a code given its data",
                  one_of(posterior_names())),
          setting("prior", &M::prior, "the distribution of the codes", one_of(prior_names())),
          setting("prior_components", &M::prior_components,
                  "mixture: its normals; vampprior: its pseudo-inputs", in_range(1, 65536)),
          setting("flow_layers", &M::flow_layers, "prior flow, posterior iaf: invertible layers",
                  in_range(1, 1000)),
          setting("flow_hidden", &M::flow_hidden,
                  "prior flow, posterior iaf: widths of each layer's network",
                  in_range(1, 1 << 20)),
      });
  return table;
}

}  // namespace elbo
