#include "elbo/base/temporary_folder.h"

#include <cstdlib>
#include <system_error>

#include "elbo/base/error.h"

namespace elbo {

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent) {
  std::string name = (parent / "elbo-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw FileError("{}: no temporary folder can be made", parent.string());
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace elbo
