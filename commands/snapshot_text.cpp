#include <base/text.hpp>
#include <commands/snapshot_text.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace pyw::commands {

namespace {

using nlohmann::json;

constexpr std::size_t imports_shown = 12;

std::string_view to_text(LayerState::Condition condition) {
  using enum LayerState::Condition;
  switch (condition) {
  case missing:
    return "missing";
  case outdated:
    return "outdated";
  case ready:
    return "ready";
  case damaged:
    return "damaged";
  case refused:
    break;
  }
  return "refused";
}

/// Equal ones once, with how often.
std::string counted_list(const std::vector<std::string>& names) {
  std::map<std::string, int> counts;
  for (const auto& name : names) {
    ++counts[name];
  }
  std::vector<std::string> texts;
  for (const auto& [name, count] : counts) {
    texts.push_back(count == 1 ? name : fmt::format("{} ({} times)", name, count));
  }
  return join(texts, ", ");
}

std::string content_text(const snapshot::Snapshot& snapshot) {
  std::string text = fmt::format("  size         {}, {} of {} of memory\n",
                                 human_size(snapshot.size),
                                 counted(snapshot.pages, "page", "pages"),
                                 human_size(snapshot.heap));
  text += fmt::format("  python       {}\n", snapshot.python);
  for (std::size_t i = 0; i < snapshot.libraries.size(); ++i) {
    const auto& library = snapshot.libraries[i];
    text += fmt::format("  library {:<4} {} at {:#x}, {}{}\n",
                        i + 1,
                        library.path,
                        library.memory_base,
                        human_size(library.memory_size),
                        library.global ? ", global" : "");
  }
  if (!snapshot.references.empty()) {
    text += fmt::format("  JavaScript   {}\n", counted_list(snapshot.references));
  }
  if (!snapshot.entropy.empty()) {
    text += fmt::format("  randomness   {}, allowed by the SDK\n", counted_list(snapshot.entropy));
  }
  for (const auto& [path, size] : snapshot.files) {
    text += fmt::format("  file         {}\n", path);
  }
  return text;
}

std::string imports_text(const snapshot::BuildRecord& record) {
  const auto times = snapshot::import_times(record.imports);
  std::string text =
      fmt::format("  imports      {} ms in all; with what they import, and alone:\n", record.took_ms);
  for (std::size_t i = 0; i < std::min(times.size(), imports_shown); ++i) {
    text +=
        fmt::format("  {:>9.0f} ms {:>6.0f} ms  {}\n", times[i].total_ms, times[i].own_ms, times[i].module);
  }
  return text;
}

json content_json(const snapshot::Snapshot& snapshot) {
  auto libraries = json::array();
  for (const auto& library : snapshot.libraries) {
    libraries.push_back({{"path", library.path},
                         {"memoryBase", library.memory_base},
                         {"memorySize", library.memory_size},
                         {"tableBase", library.table_base},
                         {"tableSize", library.table_size},
                         {"global", library.global}});
  }
  auto files = json::array();
  for (const auto& [path, size] : snapshot.files) {
    files.push_back(path);
  }
  return {{"size", snapshot.size},
          {"heap", snapshot.heap},
          {"pages", snapshot.pages},
          {"python", snapshot.python},
          {"key", snapshot.key},
          {"libraries", libraries},
          {"references", snapshot.references},
          {"entropy", snapshot.entropy},
          {"files", files}};
}

} // namespace

LayerState layer_state(const snapshot::LayerPlan& plan,
                       const config::Project& project,
                       const ReadOnlyFileSystem& files) {
  using enum LayerState::Condition;
  LayerState state{plan.layer, missing, plan.file.string()};
  auto loaded = snapshot::load(plan, files);
  if (!loaded) {
    state.condition = damaged;
    state.problem = loaded.error().message();
  } else if (*loaded) {
    state.condition = ready;
    state.snapshot = std::move(*loaded);
  } else if (files.exists(plan.file)) {
    state.condition = outdated;
  }
  state.record = snapshot::read_record(project, plan.layer, files);
  if (state.condition != ready && snapshot::was_refused(state.record, plan)) {
    state.condition = refused;
  }
  return state;
}

json to_json(const LayerState& state) {
  json object{
      {"layer", snapshot::to_text(state.layer)}, {"state", to_text(state.condition)}, {"file", state.file}};
  if (state.snapshot) {
    object.update(content_json(*state.snapshot));
  }
  if (!state.problem.empty()) {
    object["problem"] = state.problem;
  }
  if (state.record) {
    auto reasons = json::array();
    for (const auto& reason : state.record->reasons) {
      reasons.push_back({{"message", reason.message},
                         {"path", reason.location.path},
                         {"line", reason.location.line},
                         {"column", reason.location.column}});
    }
    object["reasons"] = reasons;
    object["took"] = state.record->took_ms;
    auto imports = json::array();
    for (const auto& time : snapshot::import_times(state.record->imports)) {
      imports.push_back({{"module", time.module}, {"total", time.total_ms}, {"own", time.own_ms}});
    }
    object["imports"] = imports;
  }
  return object;
}

std::string to_text(const LayerState& state) {
  std::string text = fmt::format("{} snapshot: {}\n  file         {}\n",
                                 snapshot::to_text(state.layer),
                                 to_text(state.condition),
                                 state.file);
  if (!state.problem.empty()) {
    text += fmt::format("  problem      {}\n", state.problem);
  }
  if (state.snapshot) {
    text += content_text(*state.snapshot);
  }
  if (state.condition == LayerState::Condition::refused) {
    for (const auto& reason : snapshot::explain_refusal(*state.record)) {
      text += render(reason);
    }
  }
  if (state.record && !state.record->imports.empty()) {
    text += imports_text(*state.record);
  }
  return text;
}

} // namespace pyw::commands
