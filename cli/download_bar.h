// The progress of a download, on standard error.
#pragma once

#include "elbo/data/download.h"

namespace elbo::cli {

/// A bar that is redrawn on a terminal; elsewhere one line a file, when it is complete.
DownloadProgressCallback download_bar();

}  // namespace elbo::cli
