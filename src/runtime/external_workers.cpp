// Bindings to Workers that run elsewhere on this machine: under another `pyw dev`, or `wrangler dev`.
#include <runtime/local_services.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::runtime {

namespace {

constexpr std::string_view external_service_name = "external";

bool is_external(const ServiceInput& input, const config::OptionalText& script) {
  return script && !script->empty() && *script != input.project.name.value;
}

/// The Durable Object classes of other Workers, each once.
class ObjectClasses {
public:
  /// The name under which the proxy's module exports it.
  std::string add(const std::string& worker, const std::string& class_name) {
    const std::pair wanted(worker, class_name);
    auto found = std::ranges::find(m_classes, wanted);
    if (found == m_classes.end()) {
      m_classes.push_back(wanted);
      found = std::prev(m_classes.end());
    }
    return fmt::format("Object{}", found - m_classes.begin());
  }

  [[nodiscard]] std::string module() const {
    using nlohmann::json;
    std::string text = "import { objectClass } from \"external.js\";\n"
                       "export { Service } from \"external.js\";\n"
                       "export default {};\n";
    for (std::size_t i = 0; i < m_classes.size(); ++i) {
      text += fmt::format("export const Object{} = objectClass({}, {});\n",
                          i,
                          json(m_classes[i].first).dump(),
                          json(m_classes[i].second).dump());
    }
    return text;
  }

  /// The keys are those of the Worker itself, so that a name means the same id on both sides.
  [[nodiscard]] std::string namespaces(const std::map<std::string, std::string>& keys) const {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < m_classes.size(); ++i) {
      const auto& [worker, class_name] = m_classes[i];
      const auto known = keys.find(worker + "/" + class_name);
      const auto key = known == keys.end() ? worker + "-" + class_name : known->second;
      texts.push_back(capnp_struct(
          {{"className", capnp_string(fmt::format("Object{}", i))}, {"uniqueKey", capnp_string(key)}}));
    }
    return capnp_list(texts, 6);
  }

  [[nodiscard]] bool empty() const { return m_classes.empty(); }

private:
  std::vector<std::pair<std::string, std::string>> m_classes;
};

void add_proxy(const ServiceInput& input, LocalServices& out, const ObjectClasses& classes) {
  add_registry(input, out);
  std::vector<CapnpField> fields{
      {"compatibilityDate", capnp_string("2026-01-01")},
      {"modules",
       capnp_list({capnp_module("main.js", "esModule", capnp_string(classes.module())),
                   embedded_script("external.js", input.guest / "external.js")},
                  6)},
      {"bindings",
       capnp_list({binding("REGISTRY", "service", capnp_string(registry_service)),
                   binding("DEBUG", "workerdDebugPort", "void")},
                  6)}};
  if (!classes.empty()) {
    fields.emplace_back("durableObjectNamespaces", classes.namespaces(input.object_keys));
    fields.emplace_back("durableObjectStorage", "(inMemory = void)");
  }
  out.services.push_back(
      capnp_struct({{"name", capnp_string(external_service_name)}, {"worker", capnp_struct(fields)}}));
}

} // namespace

void add_registry(const ServiceInput& input, LocalServices& out) {
  if (!input.links.empty()) {
    const auto service = external_service(registry_service, input.links, {});
    if (std::ranges::find(out.services, service) == out.services.end()) {
      out.services.push_back(service);
    }
    return;
  }
  const auto service =
      capnp_struct({{"name", capnp_string(registry_service)},
                    {"disk", capnp_struct({{"path", capnp_string(input.registry.string())}})}});
  if (std::ranges::find(out.services, service) == out.services.end()) {
    out.services.push_back(service);
    out.directories.push_back(input.registry);
  }
}

std::string external_workflow(const config::WorkflowBinding& workflow) {
  // The engine of the Worker that has the class is asked, not the Worker.
  const nlohmann::ordered_json props{{"worker", workflow.script_name.value_or("")},
                                     {"service", "workflows"},
                                     {"entrypoint", "WorkflowBinding"},
                                     {"props", {{"workflow", workflow.name}}}};
  return designator(external_service_name, "Service", props.dump());
}

void add_external_workers(const ServiceInput& input, LocalServices& out) {
  ObjectClasses classes;
  bool used = false;
  for (const auto& item : input.project.services) {
    if (item.service == input.project.name.value) {
      continue;
    }
    used = true;
    nlohmann::ordered_json props{{"worker", item.service}};
    if (item.entrypoint) {
      props["entrypoint"] = *item.entrypoint;
    }
    if (item.props) {
      props["props"] = nlohmann::ordered_json::parse(config::to_json_text(*item.props));
    }
    out.bindings.push_back(
        binding(item.binding, "service", designator(external_service_name, "Service", props.dump())));
  }
  for (const auto& item : input.project.durable_objects) {
    if (!is_external(input, item.script_name)) {
      continue;
    }
    used = true;
    const auto name = classes.add(*item.script_name, item.class_name);
    out.bindings.push_back(binding(item.name,
                                   "durableObjectNamespace",
                                   capnp_struct({{"className", capnp_string(name)},
                                                 {"serviceName", capnp_string(external_service_name)}})));
  }
  for (const auto& item : input.project.workflows) {
    if (is_own_workflow(input.project, item)) {
      continue;
    }
    used = true;
    out.bindings.push_back(workflow_binding_to(item.binding, external_workflow(item)));
  }
  if (used) {
    add_proxy(input, out, classes);
  }
}

} // namespace pyw::runtime
