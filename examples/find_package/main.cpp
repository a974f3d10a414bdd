// The smallest program that uses the library: which elbo is it, and which presets does it have?
#include <cstdio>

#include "elbo/base/version.h"
#include "elbo/train/presets.h"

int main() {
  std::printf("elbo %s\n", elbo::version().c_str());
  for (const elbo::Preset& preset : elbo::presets()) {
    std::printf("%s: %s\n", preset.name.c_str(), preset.description.c_str());
  }
}
