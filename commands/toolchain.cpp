#include <base/platform.hpp>
#include <base/suggest.hpp>
#include <base/text.hpp>
#include <commands/toolchain.hpp>
#include <toolchain/portable.hpp>
#include <toolchain/toolchain.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace pyw::commands {

namespace {

using toolchain::CheckDepth;
using toolchain::Condition;
using toolchain::Part;
using toolchain::Pin;

struct ToolchainOptions {
  std::vector<std::string> parts;
  std::string file;
  bool verify = false;
  bool force = false;
};

std::vector<std::string> part_names() {
  std::vector<std::string> names;
  for (const auto part : toolchain::all_parts()) {
    names.emplace_back(toolchain::name_of(part));
  }
  return names;
}

Error unknown_part(const std::string& name) {
  std::vector<std::string> hints;
  if (const auto guess = nearest(name, part_names())) {
    hints.push_back(fmt::format("did you mean `{}`?", *guess));
  }
  hints.push_back(fmt::format("the parts are {}", join(part_names(), ", ")));
  return usage_error(fmt::format("there is no part `{}`", name), std::move(hints));
}

/// The parts that were named, else all that this machine has.
Result<std::vector<Part>> chosen_parts(const ToolchainOptions& options) {
  std::vector<Part> parts;
  for (const auto& name : options.parts) {
    const auto part = toolchain::part_named(name);
    if (!part) {
      return failure(unknown_part(name));
    }
    parts.push_back(*part);
  }
  if (parts.empty()) {
    std::copy_if(toolchain::all_parts().begin(),
                 toolchain::all_parts().end(),
                 std::back_inserter(parts),
                 [](Part part) { return toolchain::find_pin(part, platform::machine_name()) != nullptr; });
  }
  return parts;
}

/// What `path` prints: the program of a part that is one, else its folder.
Path useful_path(const toolchain::Cache& cache, const Pin& pin) {
  return pin.program.empty() ? cache.folder_of(pin) : cache.folder_of(pin) / pin.program;
}

std::string_view to_text(Condition condition) {
  switch (condition) {
  case Condition::ready:
    return "ready";
  case Condition::missing:
    return "missing";
  case Condition::damaged:
    break;
  }
  return "damaged";
}

Path absolute(const Context& context, const std::string& file) {
  return (context.options.directory / file).lexically_normal();
}

bool wants_json(const Context& context) {
  return context.options.format == OutputFormat::json;
}

nlohmann::json describe(const toolchain::Cache& cache, const Pin& pin, const toolchain::PartState& state) {
  nlohmann::json row{{"name", pin.name},
                     {"version", pin.version},
                     {"platform", pin.platform},
                     {"state", to_text(state.condition)},
                     {"path", useful_path(cache, pin).string()}};
  if (state.condition == Condition::ready) {
    row["size"] = state.size;
  }
  if (!state.damage.empty()) {
    row["damage"] = state.damage;
  }
  return row;
}

Result<int> run_list(const ToolchainOptions& options, Context& context) {
  const auto cache = toolchain::cache_of(context.world);
  PYW_TRY_ASSIGN(const auto parts, chosen_parts(options));
  PYW_TRY_ASSIGN(const auto pins, toolchain::pins_here(parts));
  auto rows = nlohmann::json::array();
  std::string text;
  bool damaged = false;
  for (const auto* pin : pins) {
    const auto state = cache.inspect(*pin, options.verify ? CheckDepth::digests : CheckDepth::sizes);
    damaged = damaged || state.condition == Condition::damaged;
    rows.push_back(describe(cache, *pin, state));
    const auto detail = state.condition == Condition::ready ? human_size(state.size) : state.damage;
    text += fmt::format("{:<14} {:<19} {:<11} {:<8} {}",
                        pin->name,
                        pin->version,
                        pin->platform,
                        to_text(state.condition),
                        detail);
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  if (wants_json(context)) {
    text = nlohmann::json{{"cache", cache.root().string()}, {"parts", rows}}.dump(2) + "\n";
  }
  context.world.reporter.data(text);
  if (damaged) {
    return failure(user_error("the toolchain is damaged", {"mend it with `pyw toolchain install`"}));
  }
  return 0;
}

Result<int> run_path(const ToolchainOptions& options, Context& context) {
  const auto cache = toolchain::cache_of(context.world);
  if (options.parts.empty()) {
    context.world.reporter.data(cache.root().string() + "\n");
    return 0;
  }
  PYW_TRY_ASSIGN(const auto parts, chosen_parts(options));
  PYW_TRY_ASSIGN(const auto pins, toolchain::pins_here(parts));
  const auto& pin = *pins.front();
  if (cache.inspect(pin, CheckDepth::sizes).condition != Condition::ready) {
    return failure(user_error(fmt::format("{} {} is not installed", pin.name, pin.version),
                              {fmt::format("run `pyw toolchain install {}`", pin.name)}));
  }
  context.world.reporter.data(useful_path(cache, pin).string() + "\n");
  return 0;
}

/// What install, export and import end with.
Result<int> report_parts(Context& context, std::string_view what, const std::vector<const Pin*>& pins) {
  const auto cache = toolchain::cache_of(context.world);
  auto rows = nlohmann::json::array();
  std::uint64_t size = 0;
  for (const auto* pin : pins) {
    const auto state = cache.inspect(*pin, CheckDepth::sizes);
    rows.push_back(describe(cache, *pin, state));
    size += state.size;
  }
  if (wants_json(context)) {
    context.world.reporter.data(nlohmann::json{{"cache", cache.root().string()}, {"parts", rows}}.dump(2) +
                                "\n");
  }
  context.world.reporter.message(
      fmt::format("{}: {}, {}", what, counted(pins.size(), "part", "parts"), human_size(size)));
  return 0;
}

Result<int> run_install(const ToolchainOptions& options, Context& context) {
  PYW_TRY_ASSIGN(const auto parts, chosen_parts(options));
  if (options.force) {
    PYW_TRY(toolchain::reinstall(context.world, context.options.directory, parts));
  } else {
    // Asked for by hand, it looks at every byte.
    PYW_TRY(toolchain::ensure(context.world, context.options.directory, parts, CheckDepth::digests));
  }
  PYW_TRY_ASSIGN(const auto pins, toolchain::pins_here(parts));
  return report_parts(context, "installed", pins);
}

Result<int> run_prune(const ToolchainOptions&, Context& context) {
  auto cache = toolchain::cache_of(context.world);
  PYW_TRY_ASSIGN(const auto lock, cache.lock(context.world.reporter));
  PYW_TRY_ASSIGN(const auto leftovers, cache.leftovers(platform::machine_name()));
  auto removed = nlohmann::json::array();
  std::uint64_t size = 0;
  for (const auto& [path, bytes] : leftovers) {
    PYW_TRY(context.world.files.remove_all(path));
    context.world.reporter.verbose(fmt::format("removed `{}`", path.string()));
    removed.push_back({{"path", path.string()}, {"size", bytes}});
    size += bytes;
  }
  if (wants_json(context)) {
    context.world.reporter.data(nlohmann::json{{"removed", removed}, {"size", size}}.dump(2) + "\n");
  }
  context.world.reporter.message(
      leftovers.empty()
          ? std::string("nothing to remove")
          : fmt::format("removed {}, {}", counted(leftovers.size(), "item", "items"), human_size(size)));
  return 0;
}

Result<int> run_export(const ToolchainOptions& options, Context& context) {
  PYW_TRY_ASSIGN(const auto parts, chosen_parts(options));
  PYW_TRY(toolchain::ensure(context.world, context.options.directory, parts));
  const auto cache = toolchain::cache_of(context.world);
  PYW_TRY_ASSIGN(const auto pins, toolchain::pins_here(parts));
  PYW_TRY(toolchain::export_parts(context.world, cache, pins, absolute(context, options.file)));
  return report_parts(context, fmt::format("exported to `{}`", options.file), pins);
}

Result<int> run_import(const ToolchainOptions& options, Context& context) {
  auto cache = toolchain::cache_of(context.world);
  PYW_TRY_ASSIGN(const auto lock, cache.lock(context.world.reporter));
  PYW_TRY_ASSIGN(const auto pins,
                 toolchain::import_parts(context.world, cache, absolute(context, options.file)));
  return report_parts(context, fmt::format("imported from `{}`", options.file), pins);
}

using Subcommand = Result<int> (*)(const ToolchainOptions&, Context&);

void add_parts_option(CLI::App& app, ToolchainOptions& options, const char* help) {
  app.add_option("part", options.parts, help)->type_name("PART");
}

Runner declare(CLI::App& app) {
  auto options = std::make_shared<ToolchainOptions>();
  std::vector<std::pair<const CLI::App*, Subcommand>> subcommands;
  const auto add = [&](const char* name, const char* summary, Subcommand run) {
    auto* sub = app.add_subcommand(name, summary);
    subcommands.emplace_back(sub, run);
    return sub;
  };

  auto* list = add("list", "the parts, their versions and whether they are whole", run_list);
  list->add_flag("--verify", options->verify, "check every byte, not only that all files are there");
  auto* install = add("install", "fetch what is missing or damaged", run_install);
  add_parts_option(*install, *options, "only these parts");
  install->add_flag("--force", options->force, "fetch anew, whatever is there");
  auto* path = add("path", "where a part, or the cache, is", run_path);
  add_parts_option(*path, *options, "the part; without it the cache");
  path->get_option("part")->expected(0, 1);
  add("prune", "remove other versions and interrupted downloads", run_prune);
  auto* export_to =
      add("export", "write the parts to one archive, for a machine without the network", run_export);
  export_to->add_option("file", options->file, "the archive, a .tar.zst")->required()->type_name("FILE");
  add_parts_option(*export_to, *options, "only these parts");
  auto* import_from = add("import", "take the parts from such an archive, after checking them", run_import);
  import_from->add_option("file", options->file, "the archive")->required()->type_name("FILE");

  return [options, subcommands](Context& context) -> Result<int> {
    for (const auto& [sub, run] : subcommands) {
      if (sub->parsed()) {
        return run(*options, context);
      }
    }
    std::vector<std::string> names;
    for (const auto& [sub, run] : subcommands) {
      names.push_back(sub->get_name());
    }
    return failure(usage_error("no subcommand given", {fmt::format("say one of {}", join(names, ", "))}));
  };
}

} // namespace

CommandEntry toolchain_command() {
  return {
      "toolchain",
      "the parts pyw drives: list, install, path, prune, export, import",
      Group::tool,
      {{"pyw toolchain install", "fetch everything now, for work without the network later"},
       {"pyw toolchain list --verify", "check every byte of the cache"},
       {"pyw toolchain export parts.tar.zst", "carry the parts to another machine"},
       {"\"$(pyw toolchain path workerd)\" --version", "run the pinned workerd"}},
      declare,
  };
}

} // namespace pyw::commands
