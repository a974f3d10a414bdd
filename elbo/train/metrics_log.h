// The numbers of each epoch in the run folder: metrics.jsonl, one JSON object an epoch, and the
// same by tag for TensorBoard.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "elbo/io/event_log.h"
#include "elbo/train/trainer.h"

namespace elbo {

nlohmann::json to_json(const EpochReport& report);

/// Drops the lines of later epochs than that (a resumed run writes them again) and those that are
/// damaged, such as a last line that was cut off. No file is fine.
void truncate_metrics(const std::filesystem::path& path, std::int64_t epochs);

/// The file's objects in order; none when it isn't there. Lines that are no JSON objects (a last
/// one that was cut off) are left out.
std::vector<nlohmann::json> read_metrics(const std::filesystem::path& path);

/// The epoch whose weights a run keeps: the first with the best validation ELBO, the last when
/// nothing was validated, null when there is none.
const nlohmann::json* kept_epoch(const std::vector<nlohmann::json>& epochs);

void append_metrics(const std::filesystem::path& path, const EpochReport& report);

/// One event with tags "train/elbo_nats", "validation/elbo_nats", "learning_rate" and so on.
void append_events(EventLog& log, const EpochReport& report);

}  // namespace elbo
