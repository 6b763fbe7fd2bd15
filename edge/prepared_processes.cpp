#include <base/platform.hpp>
#include <edge/prepared_processes.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace pyw::edge {

namespace {

/// The Worker that has just started answers its first requests meanwhile: preparing takes a core for half a
/// second.
constexpr auto patience = std::chrono::seconds(1);

} // namespace

struct PreparedProcesses::Waiting {
  std::string key;
  Path folder;
  AheadPlan plan;
  std::unique_ptr<runtime::WorkerProcess> process;
  bool ready = false;
};

PreparedProcesses::PreparedProcesses(EventLoop& loop, World& world, Path folder, std::size_t most, Plan plan)
    : m_loop(loop), m_world(world), m_folder(std::move(folder)), m_most(most), m_plan(std::move(plan)) {
  static_cast<void>(m_world.files.remove_all(m_folder)); // what stays is only garbage
}

PreparedProcesses::~PreparedProcesses() = default;

std::optional<PreparedProcesses::Taken> PreparedProcesses::take(const runtime::Handover& handover) {
  const auto found = std::find_if(m_waiting.begin(), m_waiting.end(), [&](const auto& waiting) {
    return waiting->ready && waiting->key == handover.key;
  });
  if (found == m_waiting.end()) {
    return std::nullopt;
  }
  const auto file = runtime::handover_file((*found)->plan.run_directory);
  const auto told = [&]() -> Result<void> {
    PYW_TRY_ASSIGN(const auto writer, m_world.files.create(file, 0600));
    PYW_TRY(writer->write(handover.text.reveal()));
    return writer->commit();
  }();
  if (!told) {
    drop(found);
    return std::nullopt;
  }
  Taken taken{std::move((*found)->plan), std::move((*found)->process)};
  m_waiting.erase(found);
  return taken;
}

void PreparedProcesses::wish(const std::string& key, const std::string& version) {
  if (m_most == 0) {
    return;
  }
  const auto found = std::find_if(
      m_waiting.begin(), m_waiting.end(), [&](const auto& waiting) { return waiting->key == key; });
  if (found != m_waiting.end()) {
    m_waiting.splice(m_waiting.end(), m_waiting, found);
    return;
  }
  m_timer = m_loop.after(patience, [this, key, version] { prepare(key, version); });
}

void PreparedProcesses::prepare(const std::string& key, const std::string& version) {
  while (m_waiting.size() >= m_most) {
    drop(m_waiting.begin());
  }
  auto waiting = std::make_unique<Waiting>();
  waiting->key = key;
  waiting->folder = m_folder / std::to_string(++m_number);
  const auto folder = waiting->folder;
  m_waiting.push_back(std::move(waiting));
  m_plan(version, folder, [this, folder](Result<std::optional<AheadPlan>> plan) {
    launch(folder, std::move(plan));
  });
}

void PreparedProcesses::launch(const Path& folder, Result<std::optional<AheadPlan>> plan) {
  const auto place = find(folder);
  if (place == m_waiting.end()) { // another was wished for meanwhile
    remove(folder);
    return;
  }
  auto& waiting = **place;
  if (!plan || !*plan || (*plan)->key != waiting.key) {
    drop(place); // nothing but the next cold start is slower
    return;
  }
  waiting.plan = std::move(**plan);
  runtime::WorkerProcess::Callbacks callbacks;
  callbacks.on_ready = [raw = &waiting] { raw->ready = true; };
  callbacks.on_end = [this, folder](Exit, const std::optional<Error>&) {
    m_loop.post([this, folder] { // not from inside the process object's own callback
      if (const auto gone = find(folder); gone != m_waiting.end()) {
        drop(gone);
      }
    });
  };
  // No Worker's code runs yet: what is said is the runtime's own, and comes again when it matters.
  callbacks.on_log = [](Severity, std::string_view) {};
  callbacks.read_line = [](std::string_view) { return runtime::WorkerLine{}; };
  auto setup = waiting.plan.setup;
  setup.start_path = waiting.plan.prepare_path;
  auto process = runtime::WorkerProcess::start(m_loop, m_world.processes, setup, std::move(callbacks));
  if (!process) {
    drop(place);
    return;
  }
  waiting.process = std::move(*process);
}

void PreparedProcesses::forget_handover(const Path& run_directory) {
  static_cast<void>(m_world.files.remove_all(runtime::handover_file(run_directory)));
}

void PreparedProcesses::remove(const Path& run_directory) {
  static_cast<void>(m_world.files.remove_all(run_directory));
}

std::size_t PreparedProcesses::ready() const {
  return static_cast<std::size_t>(
      std::count_if(m_waiting.begin(), m_waiting.end(), [](const auto& waiting) { return waiting->ready; }));
}

std::uint64_t PreparedProcesses::memory() const {
  std::uint64_t sum = 0;
  for (const auto& waiting : m_waiting) {
    sum += waiting->process ? platform::resident_memory(waiting->process->pid()) : 0;
  }
  return sum;
}

void PreparedProcesses::stop() {
  m_most = 0;
  m_timer.reset();
  while (!m_waiting.empty()) {
    drop(m_waiting.begin());
  }
}

PreparedProcesses::Place PreparedProcesses::find(const Path& folder) {
  return std::find_if(
      m_waiting.begin(), m_waiting.end(), [&](const auto& waiting) { return waiting->folder == folder; });
}

void PreparedProcesses::drop(Place place) {
  if ((*place)->process) {
    (*place)->process->kill(); // it serves nobody
  }
  remove((*place)->folder);
  m_waiting.erase(place);
}

} // namespace pyw::edge
