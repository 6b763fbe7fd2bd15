#include <typegen/definition_order.hpp>
#include <typegen/lowering.hpp>
#include <typegen/module_writer.hpp>
#include <typegen/overloads.hpp>
#include <typegen/prelude_files.hpp>
#include <typegen/reader.hpp>
#include <typegen/stubs.hpp>
#include <typegen/type_variables.hpp>

#include <algorithm>
#include <iterator>

namespace pyw::typegen {

namespace {

/// What the SDK wraps (rpc.py: _EnvWrapper._BINDING_TYPES and its three special wrappers), and what it hands
/// to handlers wrapped: the roots of the env view.
constexpr std::string_view wrapped_types[] = {"KVNamespace",
                                              "R2Bucket",
                                              "D1Database",
                                              "Queue",
                                              "Vectorize",
                                              "VectorizeIndex",
                                              "AnalyticsEngineDataset",
                                              "RateLimit",
                                              "ImagesBinding",
                                              "HostedImagesBinding",
                                              "Fetcher",
                                              "DurableObjectNamespace",
                                              "DurableObjectStub",
                                              "Workflow",
                                              "MessageBatch",
                                              "DurableObjectStorage",
                                              "CloudflareWorkersModule.WorkflowEvent",
                                              "CloudflareWorkersModule.WorkflowStepEvent",
                                              "CloudflareWorkersModule.WorkflowStepContext"};
/// What `self.env` gives as it is.
constexpr std::string_view unwrapped_types[] = {"Hyperdrive",
                                                "SendEmail",
                                                "WorkerLoader",
                                                "WorkerVersionMetadata",
                                                "DurableObjectState",
                                                "ExecutionContext",
                                                "ScheduledController",
                                                "ForwardableEmailMessage",
                                                "AlarmInvocationInfo",
                                                "TraceItem"};
/// The same, of bindings that few projects have and whose classes are many.
constexpr std::string_view rare_types[] = {"DispatchNamespace",
                                           "SecretsStoreSecret",
                                           "MediaBinding",
                                           "StreamBinding",
                                           "BrowserRun",
                                           "AgentMemoryNamespace",
                                           "Artifacts",
                                           "Flagship",
                                           "AnalyticsSQLBinding",
                                           "WebSearch",
                                           "ColoLocalActorNamespace"};
constexpr std::string_view ai_root = "Ai";

/// Names of the prelude that are forms of ours, not objects of JavaScript.
bool is_python_only(std::string_view name) {
  static const std::set<std::string_view> names{
      "Binding", "IteratorResult", "IteratorResultDict", "JsClass", "ListLike", "RpcMethod"};
  return names.contains(name);
}

/// What can be done of a class as soon as it is written, beside the lowering of others.
struct FinishedClass {
  std::string text;
  std::vector<Mention> needs; ///< at once
};

/// So many that a thread for them pays, so few that another can take the next soon.
constexpr std::size_t finished_at_once = 150;

std::vector<FinishedClass> finish_classes(const std::vector<std::string_view>& texts) {
  std::vector<FinishedClass> finished;
  finished.reserve(texts.size());
  for (const auto text : texts) {
    finished.push_back({mark_overlapping_overloads(text), names_needed_at_once(text)});
  }
  return finished;
}

class StubMaker {
public:
  StubMaker(const std::vector<std::string_view>& sources, const StubOptions& options)
      : m_program(read_declarations(sources)), m_resolver(m_program),
        m_lowering(m_resolver,
                   {options.null_is_none ? NullValue::none : NullValue::js_null,
                    options.with_documentation ? Documentation::keep : Documentation::drop}) {}

  RuntimeStubs run();

private:
  void lower_all();
  void request_named(std::string_view name, Form form);
  void lower_values(const Scope& scope, std::string_view prefix);
  void lower_namespace(const Symbol& symbol);
  void lower_rest(const Scope& scope);
  void lower_alias(const Symbol& symbol);
  void lower_modules();
  bool is_constructor(const Symbol& symbol);
  void finish_beside();
  void lower_program();
  std::vector<FinishedClass> finished_classes();
  void write_modules(const std::set<std::string, std::less<>>& prelude_names, std::vector<StubFile>& files);
  [[nodiscard]] std::set<std::string, std::less<>> names_of(Module module) const;
  std::map<const Symbol*, const Item*> public_items();
  void name_types_of_modules(const std::map<const Symbol*, const Item*>& classes);
  std::vector<StubFile> write_globals(const std::set<std::string, std::less<>>& prelude_names);
  StubReport report();

