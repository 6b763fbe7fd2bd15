#include <base/text.hpp>
#include <snapshot/description.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::snapshot {

namespace {

using nlohmann::json;

constexpr std::uint64_t wasm_page = 65536;                  // WebAssembly core specification, 4.2.8
constexpr std::uint64_t most_heap = std::uint64_t{1} << 32; // of a 32-bit memory
constexpr std::uint64_t most_table = 10'000'000;            // V8's own limit

/// Notes the first thing that is wrong and goes on with harmless values.
class Reader {
public:
  explicit Reader(const json& object) : m_object(object) {}

  [[nodiscard]] bool good() const { return m_problem.empty(); }

  [[nodiscard]] const std::string& problem() const { return m_problem; }

  bool require(bool condition, std::string_view what) {
    if (!condition && m_problem.empty()) {
      m_problem = what;
    }
    return condition;
  }

  const json& list(const json& object, const char* name) {
    static const auto none = json::array();
    const auto found = object.find(name);
    const bool there = found != object.end() && found->is_array();
    require(there, fmt::format("`{}` is no list", name));
    return there ? *found : none;
  }

  const json& list(const char* name) { return list(m_object, name); }

  std::string text(const json& object, const char* name) {
    const auto found = object.find(name);
    const bool there = found != object.end() && found->is_string();
    require(there, fmt::format("`{}` is no text", name));
    return there ? found->get<std::string>() : std::string{};
  }

  std::string text(const char* name) { return text(m_object, name); }

  /// At most `most`.
  std::uint64_t number(const json& value, std::uint64_t most, std::string_view what) {
    const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() <= most;
    require(fits, fmt::format("`{}` is no number that fits", what));
    return fits ? value.get<std::uint64_t>() : 0;
  }

  std::uint64_t number(const json& object, const char* name, std::uint64_t most) {
    const auto found = object.find(name);
    return number(found == object.end() ? json() : *found, most, name);
  }

