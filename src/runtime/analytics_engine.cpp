// Analytics Engine: workerd's own binding, which hands each data point to a service
// (guest/analytics_engine.js).
#include <runtime/local_services.hpp>

#include <nlohmann/json.hpp>

namespace pyw::runtime {

namespace {

constexpr std::string_view service_name = "analytics";
constexpr std::string_view class_name = "Points";
constexpr std::string_view storage_disk = "analytics:storage";

} // namespace

std::string dataset_name(const config::AnalyticsEngineDataset& item) {
  return item.dataset.value_or(item.binding);
}

std::string analytics_objects(std::string_view name) {
  return binding(
      name,
      "durableObjectNamespace",
      capnp_struct({{"className", capnp_string(class_name)}, {"serviceName", capnp_string(service_name)}}));
}

void add_analytics_service(const ServiceInput& input, LocalServices& out) {
  add_disk(input, out, storage_disk, bundled_folder("analytics", input.state));
  const auto objects = capnp_struct({{"className", capnp_string(class_name)},
                                     {"uniqueKey", capnp_string("pyw-analytics")},
                                     {"enableSql", "true"}});
  const auto script = embedded_script("analytics_engine.js", input.guest / "analytics_engine.js");
  const auto worker = capnp_struct(
      {{"compatibilityDate", capnp_string("2026-01-01")},
       {"modules", "[" + script + "]"},
       {"bindings", "[" + binding("POINTS", "durableObjectNamespace", capnp_string(class_name)) + "]"},
       {"durableObjectNamespaces", "[" + objects + "]"},
       {"durableObjectStorage", capnp_struct({{"localDisk", capnp_string(storage_disk)}})}});
  out.services.push_back(capnp_struct({{"name", capnp_string(service_name)}, {"worker", worker}}));
}

void add_analytics(const ServiceInput& input, LocalServices& out) {
  if (input.project.analytics_engine_datasets.empty()) {
    return;
  }
  if (!input.stores.empty()) {
    for (const auto& item : input.project.analytics_engine_datasets) {
      out.bindings.push_back(binding(
          item.binding, "analyticsEngine", shared_store(input, out, "analytics", dataset_name(item))));
    }
    return;
  }
  add_analytics_service(input, out);
  for (const auto& item : input.project.analytics_engine_datasets) {
    const auto props = nlohmann::ordered_json{{"dataset", dataset_name(item)}}.dump();
    out.bindings.push_back(binding(item.binding, "analyticsEngine", designator(service_name, "", props)));
  }
}

} // namespace pyw::runtime
