// Where tests put their temporary folders.
#pragma once

#include <unistd.h>

#include <filesystem>

#include "elbo/base/temporary_folder.h"

namespace elbo {

/// Where files live in memory, if the system has such a place: for tests that write and sync many
/// files, which on a busy disk takes minutes.
inline std::filesystem::path memory_folder() {
  const char* shared_memory = "/dev/shm";
  return ::access(shared_memory, W_OK) == 0 ? shared_memory
                                            : std::filesystem::temp_directory_path();
}

}  // namespace elbo
