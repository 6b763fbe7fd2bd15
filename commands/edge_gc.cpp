#include <base/json.hpp>
#include <base/text.hpp>
#include <commands/edge_support.hpp>
#include <edge/garbage.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <array>
#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::optional<Path> data;
  bool dry_run = false;
  int minutes = edge::default_grace.count();
};

void tell_json(const edge::GarbageReport& report, const Options& options, Context& context) {
  auto items = Json::array();
  std::uint64_t bytes = 0;
  for (const auto& item : report.removed) {
    items.push_back({{"kind", edge::to_text(item.kind)}, {"name", item.name}, {"bytes", item.bytes}});
    bytes += item.bytes;
  }
  context.world.reporter.data(Json{{"dry_run", options.dry_run},
                                   {"removed", std::move(items)},
                                   {"removed_bytes", bytes},
                                   {"kept", report.kept},
                                   {"kept_bytes", report.kept_bytes}}
                                  .dump() +
                              "\n");
}

void tell(const edge::GarbageReport& report, const Options& options, Context& context) {
  using Kind = edge::StoredItem::Kind;
  auto& reporter = context.world.reporter;
  for (const auto& [kind, one, many] :
       {std::tuple{Kind::blob, "module or snapshot", "modules and snapshots"},
        {Kind::work, "version's generated files", "versions' generated files"},
        {Kind::upload, "upload that was given up", "uploads that were given up"},
        {Kind::rest, "half-written file", "half-written files"}}) {
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    for (const auto& item : report.removed) {
      count += item.kind == kind ? 1U : 0U;
      bytes += item.kind == kind ? item.bytes : 0U;
      if (item.kind == kind) {
        reporter.verbose(fmt::format("{} {}", edge::to_text(kind), item.name));
      }
    }
    if (count > 0) {
      reporter.data(fmt::format("{} {}, {}\n",
                                options.dry_run ? "would remove" : "removed",
                                counted(count, one, many),
                                human_size(bytes)));
    }
  }
  reporter.data(fmt::format("kept {}\n", human_size(report.kept_bytes)));
}

Result<int> run(const Options& options, Context& context) {
  const auto data = edge_data(options.data, context);
  if (!context.world.files.is_directory(data)) {
    return failure(user_error(fmt::format("`{}` has no data of `pyw edge`", data.string()),
                              {"`--data DIR` names the server's folder"}));
  }
  PYW_TRY_ASSIGN(
      const auto report,
      edge::collect_garbage(data, {std::chrono::minutes(options.minutes), options.dry_run}, context.world));
  if (context.options.format == OutputFormat::json) {
    tell_json(report, options, context);
  } else {
    tell(report, options, context);
  }
  return 0;
}

} // namespace

Runner declare_edge_gc(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--data", options->data, "the server's folder (default: ~/.local/share/pyw/edge)")
      ->type_name("DIR");
  app.add_flag("--dry-run", options->dry_run, "only say what would be removed");
  app.add_option("--older-than",
                 options->minutes,
                 "minutes since something was last used (default: 120; less only while nobody deploys)")
      ->type_name("MINUTES")
      ->check(CLI::Range(0, 10'000'000));
  return [options](Context& context) { return run(*options, context); };
}

} // namespace pyw::commands
