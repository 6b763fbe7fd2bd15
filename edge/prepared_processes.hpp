// Processes started ahead of need: a cold request for a Worker like those that were asked for last takes one,
// and waits for its own Worker's memory only (runtime/handover.hpp).
#pragma once

#include <base/event_loop.hpp>
#include <base/world.hpp>
#include <edge/workshop.hpp>
#include <runtime/worker_process.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace pyw::edge {

/// For one thread, that of the loop.
class PreparedProcesses {
public:
  /// Plans one for Workers like `version`, in a folder of its own; calls `done` on the loop.
  using Plan = std::function<void(const std::string& version,
                                  const Path& folder,
                                  std::function<void(Result<std::optional<AheadPlan>>)> done)>;

  /// At most `most` wait at a time. `folder` is theirs; what an earlier server left there is removed.
  PreparedProcesses(EventLoop& loop, World& world, Path folder, std::size_t most, Plan plan);
  ~PreparedProcesses();
  PreparedProcesses(const PreparedProcesses&) = delete;
  PreparedProcesses& operator=(const PreparedProcesses&) = delete;

  struct Taken {
    AheadPlan plan;
    std::unique_ptr<runtime::WorkerProcess> process; ///< to be adopted
  };

  /// One that waits for a Worker of that key, told which it is: it becomes that Worker's when
  /// `plan.setup.start_path` is asked for. nullopt when none has come so far.
  [[nodiscard]] std::optional<Taken> take(const runtime::Handover& handover);

  /// A Worker of that key was started cold, and another may be soon. In a moment one is prepared, where none
  /// waits, in the place of the one that was wished for longest ago.
  void wish(const std::string& key, const std::string& version);

  /// What it was told has been read: secrets stood in it.
  void forget_handover(const Path& run_directory);
  /// Its process is gone.
  void remove(const Path& run_directory);

  /// Processes that can be taken.
  [[nodiscard]] std::size_t ready() const;

  [[nodiscard]] std::uint64_t memory() const;

  /// Ends them all; no wish is granted any more.
  void stop();

private:
  struct Waiting;
  using Place = std::list<std::unique_ptr<Waiting>>::iterator;
  void prepare(const std::string& key, const std::string& version);
  void launch(const Path& folder, Result<std::optional<AheadPlan>> plan);
  [[nodiscard]] Place find(const Path& folder);
  void drop(Place place);

  EventLoop& m_loop;
  World& m_world;
  Path m_folder;
  std::size_t m_most;
  Plan m_plan;
  std::list<std::unique_ptr<Waiting>> m_waiting; ///< last wished for last
  std::unique_ptr<Subscription> m_timer;
  std::size_t m_number = 0; ///< of the latest folder
};

} // namespace pyw::edge
