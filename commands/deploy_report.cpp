#include <base/text.hpp>
#include <cloud/compressed_size.hpp>
#include <commands/deploy_report.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace pyw::commands {

namespace {

std::string kib(std::uint64_t bytes) {
  return fmt::format("{:.2f} KiB", static_cast<double>(bytes) / 1024);
}

struct Row {
  std::string name;
  std::string kind;
  std::uint64_t size = 0;
  std::uint64_t gzip = 0;
};

/// Own modules one by one, packages by folder.
std::vector<Row> bundle_rows(const bundle::BundleManifest& manifest, const BundleSize& size) {
  const auto own = [](const bundle::Module& module) {
    return Row{module.path, std::string(bundle::display_name(module.kind)), module.size};
  };
  std::vector<Row> rows{own(manifest.entry)};
  std::map<std::string, std::pair<std::size_t, std::uint64_t>> packages;
  for (const auto& module : manifest.modules) {
    if (module.origin == bundle::Origin::own) {
      rows.push_back(own(module));
      continue;
    }
    auto& [count, bytes] = packages[cloud::size_group(module)];
    ++count;
    bytes += module.size;
  }
  std::vector<Row> vendored;
  for (const auto& [name, sum] : packages) {
    vendored.push_back({name, counted(sum.first, "file", "files"), sum.second});
  }
  std::stable_sort(
      vendored.begin(), vendored.end(), [](const Row& a, const Row& b) { return a.size > b.size; });
  rows.insert(rows.end(), vendored.begin(), vendored.end());
  for (auto& row : rows) {
    const auto found = size.gzip_groups.find(row.name);
    row.gzip = found == size.gzip_groups.end() ? 0 : found->second;
  }
  return rows;
}

std::vector<std::string> planned_requests(const cloud::Worker& worker, const cloud::DeployPlan& plan) {
  using Way = cloud::DeployPlan::Way;
  const auto script = "workers/scripts/" + worker.name;
  std::vector<std::string> out;
  if (worker.assets) {
    out.push_back("POST " + script + "/assets-upload-session, then the assets that are asked for");
  }
  if (plan.way == Way::put_script) {
    out.push_back("PUT " + script);
  } else {
    out.push_back("POST " + script + "/versions");
  }
  if (plan.way == Way::new_version) {
    out.push_back("POST " + script + "/deployments");
    out.push_back("PATCH " + script + "/script-settings");
  }
  if (worker.upload == cloud::Upload::deployment) {
    out.push_back("POST " + script + "/subdomain");
    if (!worker.zone_routes().empty()) {
      out.push_back("PUT " + script + "/routes");
    }
    if (!worker.custom_domains().empty()) {
      out.push_back("PUT " + script + "/domains/records");
    }
    if (worker.crons) {
      out.push_back("PUT " + script + "/schedules");
    }
  }
  return out;
}

cloud::Json changes_json(const PlanReport& report) {
  auto out = cloud::Json::array();
  for (const auto& change : report.changes) {
    const auto* kind = change.kind == cloud::ConfigChange::Kind::added     ? "added"
                       : change.kind == cloud::ConfigChange::Kind::removed ? "removed"
                                                                           : "changed";
    out.push_back(
        {{"kind", kind}, {"what", change.what}, {"before", change.before}, {"after", change.after}});
  }
  return out;
}

cloud::Json plan_json(const PlanReport& report) {
  const auto& [worker, plan, size, comparison, changes] = report;
  auto modules = cloud::Json::array();
  const auto add = [&](const bundle::Module& module) {
    modules.push_back(
        {{"name", module.path}, {"type", bundle::content_type(module.kind)}, {"size", module.size}});
  };
  if (worker.manifest) {
    add(worker.manifest->entry);
    std::for_each(worker.manifest->modules.begin(), worker.manifest->modules.end(), add);
  }
  auto metadata = *plan.metadata;
  for (auto& binding : metadata.contains("bindings") ? metadata["bindings"] : metadata) {
    if (binding.is_object() && binding.value("type", "") == "secret_text") {
      binding["text"] = "(hidden)";
    }
  }
  auto parts = cloud::Json::array();
  if (worker.manifest) {
    for (const auto& row : bundle_rows(*worker.manifest, size)) {
      parts.push_back({{"name", row.name}, {"raw_bytes", row.size}, {"gzip_bytes", row.gzip}});
    }
  }
  cloud::Json out = {{"name", worker.name},
                     {"dry_run", true},
                     {"bundle_size", {{"raw_bytes", size.raw_bytes}, {"gzip_bytes", size.gzip_bytes}}},
                     {"parts", std::move(parts)},
                     {"modules", std::move(modules)},
                     {"metadata", std::move(metadata)},
                     {"requests", planned_requests(worker, plan)},
                     {"targets",
                      worker.upload == cloud::Upload::deployment ? cloud::planned_targets(worker)
                                                                 : std::vector<std::string>{}}};
  if (comparison != PlanReport::Comparison::none) {
    out["exists"] = comparison == PlanReport::Comparison::made;
    out["changes"] = changes_json(report);
  }
  return out;
}

void print_changes(Context& context, const PlanReport& report) {
  auto& reporter = context.world.reporter;
  if (report.comparison == PlanReport::Comparison::new_worker) {
    reporter.data(fmt::format("`{}` is new: there is nothing to compare with\n", report.worker.name));
  } else if (report.comparison == PlanReport::Comparison::made) {
    reporter.data(report.changes.empty() ? "No changes of the configuration\n" : "Changes:\n");
    for (const auto& change : report.changes) {
      reporter.data("  " + cloud::to_text(change) + "\n");
    }
  }
}

} // namespace

