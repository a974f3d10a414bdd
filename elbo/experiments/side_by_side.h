// Independent pieces of long work, such as the models of a study. A training step of a small model
// is dozens of short kernels, and threads that share it wait for each other at the end of each; two
// models that are trained at once, a thread each, never wait.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace elbo {

/// What a task is told when it begins.
struct TaskContext {
  /// How many it may use.
  int threads = 1;
  /// How many tasks run at once.
  int at_once = 1;
  /// True once another task has failed: save and leave, by an exception.
  std::function<bool()> should_stop = [] { return false; };
};

struct Task {
  /// Put before its messages.
  std::string name;
  /// How much there is to do, in the unit of the other tasks.
  double work = 1;
  std::function<void(const TaskContext&)> run;
};

/// How many tasks at once: as many as threads, or, where one thread would be left alone with a long
/// task, one.
int tasks_at_once(const std::vector<Task>& tasks, int threads);

/// Runs the tasks, the longest first, and returns when all are done. Throws what the first that
/// failed threw, after the others have stopped.
void run_side_by_side(std::vector<Task> tasks, int threads);

}  // namespace elbo
