// The configuration that workerd is started with, made from a project without touching anything: text in,
// text out.
#pragma once

#include <base/environment.hpp>
#include <base/result.hpp>
#include <bundle/manifest.hpp>
#include <config/project.hpp>
#include <runtime/parts.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pyw::runtime {

/// Files that exist, or will exist, when workerd starts. All absolute.
struct GuestFiles {
  Path guest;                         ///< the folder with the guest's JavaScript
  std::vector<Path> library;          ///< packs of the standard library and of the guest's Python
  bool library_is_archive = false;    ///< no byte code yet: Pyodide's own python_stdlib.zip is used
  std::vector<Path> session;          ///< packs of the Worker's packages, later ones win
  Path own;                           ///< the pack of the Worker's own modules, which win over all
  std::optional<Path> libraries = {}; ///< the pack of the packages' dynamic libraries
};

/// Whom the Worker is served to. For everybody (`pyw edge`): no tracebacks in answers, no tools beside the
/// Worker, and its requests reach public addresses only.
struct Served {
  std::string control; ///< what the server's own requests are known by; random. Empty: on the user's machine
  Path stores = {};    ///< see ServiceInput
  Path links = {};     ///< see ServiceInput
  Path queues = {};    ///< see ServiceInput
  std::map<std::string, std::string> object_keys = {}; ///< see ServiceInput
};

/// Whether each run of a handler is told (OutputLine::Kind::invocation).
enum class Observe { no, yes };

/// When alarms, messages, schedules and workflows may run: with the first of them Python starts, or only once
/// the runtime was told so (PreparedRuntime::events_path).
enum class Events { at_once, when_told };

/// A process started ahead does not know yet which Worker it will serve (runtime/handover.hpp).
enum class Ahead { no, yes };

struct PlanInput {
  const config::Project& project;
  const bundle::BundleManifest& bundle;
  const RuntimeParts& parts;
  const GuestFiles& files;
  const Path& run_directory;                ///< where the planned files go
  const Path& state_directory;              ///< where local data lies
  const Path& registry;                     ///< see ServiceInput
  const std::vector<std::string>& exports;  ///< names that the entry module may export as classes
  const std::vector<std::string>& handlers; ///< module-level handlers, without `on_`
  const Environment& environment;
  const std::map<std::string, std::string>& asset_files; ///< see ServiceInput
  Observe observe = Observe::no;
  Events events = Events::at_once;
  /// A second Worker in Python: each of its classes answers for the binding of that name. nullptr: none.
  const PlanInput* mock = nullptr;
  Served served = {};
  Ahead ahead = Ahead::no;
};

/// The service that answers for bindings which exist on the platform only (`pyw dev --mock`).
inline constexpr std::string_view mock_service = "mock";

struct ConfigPlan {
  std::string config;      ///< config.capnp
  std::string main_module; ///< main.js
  std::string settings;    ///< settings.json
  std::vector<Path> directories;
  std::vector<Diagnostic> warnings;
  bool has_storage = false;
  std::string mock_main_module; ///< empty without a mock
  std::string mock_settings;
  std::string entry_service; ///< what a request for the Worker goes to: the Worker or its assets
  bool is_plain = false;     ///< it answers requests, and nothing is bound to it but plain values
};

/// Whether something of it runs, or may run, without being asked: alarms, messages, schedules, workflows.
[[nodiscard]] bool acts_by_itself(const config::Project& project);

/// Fails for a project that cannot run locally (Python 3.12, a connection string that is none), with the
/// place.
[[nodiscard]] Result<ConfigPlan> plan_config(const PlanInput& input);

/// The settings with the memory snapshot to continue from.
[[nodiscard]] std::string with_snapshot(const std::string& settings, const Path& snapshot);

} // namespace pyw::runtime