void report_bundle(Context& context, const cloud::Worker& worker, const BundleSize& size) {
  if (worker.manifest) {
    context.world.reporter.message(
        fmt::format("Total upload: {} / gzip: {} ({})",
                    kib(size.raw_bytes),
                    kib(size.gzip_bytes),
                    counted(worker.manifest->modules.size() + 1, "module", "modules")));
  }
}

void report_bindings(Context& context, const cloud::Worker& worker) {
  auto& reporter = context.world.reporter;
  if (worker.bindings.items().empty()) {
    reporter.message("No bindings");
    return;
  }
  reporter.message("The Worker has these bindings:");
  std::size_t width = 0;
  for (const auto& binding : worker.bindings.items()) {
    width = std::max(width, binding.name.size());
  }
  for (const auto& binding : worker.bindings.items()) {
    const auto [kind, resource] = cloud::describe(binding);
    reporter.message(fmt::format(
        "  env.{:<{}}  {}{}", binding.name, width, kind, resource.empty() ? "" : "  " + resource));
  }
}

void print_plan(Context& context, const PlanReport& report) {
  const auto& [worker, plan, size, comparison, changes] = report;
  if (context.options.format == OutputFormat::json) {
    print_json(context, plan_json(report));
    return;
  }
  auto& reporter = context.world.reporter;
  reporter.data(fmt::format("Would {} `{}` (compatibility date {}):\n",
                            worker.upload == cloud::Upload::deployment ? "deploy" : "upload a version of",
                            worker.name,
                            worker.compatibility_date));
  if (worker.manifest) {
    reporter.data(fmt::format("  {:>12}  {:>12}\n", "size", "gzip"));
    for (const auto& row : bundle_rows(*worker.manifest, size)) {
      reporter.data(
          fmt::format("  {:>12}  {:>12}  {}  ({})\n", kib(row.size), kib(row.gzip), row.name, row.kind));
    }
    reporter.data(fmt::format("  {:>12}  {:>12}  total\n", kib(size.raw_bytes), kib(size.gzip_bytes)));
  }
  if (worker.assets) {
    reporter.data(fmt::format("  assets from {}\n", worker.assets->directory.string()));
  }
  for (const auto& binding : worker.bindings.items()) {
    const auto [kind, resource] = cloud::describe(binding);
    reporter.data(
        fmt::format("  env.{}  {}{}\n", binding.name, kind, resource.empty() ? "" : "  " + resource));
  }
  reporter.data("Requests:\n");
  for (const auto& request : planned_requests(worker, plan)) {
    reporter.data("  " + request + "\n");
  }
  if (worker.upload == cloud::Upload::deployment) {
    reporter.data("Targets:\n");
    for (const auto& target : cloud::planned_targets(worker)) {
      reporter.data("  " + target + "\n");
    }
  }
  print_changes(context, report);
  reporter.message(comparison == PlanReport::Comparison::none ? "Dry run: nothing was sent"
                                                              : "Dry run: nothing was changed");
}

void report_deployed(Context& context,
                     const cloud::Worker& worker,
                     const cloud::RemoteState& state,
                     const cloud::UploadResult& upload,
                     const cloud::TriggersResult& triggers,
                     const BundleSize& size) {
  if (context.options.format == OutputFormat::json) {
    print_json(context,
               {{"name", worker.name},
                {"worker_tag", state.worker_tag.empty() ? cloud::Json() : cloud::Json(state.worker_tag)},
                {"version_id", upload.version_id},
                {"startup_time_ms", upload.startup_ms ? cloud::Json(*upload.startup_ms) : cloud::Json()},
                {"targets", triggers.targets},
                {"bundle_size", {{"raw_bytes", size.raw_bytes}, {"gzip_bytes", size.gzip_bytes}}}});
    return;
  }
  auto& reporter = context.world.reporter;
  reporter.message(triggers.targets.empty() ? "No targets: nothing makes the Worker run" : "Deployed to:");
  for (const auto& target : triggers.targets) {
    // What can be opened is data: `curl $(pyw deploy)`.
    if (target.starts_with("https://")) {
      reporter.data(target + "\n");
    } else {
      reporter.message("  " + target);
    }
  }
  reporter.message("Current version: " + upload.version_id);
}

Result<void> write_modules(Context& context, const cloud::Worker& worker, const Path& directory) {
  auto& files = context.world.files;
  const auto copy = [&](const bundle::Module& module) -> Result<void> {
    PYW_TRY_ASSIGN(const auto reader, files.open(module.source));
    PYW_TRY_ASSIGN(const auto writer, files.create(directory / module.path));
    std::string piece(256 * 1024, '\0');
    for (;;) {
      PYW_TRY_ASSIGN(const auto count, reader->read(piece.data(), piece.size()));
      if (count == 0) {
        return writer->commit();
      }
      PYW_TRY(writer->write({piece.data(), count}));
    }
  };
  if (worker.manifest) {
    PYW_TRY(copy(worker.manifest->entry));
    for (const auto& module : worker.manifest->modules) {
      PYW_TRY(copy(module));
    }
  }
  return files.write(
      directory / "README.md",
      fmt::format("The modules that `pyw deploy` sends for the Worker \"{}\".\n", worker.name));
}

} // namespace pyw::commands
