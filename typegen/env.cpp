#include <base/text.hpp>
#include <typegen/env.hpp>
#include <typegen/module_writer.hpp>
#include <typegen/package_files.hpp>
#include <typegen/python_text.hpp>

#include <nlohmann/json.hpp>

#include <utility>

namespace pyw::typegen {

namespace {

using Json = nlohmann::ordered_json;

/// The class in the runtime's declarations that a kind of binding is.
std::string_view class_of(EnvKind kind) {
  switch (kind) {
  case EnvKind::kv_namespace:
    return "KVNamespace";
  case EnvKind::r2_bucket:
    return "R2Bucket";
  case EnvKind::d1_database:
    return "D1Database";
  case EnvKind::durable_object:
    return "DurableObjectNamespace";
  case EnvKind::queue:
    return "Queue";
  case EnvKind::service:
  case EnvKind::assets:
  case EnvKind::mtls_certificate:
    return "Fetcher";
  case EnvKind::workflow:
    return "Workflow";
  case EnvKind::pipeline:
    return "Pipeline";
  case EnvKind::rate_limit:
    return "RateLimit";
  case EnvKind::hyperdrive:
    return "Hyperdrive";
  case EnvKind::analytics_engine:
    return "AnalyticsEngineDataset";
  case EnvKind::vectorize:
    return "Vectorize";
  case EnvKind::send_email:
    return "SendEmail";
  case EnvKind::secrets_store_secret:
    return "SecretsStoreSecret";
  case EnvKind::dispatch_namespace:
    return "DispatchNamespace";
  case EnvKind::ai:
    return "Ai";
  case EnvKind::browser:
    return "BrowserRun";
  case EnvKind::images:
    return "ImagesBinding";
  case EnvKind::media:
    return "MediaBinding";
  case EnvKind::stream:
    return "StreamBinding";
  case EnvKind::version_metadata:
    return "WorkerVersionMetadata";
  case EnvKind::worker_loader:
    return "WorkerLoader";
  default:
    return {};
  }
}

/// The same for sections of the configuration that pyw only passes on.
std::string_view class_of_section(std::string_view section) {
  static const std::map<std::string_view, std::string_view> classes{{"agent_memory", "AgentMemoryNamespace"},
                                                                    {"analytics", "AnalyticsSQLBinding"},
                                                                    {"artifacts", "Artifacts"},
                                                                    {"flagship", "Flagship"},
                                                                    {"vpc_services", "Fetcher"},
                                                                    {"web_search", "WebSearch"},
                                                                    {"websearch", "WebSearch"}};
  const auto found = classes.find(section);
  return found == classes.end() ? std::string_view{} : found->second;
}

class EnvWriter {
public:
  EnvWriter(const EnvDescription& env, const PublicNames& names) : m_env(env), m_names(names) {
    for (const auto& entry : env.entries) {
      m_shadowed.insert(entry.name);
    }
    for (const auto& record : env.records) {
      m_written.insert(record.name);
    }
  }

  std::string write();

private:
  std::string type_of(const EnvEntry& entry);
  std::string variable_type(const EnvEntry& entry);
  std::string literal(const Json& value);
  std::string nested(const Json& value, const std::string& owner);
  std::string stub_of(const EnvEntry& entry);
  std::string methods_of(const PythonClass& found, EnvKind kind);
  std::string payload_of(const EnvEntry& entry);
  std::string records_of(std::string_view definitions) const;
  [[nodiscard]] bool names_any(const Names& names) const;

  std::string builtin(std::string_view name) const {
    return m_shadowed.contains(name) ? "builtins." + std::string(name) : std::string(name);
  }

