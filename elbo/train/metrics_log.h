// metrics.jsonl: one JSON object an epoch.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "elbo/train/trainer.h"

namespace elbo {

nlohmann::json to_json(const EpochReport& report);

/// Drops the lines after `epochs` epochs (a resumed run writes them again); a last line that was
/// cut off goes too. No file is fine.
void truncate_metrics(const std::filesystem::path& path, std::int64_t epochs);

void append_metrics(const std::filesystem::path& path, const EpochReport& report);

}  // namespace elbo