  std::uint64_t number(const char* name, std::uint64_t most) { return number(m_object, name, most); }

private:
  const json& m_object;
  std::string m_problem;
};

/// The number of pages in the runs `name`.
std::uint64_t read_runs(Reader& reader, const char* name, std::uint64_t heap) {
  const auto all = heap / page_size;
  std::uint64_t end = 0;
  std::uint64_t pages = 0;
  for (const auto& run : reader.list(name)) {
    if (!reader.require(run.is_array() && run.size() == 2, "a run is no pair")) {
      return pages;
    }
    const auto first = reader.number(run[0], all, name);
    const auto count = reader.number(run[1], all, name);
    if (!reader.require(first >= end && count > 0 && first + count <= all,
                        "the runs of pages overlap or lie outside the memory")) {
      return pages;
    }
    end = first + count;
    pages += count;
  }
  return pages;
}

void read_libraries(Reader& reader, std::uint64_t table, Snapshot& snapshot) {
  for (const auto& item : reader.list("libraries")) {
    if (!reader.require(item.is_object(), "a library is no object")) {
      return;
    }
    Library library;
    library.path = reader.text(item, "path");
    library.memory_base = reader.number(item, "memoryBase", snapshot.heap);
    library.memory_size = reader.number(item, "memorySize", snapshot.heap);
    library.table_base = reader.number(item, "tableBase", table);
    library.table_size = reader.number(item, "tableSize", table);
    library.global = item.contains("global") && item["global"] == true;
    reader.require(library.memory_base + library.memory_size <= snapshot.heap &&
                       library.table_base + library.table_size <= table,
                   "a library lies outside the memory or the table");
    for (const auto& slot : reader.list(item, "named")) {
      reader.number(slot, table, "named");
    }
    for (const auto& handle : reader.list(item, "handles")) {
      reader.number(handle, snapshot.heap, "handles");
    }
    for (const auto& other : reader.list(item, "scope")) {
      reader.number(other, reader.list("libraries").size() - 1, "scope");
    }
    snapshot.libraries.push_back(std::move(library));
  }
}

void read_table(Reader& reader, std::uint64_t table, std::size_t libraries) {
  for (const auto& slot : reader.list("slots")) {
    if (!reader.require(slot.is_array() && slot.size() == 3 && slot[1].is_number_integer() &&
                            slot[2].is_string(),
                        "a table slot is not described")) {
      return;
    }
    reader.require(reader.number(slot[0], table, "slots") < table, "a slot lies outside the table");
    const auto owner = slot[1].get<std::int64_t>();
    reader.require(owner >= -1 && owner < static_cast<std::int64_t>(libraries), "a slot is nobody's");
  }
  for (const auto& slot : reader.list("freeSlots")) {
    reader.number(slot, table, "freeSlots");
  }
  for (const auto& entry : reader.list("got")) {
    reader.require(entry.is_array() && entry.size() == 2 && entry[0].is_string() &&
                       entry[1].is_number_integer(),
                   "`got` holds no pairs");
  }
}

std::string path_text(std::string_view root, const json& path) {
  std::string text(root);
  for (const auto& step : path) {
    text += "." + (step.is_string() ? step.get<std::string>() : step.dump());
  }
  return text;
}

/// One of Pyodide's own forms: {path}, {serialized: {root, path}}, {API}, {abortSignalAny}.
std::string reference_text(const json& value) {
  if (value.contains("path") && value["path"].is_array()) {
    return path_text("js", value["path"]);
  }
  if (value.contains("serialized")) {
    const auto& own = value["serialized"];
    if (own.is_object() && own.contains("root") && own["root"].is_string() && own.contains("path") &&
        own["path"].is_array()) {
      return path_text(own["root"].get<std::string>(), own["path"]);
    }
    return {};
  }
  return value.contains("API") ? "pyodide" : value.contains("abortSignalAny") ? "pyodide.abortSignalAny" : "";
}

void read_references(Reader& reader, const json& object, Snapshot& snapshot) {
  const auto found = object.find("hiwire");
  if (!reader.require(found != object.end() && found->is_object(), "`hiwire` is no object")) {
    return;
  }
  for (const auto& value : reader.list(*found, "hiwireKeys")) {
    if (value.is_null()) {
      continue;
    }
    auto text = value.is_object() ? reference_text(value) : std::string{};
    reader.require(!text.empty(), "a JavaScript reference is not described");
    snapshot.references.push_back(std::move(text));
  }
  for (const auto& value : reader.list(*found, "immortalKeys")) {
    reader.require(value.is_string(), "`immortalKeys` holds no texts");
  }
}

void read_files(Reader& reader, Snapshot& snapshot) {
  for (const auto& file : reader.list("files")) {
    if (!reader.require(file.is_array() && file.size() == 2 && file[0].is_string() && file[1].is_string(),
                        "a file is not described")) {
      return;
    }
    const auto path = file[0].get<std::string>();
    reader.require(path.starts_with("/tmp/") && path.find("/../") == std::string::npos,
                   "a file lies outside /tmp");
    snapshot.files.emplace_back(path, file[1].get_ref<const std::string&>().size());
  }
  for (const auto& call : reader.list("entropy")) {
    if (reader.require(call.is_string(), "`entropy` holds no texts")) {
      snapshot.entropy.push_back(call.get<std::string>());
    }
  }
}

} // namespace

Result<Snapshot> read_description(std::string_view text) {
  const auto object = json::parse(text, nullptr, false);
  if (!object.is_object()) {
    return failure(user_error("its description is no JSON object"));
  }
  Reader reader(object);
  Snapshot snapshot;
  const auto layer = reader.text("layer");
  const auto known = std::ranges::find(all_layers, layer, [](Layer each) { return to_text(each); });
  if (reader.require(known != all_layers.end(), "its layer is unknown")) {
    snapshot.layer = *known;
  }
  snapshot.python = reader.text("python");
  snapshot.heap = reader.number("heap", most_heap);
  reader.require(snapshot.heap % wasm_page == 0, "its memory is no whole number of pages");
  const auto table = reader.number("tableLength", most_table);
  reader.require(reader.number("countArgs", table) == 0 || snapshot.python == "3.13",
                 "only Python 3.13 has a slot for counting arguments");
  snapshot.pages = read_runs(reader, "runs", snapshot.heap);
  read_runs(reader, "fresh", snapshot.heap);
  read_libraries(reader, table, snapshot);
  read_table(reader, table, snapshot.libraries.size());
  read_references(reader, object, snapshot);
  read_files(reader, snapshot);
  if (!reader.good()) {
    return failure(user_error(reader.problem()));
  }
  return snapshot;
}

} // namespace pyw::snapshot
