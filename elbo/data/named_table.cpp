#include "elbo/data/named_table.h"

namespace elbo {
namespace {

/// Both sets have MNIST's layout: 60000 and 10000 images of 28 by 28, labels of one byte.
NamedSplit split_of(const std::string& prefix, std::int64_t count, const std::string& images_sha256,
                    const std::string& labels_sha256) {
  return {{prefix + "-images-idx3-ubyte", images_sha256, 16, count, 28 * 28},
          {prefix + "-labels-idx1-ubyte", labels_sha256, 8, count, 1}};
}

NamedSet mnist() {
  NamedSet set;
  set.name = "mnist";
  set.example = {28, 28, 1};
  set.train =
      split_of("train", 60000, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
               "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5");
  set.test =
      split_of("t10k", 10000, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
               "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");
  set.class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  set.mirrors = {"https://ossci-datasets.s3.amazonaws.com/mnist/",
                 "https://storage.googleapis.com/cvdf-datasets/mnist/",
                 "http://yann.lecun.com/exdb/mnist/"};
  return set;
}

NamedSet fashion_mnist() {
  NamedSet set;
  set.name = "fashion-mnist";
  set.example = {28, 28, 1};
  set.train =
      split_of("train", 60000, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
               "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9");
  set.test =
      split_of("t10k", 10000, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
               "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34");
  set.class_names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                     "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  set.mirrors = {
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"};
  return set;
}

}  // namespace

const std::vector<NamedSet>& named_sets() {
  static const std::vector<NamedSet> sets = {mnist(), fashion_mnist()};
  return sets;
}

}  // namespace elbo
