// Makes a snapshot: runs the guest's maker in a workerd of its own, checks and seals what came out, puts it
// in place.
#pragma once

#include <base/world.hpp>
#include <snapshot/import_times.hpp>
#include <snapshot/layers.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pyw::snapshot {

/// How a build went; kept beside the project's snapshot, so that what was refused is not tried again.
struct BuildRecord {
  std::string key;
  bool made = false;
  std::uint64_t took_ms = 0;            ///< of the imports or the top level: what a start without pays
  std::vector<Diagnostic> reasons = {}; ///< why it was refused; for a made one, packages that were left out
  std::vector<ImportEvent> imports = {};
  /// Of the dedicated layer: modules of packages and of the standard library that top levels up to now came
  /// to import. Only grows, so that the packages' layer, which imports them ahead, is not made anew at every
  /// save.
  std::vector<std::string> ahead = {};
  /// The imports or the top level did not end within the time that they had. Not kept: with more time, or on
  /// a machine that has less to do, they may.
  bool timed_out = false;
};

/// nullopt when there is none, or none that can be read.
[[nodiscard]] std::optional<BuildRecord>
read_record(const config::Project& project, Layer layer, const ReadOnlyFileSystem& files);

/// Whether a build of this very layer was refused before: the same inputs are refused again.
[[nodiscard]] bool was_refused(const std::optional<BuildRecord>& record, const LayerPlan& plan);

enum class Priority { normal, background };

/// Far more than any top level takes that a platform would start.
inline constexpr std::chrono::milliseconds default_time_limit{60'000};

struct MakerSetup {
  const config::Project& project;
  const runtime::RuntimeParts& parts;
  Path guest;   ///< the folder with the guest's files
  Path scratch; ///< a folder for this build alone; removed afterwards
  Priority priority = Priority::normal;
  /// What imports or the top level may take; workerd itself gets half a minute more.
  std::chrono::milliseconds time_limit = default_time_limit;
  std::optional<Confinement> confinement = {}; ///< of workerd; it writes into `scratch` alone
};

/// Makes one layer, replaces the file whole and writes the record; of the packages' layers the cache keeps
/// the newest 8. A refusal is a record, not a failure, and so is code that does not end; fails when workerd
/// does, or a file cannot be written.
[[nodiscard]] Result<BuildRecord> build(const LayerPlan& plan, const MakerSetup& setup, World& world);

/// workerd's configuration for the maker and its main module. Pure.
struct MakerPlan {
  std::string config;
  std::string main_module;
};

[[nodiscard]] MakerPlan plan_maker(const MakerSetup& setup);

/// What is said once when the Worker runs without: the reasons, and what it costs.
[[nodiscard]] std::vector<Diagnostic> explain_refusal(const BuildRecord& record);

} // namespace pyw::snapshot
