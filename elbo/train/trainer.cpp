#include "elbo/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "elbo/base/error.h"
#include "elbo/base/finite.h"
#include "elbo/base/interrupt.h"
#include "elbo/base/log.h"
#include "elbo/base/process.h"
#include "elbo/feed/distorted_examples.h"
#include "elbo/train/best_weights.h"
#include "elbo/train/checkpoint.h"
#include "elbo/train/culprit.h"
#include "elbo/train/example_stream.h"
#include "elbo/train/good_state.h"
#include "elbo/train/gradient_step.h"
#include "elbo/train/optimizer.h"
#include "elbo/train/step_guard.h"
#include "elbo/train/term_sums.h"
#include "elbo/train/timetable.h"
#include "elbo/train/validation_pass.h"

namespace elbo {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string text_of(const nlohmann::json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

}  // namespace

class Trainer::State {
 public:
  State(TrainingProblem problem, const TrainSettings& settings, int threads,
        std::filesystem::path checkpoints)
      : problem_(std::move(problem)),
        settings_(settings),
        checkpoints_(std::move(checkpoints)),
        timetable_(problem_, settings),
        gradient_step_(problem_.loss, values_of(problem_.train_terms), settings, threads),
        best_(problem_.monitored, evaluated().size()),
        stream_(problem_.split.train, seed()),
        distorted_(problem_.distortion > 0
                       ? std::make_optional<DistortedExamples>(problem_.data, problem_.distortion,
                                                               seed(), threads)
                       : std::nullopt),
        train_binding_(distorted_ ? distorted_->data() : problem_.data, settings.batch_size),
        train_sums_(problem_.train_terms) {
    best_.keep(evaluated().values());
    train_binding_.bind(gradient_step_.plan());
    if (problem_.graph.find_input("warmup")) {
      gradient_step_.plan().bind_input("warmup", &warmup_);
    }
    tell_precision();
    if (!problem_.split.validation.empty() && !problem_.validation_terms.empty()) {
      validation_.emplace(problem_, evaluated().data(), seed(), threads);
    }
  }

  std::optional<std::int64_t> resume() {
    if (checkpoints_.empty()) return std::nullopt;
    const nlohmann::json progress = read_checkpoint(checkpoints_, buffers());
    if (progress.is_null()) return std::nullopt;
    const std::string found = text_of(progress, "identity");
    if (found != identity()) {
      throw UsageError(
          "{}: the checkpoint was made with other data, seed or batch size ({}; now {}); resume "
          "with the run's own settings, or choose another --out",
          checkpoints_.string(), found, identity());
    }
    try {
      restore(progress);
    } catch (const nlohmann::json::exception& error) {
      throw FileError("{}: the checkpoint's 'progress' is damaged: {}", checkpoints_.string(),
                      error.what());
    }
    gradient_step_.state_changed();
    good_.keep(gradient_step_.state());
    return epoch_;
  }

  void use_whole_learning_rate() { guard_.use_whole_learning_rate(); }

  TrainingResult run(const TrainingCallbacks& callbacks) {
    start_ = Clock::now();
    last_checkpoint_ = start_;
    last_progress_ = start_;
    const std::int64_t first_step = step_;
    bool stopped = out_of_patience() || out_of_time();  // a resumed run may be at its end
    while (epoch_ < settings_.epochs && !stopped) {
      run_epoch(callbacks);
      stopped = finish_epoch(callbacks);
    }
    if (best_.epoch() == 0) {
      check_end();
      best_.keep(evaluated().values());
    }
    save();
    return {
        .epochs = epoch_,
        .steps = step_,
        .seconds = seconds(),
        .seconds_before = seconds_before_,
        .examples_per_second = static_cast<double>((step_ - first_step) * settings_.batch_size) /
                               std::max(1e-9, training_seconds_),
        .seconds_to_first_step = first_step_seconds_,
        .best_epoch = best_.epoch(),
        .best_monitored = best_.monitored()};
  }

  std::span<const float> best_parameters() const { return best_.values(); }
  const ParameterLayout& layout() const { return gradient_step_.layout(); }

 private:
  std::uint64_t seed() const { return static_cast<std::uint64_t>(settings_.seed); }
  double seconds() const { return seconds_before_ + seconds_since(start_); }
  const FlatBuffer& evaluated() const { return gradient_step_.averaged_parameters(); }

  void tell_precision() const {
    const Precision wanted = precision_from_name(settings_.precision);
    if (usable_precision(wanted) == wanted) return;
    logging::info(
        "train.precision = \"{}\": this machine has no instructions for it; training in {}",
        name_of(wanted), name_of(usable_precision(wanted)));
  }