  const EnvDescription& m_env;
  const PublicNames& m_names;
  std::set<std::string, std::less<>> m_shadowed; ///< binding names hide the classes of the same name
  std::set<std::string> m_written;
  std::string m_helpers;
};

std::string EnvWriter::literal(const Json& value) {
  if (value.is_string()) {
    return "Literal[" + quote(value.get<std::string>()) + "]";
  }
  if (value.is_boolean()) {
    return value.get<bool>() ? "Literal[True]" : "Literal[False]";
  }
  if (value.is_number_integer()) {
    return "Literal[" + value.dump() + "]";
  }
  return value.is_number() ? builtin("float") : "Any";
}

/// The parts of a JSON variable: it is a JavaScript object, read by attribute.
std::string EnvWriter::nested(const Json& value, const std::string& owner) {
  if (value.is_string()) {
    return "str";
  }
  if (value.is_boolean()) {
    return "bool";
  }
  if (value.is_number()) {
    return value.is_number_integer() ? "int" : "float";
  }
  if (value.is_array()) {
    PythonUnion elements;
    for (const auto& element : value) {
      elements.add(nested(element, owner + "_item"));
    }
    return "JsArray[" + (elements.empty() ? "Any" : elements.text(PythonUnion::Any::absorbs)) + "]";
  }
  if (!value.is_object()) {
    return "Any";
  }
  std::string body;
  std::string open;
  for (const auto& [key, part] : value.items()) {
    if (is_identifier(key)) {
      const auto type = nested(part, owner + "_" + key);
      body += "    @property\n    def " + attribute_name(key) + "(self) -> " + type + ": ...\n";
    } else {
      open = "    def __getattr__(self, name: str, /) -> Any: ...\n";
    }
  }
  auto name = owner;
  for (int count = 2; !m_written.insert(name).second; ++count) {
    name = owner + "_" + std::to_string(count);
  }
  m_helpers +=
      "class " + name + "(JsProxy):\n" + (body.empty() && open.empty() ? "    ...\n" : body + open) + "\n";
  return name;
}

std::string EnvWriter::variable_type(const EnvEntry& entry) {
  PythonUnion type;
  for (const auto& text : entry.values) {
    const auto value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) {
      type.add("Any");
    } else {
      type.add(value.is_structured() || entry.varies ? nested(value, "_" + to_identifier(entry.name))
                                                     : literal(value));
    }
  }
  return type.empty() ? builtin("str") : type.text(PythonUnion::Any::absorbs);
}

/// As a stub answers: each call is a coroutine. What the stub has of its own cannot be reached.
std::string EnvWriter::methods_of(const PythonClass& found, EnvKind kind) {
  const auto ancestry = ancestry_of(found, m_env.classes);
  // Where all of them are known, any other name is a mistake.
  std::string text = ancestry.is_whole ? "    __getattr__: None  # type: ignore[assignment, misc]\n" : "";
  std::set<std::string_view> written;
  if (kind == EnvKind::durable_object) {
    written = {"id", "name"};
  }
  for (const auto* each : ancestry.classes) {
    for (const auto& method : each->methods) {
      if (written.insert(method.name).second) {
        const auto call = [&](const std::string& parameters) {
          return "    async def " + method.name + "(self" + (parameters.empty() ? "" : ", " + parameters) +
                 ") -> " + method.result + ": ...\n";
        };
        text += method.keywords.empty()
                    ? call(method.parameters)
                    : "    @overload\n" + call(method.parameters) + "    @overload\n" + call(method.keywords);
      }
    }
  }
  return text.empty() ? "    ...\n" : text;
}

/// A stub that answers to the methods of a class of this project, and to no other. It can stand where any
/// stub can: `async def ask(rooms: DurableObjectNamespace, service: Fetcher)`.
std::string EnvWriter::stub_of(const EnvEntry& entry) {
  const bool is_object = entry.kind == EnvKind::durable_object;
  const std::string base = is_object ? "DurableObjectStub" : "Fetcher";
  if (!m_names.always.contains(base) || (is_object && !m_names.always.contains("DurableObjectNamespace"))) {
    return {};
  }
  for (const auto& found : m_env.classes) {
    if (found.name != entry.class_name || found.worker != entry.worker || entry.class_name.empty()) {
      continue;
    }
    const auto owner = found.worker.empty() ? std::string() : to_identifier(found.worker) + "_";
    const auto stub = "_" + owner + found.name + "Stub";
    if (m_written.insert(stub).second) {
      m_helpers += "class " + stub + "(_globals." + base + "):\n" + methods_of(found, entry.kind) + "\n";
    }
    return is_object ? "_globals.DurableObjectNamespace[" + stub + "]" : stub;
  }
  return {};
}

/// What the workflow's class is started with, where its code says so.
std::string EnvWriter::payload_of(const EnvEntry& entry) {
  for (const auto& found : m_env.classes) {
    if (found.name != entry.class_name || found.worker != entry.worker || entry.class_name.empty()) {
      continue;
    }
    for (const auto* each : ancestry_of(found, m_env.classes).classes) {
      if (!each->payload.empty()) {
        return each->payload;
      }
    }
  }
  return {};
}

/// Those that the definitions name, and those that they name in turn.
std::string EnvWriter::records_of(std::string_view definitions) const {
  std::string text;
  std::set<std::string_view> written;
  auto used = identifiers_in(definitions);
  for (bool is_done = false; !std::exchange(is_done, true);) {
    for (const auto& record : m_env.records) {
      if (used.contains(record.name) && written.insert(record.name).second) {
        const auto definition = write_record(record);
        used.merge(identifiers_in(definition));
        text += definition + "\n";
        is_done = false;
      }
    }
  }
  return text;
}

std::string EnvWriter::type_of(const EnvEntry& entry) {
  if (entry.kind == EnvKind::variable) {
    return variable_type(entry);
  }
  if (entry.kind == EnvKind::secret) {
    return builtin("str");
  }
  if (entry.kind == EnvKind::durable_object || entry.kind == EnvKind::service) {
    if (auto stub = stub_of(entry); !stub.empty()) {
      return stub;
    }
  }
  if (entry.kind == EnvKind::workflow && m_names.always.contains("Workflow")) {
    const auto payload = payload_of(entry);
    return "_globals.Workflow" + (payload.empty() || payload == "Any" ? "" : "[" + payload + "]");
  }
  const auto name = entry.kind == EnvKind::unknown ? class_of_section(entry.section) : class_of(entry.kind);
  return m_names.always.contains(name)          ? "_globals." + std::string(name)
         : m_names.with_bindings.contains(name) ? "_globals_bindings." + std::string(name)
         : m_names.with_ai.contains(name)       ? "_globals_ai." + std::string(name)
                                                : "Any";
}

bool EnvWriter::names_any(const Names& names) const {
  return std::any_of(
      m_env.named.begin(), m_env.named.end(), [&](const std::string& name) { return names.contains(name); });
}

std::string EnvWriter::write() {
  std::string body;
  for (const auto& entry : m_env.entries) {
    if (!is_identifier(entry.name)) {
      body += "    # " + replace_all(entry.name, "\n", " ") +
              ": not a name that Python can write; use getattr()\n";
      continue;
    }
    const auto type = type_of(entry);
    const auto comment = type == "Any" && !entry.section.empty() ? "  # " + entry.section : "";
    body += "    " + attribute_name(entry.name) + ": " + type + comment + "\n";
  }
  auto definitions =
      m_helpers + "class Env:\n    \"\"\"What the Worker finds in `self.env`.\"\"\"\n\n" + body;
  definitions = records_of(definitions) + definitions;
  const auto used = identifiers_in(definitions);
  std::string head = "\"\"\"The `js` module of this project's Worker; written by `pyw types`.\"\"\"\n\n";
  const auto import = [&](std::string_view module, const std::vector<std::string_view>& names) {
    std::vector<std::string> wanted;
    for (const auto name : names) {
      if (used.contains(name)) {
        wanted.emplace_back(name);
      }
    }
    head += wanted.empty() ? "" : "from " + std::string(module) + " import " + join(wanted, ", ") + "\n";
  };
  head += used.contains("builtins") ? "import builtins\n" : "";
  import("collections.abc", {"Iterable", "Mapping", "Sequence"});
  import("datetime", {"datetime"});
  import("typing",
         {"Any",
          "Dict",
          "List",
          "Literal",
          "NotRequired",
          "Optional",
          "TypedDict",
          "Union",
          "Unpack",
          "overload"});
  import("typing_extensions", {"ReadOnly"}); // `typing` has it since 3.13
  head += used.contains("workers") ? "import workers\n" : "";
  import("pyodide.ffi", {"JsArray", "JsProxy"});
  import(".", {"_globals", "_globals_ai", "_globals_bindings"});
  import("._prelude", {"JsDict", "JsObject", "ListLike"});
  const bool with_ai = used.contains("_globals_ai") || names_any(m_names.with_ai);
  head += with_ai ? "from ._globals_ai import *\n" : "";
  head += m_names.with_bindings.empty() ? "" : "from ._globals_bindings import *\n";
  return head + "from ._globals import *\n\n" + definitions;
}

} // namespace

Names public_names(std::string_view globals_stub) {
  auto names = names_defined_in(globals_stub);
  for (const auto line : split(globals_stub, '\n')) {
    const auto text = trim(line);
    const auto as = text.find(" as ");
    if (as != std::string_view::npos && text.ends_with(',')) {
      names.emplace(text.substr(0, as));
    }
  }
  return names;
}

StubFile make_env_stub(const EnvDescription& env, const PublicNames& names) {
  return {"js-stubs/__init__.pyi", EnvWriter(env, names).write()};
}

std::vector<StubFile> package_stubs() {
  std::vector<StubFile> files;
  for (const auto& file : package_files()) {
    files.push_back({std::string(file.path), std::string(file.content)});
  }
  return files;
}

} // namespace pyw::typegen
