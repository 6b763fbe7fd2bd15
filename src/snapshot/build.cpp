#include <base/defer.hpp>
#include <base/text.hpp>
#include <runtime/capnp_text.hpp>
#include <runtime/compatibility.hpp>
#include <runtime/guest_modules.hpp>
#include <snapshot/build.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::snapshot {

namespace {

/// What workerd gets beside the time of the code: its own start and Pyodide's, and what writes the result.
constexpr std::chrono::milliseconds time_to_start{30'000};

using nlohmann::json;
using runtime::capnp_list;
using runtime::capnp_string;

std::string output_name(const LayerPlan& plan) {
  return fmt::format("{}.pywsnap", to_text(plan.layer));
}

Path record_file(const config::Project& project, Layer layer) {
  return snapshots_directory(project) / fmt::format("{}.json", to_text(layer));
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::size_t number_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::size_t>() : 0;
}

Diagnostic at_place(const json& object, std::string message) {
  Diagnostic diagnostic{Severity::warning, std::move(message)};
  diagnostic.location = {text_of(object, "path"), number_of(object, "line"), number_of(object, "column")};
  diagnostic.snippet = text_of(object, "source");
  return diagnostic;
}

std::string hint_for(const std::string& kind) {
  if (kind == "random") {
    return "seed a generator of your own (`random.Random(4)`) instead of the module's";
  }
  if (kind == "library") {
    return "import the package inside a function";
  }
  return "make it when a handler first needs it";
}

Diagnostic refusal(const json& problem) {
  const auto object = text_of(problem, "object");
  auto diagnostic = at_place(problem,
                             fmt::format("a memory snapshot cannot hold {}{}",
                                         text_of(problem, "what"),
                                         object.empty() ? "" : fmt::format(", held by `{}`", object)));
  diagnostic.hints.push_back(hint_for(text_of(problem, "kind")));
  return diagnostic;
}

std::vector<ImportEvent> events_of(const json& outcome) {
  std::vector<ImportEvent> events;
  for (const auto& item : outcome.value("imports", json::array())) {
    if (item.is_array() && item.size() == 2 && item[0].is_string() && item[1].is_number()) {
      events.push_back({item[0].get<std::string>(), item[1].get<double>()});
    }
  }
  return events;
}

std::vector<std::string> names_of(const json& object, const char* key) {
  std::vector<std::string> names;
  const auto found = object.find(key);
  for (const auto& name : found == object.end() ? json::array() : *found) {
    if (name.is_string()) {
      names.push_back(name.get<std::string>());
    }
  }
  return names;
}

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

BuildRecord late_record(const LayerPlan& plan, Diagnostic place, const MakerSetup& setup) {
  BuildRecord record{plan.key};
  record.timed_out = true;
  if (place.location.path.empty() && plan.layer == Layer::dedicated && setup.project.main) {
    // Code that does not even let itself be interrupted: the entry is where to look.
    place.location.path = setup.project.main_file().lexically_proximate(setup.project.root).generic_string();
  }
  place.message = fmt::format("it had not ended after {}", seconds(setup.time_limit));
  place.hints.emplace_back("what waits or computes for long belongs into a function that a handler calls; "
                           "`PYW_TOP_LEVEL_TIMEOUT` allows other seconds");
  record.reasons.push_back(std::move(place));
  return record;
}

/// What the guest's maker said (guest/snapshot_builder.js).
BuildRecord record_of(const LayerPlan& plan, const json& outcome, const MakerSetup& setup) {
  BuildRecord record{plan.key};
  record.took_ms = static_cast<std::uint64_t>(outcome.value("took", 0.0));
  record.imports = events_of(outcome);
  record.ahead = names_of(outcome, "ahead");
  if (const auto failed = outcome.find("failed"); failed != outcome.end() && failed->is_object()) {
    if (outcome.contains("late") && outcome["late"] == true) {
      return late_record(plan, at_place(*failed, {}), setup);
    }
    record.reasons.push_back(
        at_place(*failed, fmt::format("{}: {}", text_of(*failed, "type"), text_of(*failed, "message"))));
    return record;
  }
  if (const auto refused = outcome.find("refused"); refused != outcome.end() && refused->is_array()) {
    for (const auto& problem : *refused) {
      record.reasons.push_back(refusal(problem));
    }
    return record;
  }
  record.made = true;
  const auto skipped = outcome.value("skipped", json::object());
  for (const auto& [name, why] : skipped.items()) {
    record.reasons.push_back(
        {Severity::note,
         fmt::format("`{}` was left out: {}", name, why.is_string() ? why.get<std::string>() : "")});
  }
  return record;
}

/// The earlier names first, so that the order stays when nothing is new.
std::vector<std::string> joined(std::vector<std::string> names, const std::vector<std::string>& more) {
  for (const auto& name : more) {
    if (std::ranges::find(names, name) == names.end()) {
      names.push_back(name);
    }
  }
  return names;
}

json to_json(const BuildRecord& record) {
  auto reasons = json::array();
  for (const auto& reason : record.reasons) {
    reasons.push_back({{"message", reason.message},
                       {"path", reason.location.path},
                       {"line", reason.location.line},
                       {"column", reason.location.column},
                       {"source", reason.snippet},
                       {"hints", reason.hints}});
  }
  auto imports = json::array();
  for (const auto& event : record.imports) {
    imports.push_back({event.module, event.at_ms});
  }
  return {{"key", record.key},
          {"made", record.made},
          {"took", record.took_ms},
          {"reasons", reasons},
          {"imports", imports},
          {"ahead", record.ahead}};
}

/// Other packages, other versions: what has not been made for long is most likely not wanted any more, and is
/// made again when it is.
void remove_oldest(const Path& cache, FileSystem& files) {
  constexpr std::size_t kept = 8; // at about 30 MB
  std::vector<std::pair<std::int64_t, Path>> found;
  const auto entries = files.list(cache);
  if (!entries) {
    return;
  }
  for (const auto& entry : *entries) {
    if (!entry.name.ends_with(".pywsnap")) {
      continue;
    }
    if (const auto status = files.status(cache / entry.name); status && *status) {
      found.emplace_back(-(*status)->modified_ns, cache / entry.name);
    }
  }
  std::ranges::sort(found);
  for (std::size_t i = kept; i < found.size(); ++i) {
    static_cast<void>(files.remove_all(found[i].second));
  }
}

enum class Maker { ended, out_of_time };

Result<Maker> run_maker(const LayerPlan& plan, const MakerSetup& setup, World& world) {
  auto& files = world.files;
  const auto maker = plan_maker(setup);
  PYW_TRY(files.make_directories(setup.scratch / "output"));
  PYW_TRY(files.write(setup.scratch / "config.capnp", maker.config));
  PYW_TRY(files.write(setup.scratch / "main.js", maker.main_module));
  PYW_TRY(files.write(setup.scratch / "settings.json", plan.settings));
  Command command;
  if (setup.priority == Priority::background) {
    command.argv = {"nice", "-n", "15"}; // POSIX; never in the way of the Worker that serves
  }
  for (const auto& word : {setup.parts.workerd.string(),
                           std::string("test"),
                           std::string("-I"),
                           std::string("/"),
                           std::string("--experimental"),
                           (setup.scratch / "config.capnp").string()}) {
    command.argv.push_back(word);
  }
  command.time_limit = setup.time_limit + time_to_start;
  command.confinement = setup.confinement;
  PYW_TRY_ASSIGN(const auto output, world.processes.run(command));
  if (output.timed_out) {
    return Maker::out_of_time;
  }
  if (!output.exit.success()) {
    return failure(internal_error(fmt::format("the snapshot's maker ended with {}\n{}",
                                              describe(output.exit),
                                              trim(output.standard_output + output.standard_error))));
  }
  return Maker::ended;
}

} // namespace

std::optional<BuildRecord>
read_record(const config::Project& project, Layer layer, const ReadOnlyFileSystem& files) {
  const auto text = files.read_if_exists(record_file(project, layer));
  const auto object = text && *text ? json::parse(**text, nullptr, false) : json();
  if (!object.is_object()) {
    return std::nullopt;
  }
  BuildRecord record{text_of(object, "key")};
  record.made = object.contains("made") && object["made"] == true;
  record.took_ms = number_of(object, "took");
  record.imports = events_of(object);
  record.ahead = names_of(object, "ahead");
  for (const auto& item : object.value("reasons", json::array())) {
    if (item.is_object()) {
      auto reason = at_place(item, text_of(item, "message"));
      for (const auto& hint : item.value("hints", json::array())) {
        reason.hints.push_back(hint.is_string() ? hint.get<std::string>() : "");
      }
      record.reasons.push_back(std::move(reason));
    }
  }
  return record;
}

bool was_refused(const std::optional<BuildRecord>& record, const LayerPlan& plan) {
  return record && record->key == plan.key && !record->made;
}

MakerPlan plan_maker(const MakerSetup& setup) {
  const auto& [project, parts, guest, scratch, priority, time_limit, confinement] = setup;
  MakerPlan maker;
  maker.main_module = fmt::format(
      "import \"./__pyw/shims.js\";\n"
      "import {{ buildSnapshot }} from \"./__pyw/snapshot_builder.js\";\n"
      "import settings from \"./__pyw/settings.json\";\n"
      "const importModule = (name) => import(name);\n"
      "export default {{ test: (_controller, env) => buildSnapshot(settings, env, importModule, {}) }};\n",
      time_limit.count());
  std::vector<std::string> modules{
      runtime::embedded_module("__pyw_main.js", "esModule", scratch / "main.js")};
  auto guest_modules = runtime::python_modules(guest, parts.pyodide);
  for (const std::string_view name : {"snapshot_builder.js", "snapshot_recorder.js"}) {
    guest_modules.push_back(runtime::guest_module(guest, name));
  }
  for (const auto& [name, kind, file] : guest_modules) {
    modules.push_back(runtime::embedded_module(fmt::format("__pyw/{}", name), kind, file));
  }
  modules.push_back(runtime::embedded_module("__pyw/settings.json", "json", scratch / "settings.json"));
  std::vector<std::string> flags;
  for (const auto& flag : project.compatibility_flags) {
    flags.push_back(flag.value);
  }
  std::vector<std::string> flag_words;
  for (const auto& flag : runtime::workerd_flags(project.compatibility_date.value, flags)) {
    flag_words.push_back(capnp_string(flag));
  }
  // The Worker's own date and flags: they decide which JavaScript globals there are. None of its bindings.
  maker.config = fmt::format(
      "using Workerd = import \"/workerd/workerd.capnp\";\n\n"
      "const config :Workerd.Config = (\n"
      "  services = [\n"
      "    (name = \"snapshot\", worker = (compatibilityDate = {}, compatibilityFlags = {}, modules = {},\n"
      "      bindings = [(name = \"__pyw_evaluator\", unsafeEval = void),\n"
      "        (name = \"__pyw_files\", service = \"files\"), (name = \"OUTPUT\", service = \"output\")])),\n"
      "    (name = \"files\", disk = (path = \"/\", allowDotfiles = true)),\n"
      "    (name = \"output\", disk = (path = {}, writable = true)),\n"
      "  ],\n"
      "  structuredLogging = true,\n"
      ");\n",
      capnp_string(project.compatibility_date.value),
      capnp_list(flag_words, 8),
      capnp_list(modules, 8),
      capnp_string((scratch / "output").string()));
  return maker;
}

Result<BuildRecord> build(const LayerPlan& plan, const MakerSetup& setup, World& world) {
  auto& files = world.files;
  const Defer clean_up([&] { static_cast<void>(files.remove_all(setup.scratch)); });
  PYW_TRY_ASSIGN(const auto end, run_maker(plan, setup, world));
  if (end == Maker::out_of_time) {
    return late_record(plan, {Severity::warning, {}}, setup);
  }
  const auto output = setup.scratch / "output" / output_name(plan);
  PYW_TRY_ASSIGN(const auto text, files.read(output.string() + ".json"));
  const auto outcome = json::parse(text, nullptr, false);
  if (!outcome.is_object()) {
    return failure(internal_error("the snapshot's maker did not say how it went"));
  }
  auto record = record_of(plan, outcome, setup);
  if (record.timed_out) {
    return record;
  }
  if (const auto before = read_record(setup.project, plan.layer, files)) {
    record.ahead = joined(before->ahead, record.ahead);
  }
  if (record.made) {
    PYW_TRY_ASSIGN(auto bytes, files.read(output));
    PYW_TRY_ASSIGN(const auto sealed, seal(std::move(bytes), plan.key));
    PYW_TRY(read_snapshot(sealed)); // what cannot be read again is not kept
    PYW_TRY_ASSIGN(const auto writer, files.create(plan.file, 0600));
    PYW_TRY(writer->write(sealed));
    PYW_TRY(writer->commit());
    if (plan.layer != Layer::dedicated) {
      remove_oldest(plan.file.parent_path(), files);
    }
  }
  PYW_TRY(files.write(record_file(setup.project, plan.layer), to_json(record).dump() + "\n"));
  return record;
}

std::vector<Diagnostic> explain_refusal(const BuildRecord& record) {
  auto reasons = record.reasons;
  for (auto& reason : reasons) {
    reason.severity = Severity::warning;
  }
  if (!reasons.empty()) {
    reasons.back().hints.push_back(fmt::format(
        "until then the top level runs at every start, which takes about {} ms longer", record.took_ms));
  }
  return reasons;
}

} // namespace pyw::snapshot