  void run_epoch(const TrainingCallbacks& callbacks) {
    const std::int64_t begin = timetable_.steps_until(epoch_);
    const std::int64_t end = timetable_.steps_until(epoch_ + 1);
    const Clock::time_point epoch_start = Clock::now();
    const std::int64_t first = step_;
    if (distorted_) distorted_->draw(epoch_);
    while (step_ < end) {
      if (interrupted() || (callbacks.should_stop && callbacks.should_stop())) {
        save();
        throw Interrupted("interrupted at epoch {}, step {}", epoch_ + 1, step_);
      }
      train_step();
      ++step_;
      if (first_step_seconds_ == 0) first_step_seconds_ = seconds_since_start();
      if (callbacks.on_progress && seconds_since(last_progress_) > 0.1) {
        last_progress_ = Clock::now();
        const double elapsed = seconds_since(epoch_start);
        const double rate = static_cast<double>(step_ - first) / elapsed;
        callbacks.on_progress(
            epoch_ + 1, static_cast<double>(step_ - begin) / static_cast<double>(end - begin),
            rate * static_cast<double>(settings_.batch_size),
            static_cast<double>(timetable_.total_steps() - step_) / rate, train_sums_.means());
      }
    }
    epoch_seconds_ = seconds_since(epoch_start);
    epoch_steps_ = step_ - first;
    training_seconds_ += epoch_seconds_;
  }

  void train_step() {
    stream_.read(step_ * settings_.batch_size, train_binding_.indices());
    warmup_ = timetable_.warmup_at(step_);
    gradient_step_.compute(step_);
    const double norm = gradient_step_.gradient_norm();
    const float loss = gradient_step_.loss();
    const StepGuard::Verdict verdict = guard_.judge(static_cast<double>(loss), norm);
    if (verdict != StepGuard::Verdict::take) return leave_step_out(verdict, loss, norm);
    // The epoch before ended well, and now its state has been seen to give a finite loss.
    if (std::exchange(epoch_ended_well_, false)) {
      good_.keep(gradient_step_.state());
      guard_.kept_good_state();
    }
    learning_rate_ = learning_rate_at(settings_, step_, timetable_.total_steps()) *
                     guard_.learning_rate_factor();
    gradient_step_.update(step_, learning_rate_);
    train_sums_.add(gradient_step_.plan(), 1, settings_.batch_size);
  }

  /// A step that changes nothing, or goes back, is told.
  void leave_step_out(StepGuard::Verdict verdict, float loss, double norm) {
    if (verdict == StepGuard::Verdict::skip_spike) {
      logging::warning(
          "the gradient at step {} (epoch {}) is {:.3g} long, far longer than those before: the "
          "step is skipped",
          step_, epoch_ + 1, norm);
      return;
    }
    const std::string culprit =
        std::isfinite(loss)
            ? gradient_that_is_not_finite(layout(), gradient_step_.gradients())
            : term_that_is_not_finite(gradient_step_.plan(), 1, problem_.train_terms);
    if (verdict == StepGuard::Verdict::stop) {
      go_back_and_save();
      throw NumericalError(
          "training: {} is not finite at step {} (epoch {}), nor was the loss or a gradient in the "
          "steps before; the last good state is saved; {}lower train.learning_rate or set "
          "train.clip_norm",
          culprit, step_, epoch_ + 1,
          guard_.has_taken_steps() ? "" : "scale the data if their numbers are far from 1, ");
    }
    if (verdict == StepGuard::Verdict::restore) {
      restore_good_state();
      logging::warning(
          "{} is not finite at step {} (epoch {}), nor were the steps before: back to the last "
          "good state, with half the learning rate",
          culprit, step_, epoch_ + 1);
    } else if (guard_.bad_in_a_row() == 1) {
      logging::warning("{} is not finite at step {} (epoch {}): the step is skipped", culprit,
                       step_, epoch_ + 1);
    }
  }

  /// Too few steps may have been taken for the guard to stop them.
  void check_end() {
    const bool parameters = all_finite(evaluated().values());
    if (parameters && !validation_) return;
    go_back_and_save();
    throw NumericalError(
        "training: {} not finite after step {}, the last; lower train.learning_rate or set "
        "train.clip_norm",
        parameters ? "the validation terms are" : "the parameters are", step_);
  }

  /// For the user to go on from with other settings.
  void go_back_and_save() {
    restore_good_state();
    guard_ = StepGuard();
    save();
  }

  /// The state at the end of the last good epoch; before there was one, that at the beginning.
  void restore_good_state() {
    epoch_ended_well_ = false;
    if (good_.restore(gradient_step_.state())) return gradient_step_.state_changed();
    gradient_step_.begin_anew();
  }