  Program m_program;
  Resolver m_resolver;
  Lowering m_lowering;
  std::size_t m_finishing = 0; ///< how many of the lowering's items
  std::vector<std::future<std::vector<FinishedClass>>> m_finished;
  std::string m_raw_text;     ///< functions, aliases and namespaces, which are no Items
  std::string m_ai_text;      ///< aliases that mention classes
  std::string m_globals_text; ///< variables
  std::set<std::string, std::less<>> m_global_values;
  std::set<std::string, std::less<>> m_raw_names;
  std::set<std::string, std::less<>> m_ai_names;
  std::set<std::string, std::less<>> m_exported;
  std::map<std::string, std::string, std::less<>> m_of_modules; ///< types of modules: name -> class in _raw
};

bool StubMaker::is_constructor(const Symbol& symbol) {
  return std::any_of(symbol.variables.begin(), symbol.variables.end(), [&](const Variable& variable) {
    const auto shape = variable.type == nullptr ? nullptr : m_resolver.shape(variable.type);
    return shape && !shape->constructs.empty();
  });
}

void StubMaker::request_named(std::string_view name, Form form) {
  const auto* symbol = m_resolver.find(name, m_program.global);
  if (symbol != nullptr && symbol->is_type()) {
    m_lowering.request(*symbol, form, {});
  }
}

void StubMaker::lower_values(const Scope& scope, std::string_view prefix) {
  for (const auto* symbol : scope.symbols) {
    const auto name = std::string(prefix) + attribute_name(symbol->name);
    m_lowering.write_into(Module::raw, name);
    if (!symbol->functions.empty()) {
      std::vector<const Signature*> signatures;
      for (const auto& function : symbol->functions) {
        signatures.push_back(function.signature);
      }
      m_raw_text += m_lowering.write_method(
          {name, signatures, "", false, "", symbol->functions.front().doc}, Form::raw, 0);
      m_raw_names.insert(name);
      m_global_values.insert(name);
    } else if (!symbol->variables.empty() && !is_constructor(*symbol)) {
      m_lowering.write_into(Module::globals, name);
      const auto& variable = symbol->variables.front();
      const auto type = m_lowering.lower(variable.type, Position::raw_out, symbol->name);
      if (type != "Never") { // `declare var onmessage: never` says that there is none
        m_globals_text += name + ": " + type + "\n";
        m_global_values.insert(name);
      }
    } else if (is_constructor(*symbol) || symbol->is_class()) {
      const bool is_abstract = std::all_of(
          symbol->bodies.begin(), symbol->bodies.end(), [](const Body& body) { return body.is_abstract; });
      if (!is_abstract || is_constructor(*symbol)) {
        m_lowering.request(*symbol, Form::raw, {});
        m_global_values.insert(name);
      }
    }
    if (symbol->inside != nullptr && !symbol->inside->symbols.empty()) {
      lower_namespace(*symbol);
    }
  }
}

void StubMaker::lower_namespace(const Symbol& symbol) {
  // A class that is never made, with the namespace's contents as members.
  std::string body;
  // `export { _connect as connect }`: what is declared is known by its other name only.
  std::set<std::string_view> renamed;
  for (const auto* each : symbol.inside->symbols) {
    if (!each->renames.empty()) {
      renamed.insert(each->renames);
    }
  }
  for (const auto* named : symbol.inside->symbols) {
    const auto* member = named->renames.empty() ? named : symbol.inside->find(named->renames);
    if (member == nullptr || renamed.contains(named->name)) {
      continue;
    }
    m_lowering.write_into(Module::raw, to_identifier(member->qualified));
    if (member->is_type() && !member->bodies.empty()) {
      body +=
          "    " + attribute_name(named->name) + " = " + m_lowering.request(*member, Form::raw, {}) + "\n";
    } else if (!member->functions.empty()) {
      std::vector<const Signature*> signatures;
      for (const auto& function : member->functions) {
        signatures.push_back(function.signature);
      }
      body += m_lowering.write_method(
          {named->name, signatures, "cls", false, "", member->functions.front().doc}, Form::raw, 4);
    } else if (!member->variables.empty() && is_identifier(named->name) && !named->name.starts_with("__")) {
      body += "    " + attribute_name(named->name) + ": ClassVar[" +
              m_lowering.lower(member->variables.front().type, Position::raw_out, named->name) + "]\n";
    }
  }
  const auto name = m_lowering.python_name(symbol);
  if (body.empty() || symbol.is_type() || !symbol.variables.empty() || symbol.name == "Rpc") {
    return; // types only, or the name is taken by what the namespace adds to
  }
  m_raw_text += "class " + name + "(JsClass):\n" + body;
  m_raw_names.insert(name);
}

void StubMaker::lower_alias(const Symbol& symbol) {
  // Uses are lowered in their place, each as it is seen there: this one is only there to be named.
  const auto name = m_lowering.python_name(symbol);
  m_lowering.write_into(Module::ai, name);
  const auto text = m_lowering.lower(symbol.aliases.front().type, Position::env_nested, symbol.name);
  const auto words = identifiers_in(text);
  const bool is_simple = std::all_of(words.begin(), words.end(), [](const std::string& word) {
    static const std::set<std::string, std::less<>> simple{
        "Literal", "str", "int", "float", "bool", "None", "list", "True", "False"};
    return simple.contains(word) || word.front() < 'A';
  });
  (is_simple ? m_raw_text : m_ai_text) += "type " + name + " = " + text + "\n";
  (is_simple ? m_raw_names : m_ai_names).insert(name);
}

void StubMaker::lower_rest(const Scope& scope) {
  for (const auto* symbol : scope.symbols) {
    if (!symbol->is_type() || symbol->is_enum) {
      continue;
    }
    if (!symbol->aliases.empty() && !m_resolver.is_object_alias(*symbol)) {
      lower_alias(*symbol);
      continue;
    }
    if (!m_lowering.is_written(*symbol)) { // nothing uses it: it is there to be named
      m_lowering.write_into(Module::raw, "");
      const bool is_data = m_resolver.is_plain(*symbol) || m_lowering.is_data_class(*symbol);
      m_lowering.enter(is_data ? Part::ai : Part::bindings);
      m_lowering.request(*symbol, is_data ? Form::env : Form::raw, {});
    }
  }
}

/// `import_from_javascript(name)` gives the module by that name; its types are found in `js` where no global
/// has their name.
void StubMaker::lower_modules() {
  std::string overloads;
  m_of_modules.clear();
  for (const auto& [name, scope] : m_program.modules) {
    auto class_name = std::string(scope->exported_as_whole);
    const bool has_a_name = name.find('*') == std::string::npos; // `assets:*` is a pattern
    if (!scope->symbols.empty() && has_a_name) {
      Symbol as_namespace;
      as_namespace.name = name;
      as_namespace.qualified = "_module_" + name;
      as_namespace.inside = scope;
      lower_namespace(as_namespace);
      class_name = m_lowering.python_name(as_namespace);
    }
    if (m_raw_names.contains(class_name) && has_a_name) {
      overloads += "@overload\ndef import_from_javascript(module_name: Literal[" + quote(name) +
                   "]) -> type[_raw." + class_name + "]: ...\n";
    }
    for (const auto* symbol : scope->symbols) {
      if (!symbol->bodies.empty() && m_program.global->find(symbol->name) == nullptr) {
        m_of_modules.emplace(symbol->name, m_lowering.python_name(*symbol));
      }
    }
  }
  const std::string any = "def import_from_javascript(module_name: str) -> Any: ...\n";
  m_globals_text += overloads.empty() ? any : overloads + "@overload\n" + any;
}

void StubMaker::lower_all() {
  m_raw_text.clear();
  m_ai_text.clear();
  m_ai_names.clear();
  m_globals_text.clear();
  m_raw_names.clear();
  m_global_values.clear();
  m_lowering.write_into(Module::env, "");
  for (const auto name : wrapped_types) {
    request_named(name, Form::env);
  }
  for (const auto name : unwrapped_types) {
    request_named(name, Form::raw);
  }
  m_lowering.write_requested();
  lower_values(*m_program.global, "");
  m_lowering.write_requested();
  lower_modules();
  m_lowering.write_requested();
  m_lowering.enter(Part::bindings);
  for (const auto name : rare_types) {
    request_named(name, Form::raw);
  }
  m_lowering.write_requested();
  m_lowering.enter(Part::ai);
  request_named(ai_root, Form::env);
  m_lowering.write_requested();
}

std::map<const Symbol*, const Item*> StubMaker::public_items() {
  // The class that a name means in `from js import Name`: what `self.env` gives, unless the name is a global
  // of JavaScript; else what JavaScript gives; else what goes in.
  std::map<const Symbol*, const Item*> best;
  const auto rank = [&](const Item& item) {
    switch (item.form) {
    case Form::env:
      return m_global_values.contains(item.name) ? 2 : 4;
    case Form::raw:
      return 3;
    case Form::options:
      return 1;
    case Form::raw_options:
      return 0;
    default:
      return -1;
    }
  };
  for (const auto& item : m_lowering.items()) {
    if (item.symbol == nullptr || rank(item) < 0 || item.name != m_lowering.python_name(*item.symbol)) {
      continue;
    }
    auto& known = best[item.symbol];
    if (known == nullptr || rank(item) > rank(*known)) {
      known = &item;
    }
  }
  return best;
}

std::set<std::string, std::less<>> StubMaker::names_of(Module module) const {
  std::set<std::string, std::less<>> names;
  for (const auto& item : m_lowering.items()) {
    if (item.module == module && !item.text.empty()) {
      names.insert(item.name);
    }
  }
  return names;
}

/// What handlers are given whose types only a module declares (`WorkflowEvent`): under that name.
void StubMaker::name_types_of_modules(const std::map<const Symbol*, const Item*>& classes) {
  for (const auto& [name, scope] : m_program.modules) {
    const auto* whole = m_program.global->find(scope->exported_as_whole);
    if (whole == nullptr || whole->inside == nullptr) {
      continue;
    }
    for (const auto* symbol : whole->inside->symbols) {
      const auto found = classes.find(symbol);
      if (found != classes.end() && found->second->form == Form::env &&
          m_program.global->find(symbol->name) == nullptr) {
        m_globals_text += std::string(symbol->name) + " = " +
                          std::string(module_name(found->second->module)) + "." + found->second->name + "\n";
      }
    }
  }
}

std::vector<StubFile> StubMaker::write_globals(const std::set<std::string, std::less<>>& prelude_names) {
  const auto classes = public_items();
  const auto variables = names_defined_in(m_globals_text);
  std::map<std::string, std::vector<std::string>> by_module;
  for (const auto& name : prelude_names) {
    if (!name.starts_with('_') && m_program.global->find(name) == nullptr && !is_python_only(name)) {
      by_module["_prelude"].push_back(name);
    }
  }
  for (const auto* symbol : m_program.global->symbols) {
    auto name = m_lowering.python_name(*symbol);
    if (variables.contains(name)) {
      continue; // a value of the same name hides the type
    }
    const auto found = classes.find(symbol);
    if (m_raw_names.contains(name)) {
      by_module["_raw"].push_back(std::move(name));
    } else if (m_ai_names.contains(name)) {
      by_module["_ai"].push_back(std::move(name));
    } else if (found != classes.end()) {
      by_module[std::string(module_name(found->second->module))].push_back(std::move(name));
    }
  }
  std::string text;
  std::string of_bindings;
  std::string of_ai;
  for (const auto module : {Module::raw, Module::raw_of_env}) {
    const auto module_classes = names_of(module);
    for (const auto& [name, class_name] : m_of_modules) {
      if (module_classes.contains(class_name) && !prelude_names.contains(name)) {
        m_globals_text += name + " = " + std::string(module_name(module)) + "." + class_name + "\n";
      }
    }
  }
  name_types_of_modules(classes);
  for (const auto& [module, names] : by_module) {
    auto& target = module.starts_with("_ai") ? of_ai : module.starts_with("_bindings") ? of_bindings : text;
    target += "from ." + module + " import (\n";
    for (const auto& name : names) {
      target += "    " + name + " as " + name + ",\n";
      m_exported.insert(name);
    }
    target += ")\n";
  }
  text += write_module("_globals", "\n" + mark_overlapping_overloads(m_globals_text), prelude_names);
  return {{"js-stubs/_globals.pyi", std::move(text)},
          {"js-stubs/_globals_bindings.pyi", std::move(of_bindings)},
          {"js-stubs/_globals_ai.pyi", std::move(of_ai)}};
}

StubReport StubMaker::report() {
  StubReport report;
  report.declarations = m_program.declarations;
  report.classes = static_cast<std::size_t>(
      std::count_if(m_lowering.items().begin(), m_lowering.items().end(), [](const Item& item) {
        return !item.text.empty();
      }));
  for (const auto* symbol : m_program.global->symbols) {
    if (symbol->is_type()) {
      ++report.type_names;
      report.importable += m_exported.contains(m_lowering.python_name(*symbol)) ? 1 : 0;
    }
  }
  for (const auto& each : m_lowering.approximations()) {
    report.became_any.push_back({each.where, each.what});
  }
  report.unknown_syntax = m_program.unknown;
  return report;
}

void StubMaker::finish_beside() {
  std::vector<std::string_view> texts;
  for (auto index = m_finishing; index < m_lowering.written(); ++index) {
    texts.emplace_back(m_lowering.items()[index].text);
  }
  m_finishing = m_lowering.written();
  m_finished.push_back(
      std::async(std::launch::async, [texts = std::move(texts)] { return finish_classes(texts); }));
}

void StubMaker::lower_program() {
  // Twice: only when all that comes out is known can what goes in accept it. The second run is short.
  lower_all();
  m_lowering.restart();
  lower_all();
  finish_beside();
  lower_rest(*m_program.global); // once: what nothing uses is given out by nothing
  while (m_lowering.write_next(finished_at_once)) {
    finish_beside();
  }
  finish_beside();
}

std::vector<FinishedClass> StubMaker::finished_classes() {
  std::vector<FinishedClass> classes;
  classes.reserve(m_finishing);
  for (auto& finished : m_finished) {
    auto some = finished.get();
    std::move(some.begin(), some.end(), std::back_inserter(classes));
  }
  return classes;
}

void StubMaker::write_modules(const std::set<std::string, std::less<>>& prelude_names,
                              std::vector<StubFile>& files) {
  auto globals = std::async(std::launch::async, [&] { return write_globals(prelude_names); });
  auto raw_text = std::async(std::launch::async, [this] { return mark_overlapping_overloads(m_raw_text); });
  const auto classes = finished_classes();
  std::vector<Definition> in_order;
  for (std::size_t index = 0; index < classes.size(); ++index) {
    const auto& item = m_lowering.items()[index];
    in_order.push_back({module_name(item.module), item.name, classes[index].text, &classes[index].needs});
  }
  auto definitions = write_in_order(in_order);
  definitions[module_name(Module::raw)] += raw_text.get();
  definitions[module_name(Module::ai)] += m_ai_text;
  declare_type_variables(definitions);
  std::vector<std::future<std::string>> contents; // each by itself: the parser's threads have ended
  for (std::size_t index = 0; index < module_count; ++index) {
    const auto name = module_name(static_cast<Module>(index));
    contents.push_back(
        std::async(std::launch::async, [&prelude_names, &definition = definitions[name], name] {
          return write_module(name, definition, prelude_names);
        }));
  }
  for (std::size_t index = 0; index < module_count; ++index) {
    const auto name = std::string(module_name(static_cast<Module>(index)));
    files.push_back({"js-stubs/" + name + ".pyi", contents[index].get()});
  }
  for (auto& file : globals.get()) {
    files.push_back(std::move(file));
  }
}

RuntimeStubs StubMaker::run() {
  lower_program();
  RuntimeStubs stubs;
  std::string_view prelude;
  for (const auto& file : prelude_files()) {
    if (file.path == "_prelude.pyi") {
      prelude = file.content;
    }
    stubs.files.push_back({"js-stubs/" + std::string(file.path), std::string(file.content)});
  }
  write_modules(names_defined_in(prelude), stubs.files);
  stubs.report = report();
  return stubs;
}

} // namespace

RuntimeStubs make_runtime_stubs(const std::vector<std::string_view>& sources, const StubOptions& options) {
  auto maker = std::make_shared<StubMaker>(sources, options);
  auto stubs = maker->run();
  stubs.remains = std::move(maker);
  return stubs;
}

std::string_view generator_version() {
  return "14";
}

} // namespace pyw::typegen