  /// Validates, reports, saves; true when training should stop early.
  bool finish_epoch(const TrainingCallbacks& callbacks) {
    ++epoch_;
    EpochReport report{
        .epoch = epoch_,
        .epochs = settings_.epochs,
        .step = step_,
        .learning_rate = learning_rate_,
        .examples_per_second =
            static_cast<double>(epoch_steps_ * settings_.batch_size) / epoch_seconds_,
        .train = train_sums_.means(),
        .validation = {},
        .skipped_steps = guard_.take_skipped()};
    epoch_ended_well_ = guard_.ends_well();
    bool stop = out_of_time();
    const bool due = epoch_ % settings_.validate_every == 0 || epoch_ == settings_.epochs || stop;
    if (validation_ && due) {
      report.validation = validation_->run();
      report.is_best = best_.judge(epoch_, report.validation, evaluated().values());
      stop = stop || out_of_patience();
    }
    report.seconds = seconds();
    train_sums_ = TermSums(problem_.train_terms);
    if (callbacks.on_epoch) callbacks.on_epoch(report);
    if (seconds_since(last_checkpoint_) >= settings_.checkpoint_seconds) save();
    return stop;
  }

  bool out_of_patience() const {
    return settings_.patience > 0 && best_.stale() >= settings_.patience;
  }

  bool out_of_time() const { return settings_.seconds > 0 && seconds() >= settings_.seconds; }

  NamedBuffers buffers() {
    NamedBuffers buffers = gradient_step_.state();
    buffers.emplace_back("best", best_.values());
    return buffers;
  }

  /// What must be the same for a resumed run to be the same run.
  std::string identity() const {
    const std::string distorted =
        distorted_ ? fmt::format(", distortion {:g}", problem_.distortion) : "";
    return fmt::format("{} examples, {} held out, batch {}, seed {}, {}{}", timetable_.examples(),
                       problem_.split.validation.size(), settings_.batch_size, settings_.seed,
                       settings_.optimizer, distorted);
  }

  /// Takes over what save() wrote; nothing of it is trusted.
  void restore(const nlohmann::json& progress) {
    step_ = progress.at("step").get<std::int64_t>();
    epoch_ = progress.at("epoch").get<std::int64_t>();
    seconds_before_ = progress.at("seconds").get<double>();
    best_.load(progress);
    guard_.load(progress.at("guard"));
    const bool sums_fit = train_sums_.load(progress.at("train_sums"));
    constexpr std::int64_t kMostEpochs = 1000000;
    if (epoch_ < 0 || epoch_ > kMostEpochs || step_ < timetable_.steps_until(epoch_) ||
        step_ > timetable_.steps_until(epoch_ + 1) || best_.epoch() < 0 || best_.epoch() > epoch_ ||
        !sums_fit) {
      throw FileError(
          "{}: the checkpoint says step {} of epoch {}, best epoch {}, which can't be; remove it "
          "or train anew",
          checkpoints_.string(), step_, epoch_ + 1, best_.epoch());
    }
  }

  void save() {
    last_checkpoint_ = Clock::now();
    if (checkpoints_.empty()) return;
    nlohmann::json progress{{"identity", identity()}, {"step", step_},
                            {"epoch", epoch_},        {"seconds", seconds()},
                            {"guard", guard_.save()}, {"train_sums", train_sums_.save()}};
    best_.save(progress);
    write_checkpoint(checkpoints_, buffers(), progress);
  }

  TrainingProblem problem_;
  TrainSettings settings_;
  std::filesystem::path checkpoints_;
  Timetable timetable_;
  GradientStep gradient_step_;
  BestWeights best_;
  ExampleStream stream_;
  std::optional<DistortedExamples> distorted_;
  BatchBinding train_binding_;
  std::optional<ValidationPass> validation_;
  float warmup_ = 1;

  std::int64_t step_ = 0, epoch_ = 0;
  TermSums train_sums_;
  double learning_rate_ = 0;
  StepGuard guard_;
  /// The state of gradient_step_ at the end of the last epoch that ended well, or where the run
  /// was resumed.
  GoodState good_;
  bool epoch_ended_well_ = false;
  double seconds_before_ = 0, training_seconds_ = 0, epoch_seconds_ = 0, first_step_seconds_ = 0;
  std::int64_t epoch_steps_ = 0;
  Clock::time_point start_, last_checkpoint_, last_progress_;
};

Trainer::Trainer(TrainingProblem problem, const TrainSettings& settings, int threads,
                 std::filesystem::path checkpoints)
    : state_(
          std::make_unique<State>(std::move(problem), settings, threads, std::move(checkpoints))) {}

Trainer::~Trainer() = default;

std::optional<std::int64_t> Trainer::resume() {
  return state_->resume();
}
void Trainer::use_whole_learning_rate() {
  state_->use_whole_learning_rate();
}
TrainingResult Trainer::run(const TrainingCallbacks& callbacks) {
  return state_->run(callbacks);
}
std::span<const float> Trainer::best_parameters() const {
  return state_->best_parameters();
}
const ParameterLayout& Trainer::layout() const {
  return state_->layout();
}

}  // namespace elbo
