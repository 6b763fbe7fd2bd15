#include <config/findings.hpp>
#include <config/project.hpp>

#include <algorithm>

namespace pyw::config {

bool Project::has_flag(std::string_view flag) const {
  return std::any_of(compatibility_flags.begin(), compatibility_flags.end(), [&](const auto& known) {
    return known.value == flag;
  });
}

std::optional<std::int64_t> Project::limit(std::string_view name) const {
  const auto* limits = raw("limits");
  const auto* value = limits == nullptr ? nullptr : limits->find(name);
  if (value == nullptr || !value->is_number()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(value->number());
}

Path Project::main_file() const {
  return main ? (root / main->value).lexically_normal() : Path();
}

bool Project::is_javascript() const {
  const auto ending = main_file().extension();
  return ending == ".js" || ending == ".mjs";
}

Path Project::module_root() const {
  if (base_dir) {
    return (root / base_dir->value).lexically_normal();
  }
  return main ? main_file().parent_path() : root;
}

namespace {

template <typename Bindings>
void append(std::vector<BindingName>& names, BindingKind kind, const Bindings& bindings) {
  for (const auto& binding : bindings) {
    if constexpr (requires { binding.binding; }) {
      names.push_back({kind, binding.binding, binding.place});
    } else {
      names.push_back({kind, binding.name, binding.place});
    }
  }
}

void append(std::vector<BindingName>& names, BindingKind kind, const std::optional<NamedBinding>& binding) {
  if (binding) {
    names.push_back({kind, binding->binding, binding->place});
  }
}

} // namespace

std::vector<BindingName> Project::binding_names() const {
  std::vector<BindingName> names;
  append(names, BindingKind::variable, vars);
  append(names, BindingKind::secret, secrets);
  append(names, BindingKind::kv_namespace, kv_namespaces);
  append(names, BindingKind::r2_bucket, r2_buckets);
  append(names, BindingKind::d1_database, d1_databases);
  append(names, BindingKind::durable_object, durable_objects);
  append(names, BindingKind::queue, queue_producers);
  append(names, BindingKind::service, services);
  append(names, BindingKind::workflow, workflows);
  append(names, BindingKind::rate_limit, ratelimits);
  append(names, BindingKind::hyperdrive, hyperdrive);
  append(names, BindingKind::analytics_engine, analytics_engine_datasets);
  append(names, BindingKind::vectorize, vectorize);
  append(names, BindingKind::send_email, send_email);
  append(names, BindingKind::secrets_store_secret, secrets_store_secrets);
  append(names, BindingKind::dispatch_namespace, dispatch_namespaces);
  append(names, BindingKind::mtls_certificate, mtls_certificates);
  append(names, BindingKind::pipeline, pipelines);
  append(names, BindingKind::ai, ai);
  append(names, BindingKind::browser, browser);
  append(names, BindingKind::images, images);
  append(names, BindingKind::media, media);
  append(names, BindingKind::stream, stream);
  append(names, BindingKind::analytics, analytics);
  append(names, BindingKind::version_metadata, version_metadata);
  append(names, BindingKind::worker_loader, worker_loaders);
  if (assets && assets->binding) {
    names.push_back({BindingKind::assets, *assets->binding, assets->binding_place});
  }
  append(names, BindingKind::passed_on, passed_on_bindings);
  return names;
}

Diagnostic Project::diagnose(Severity severity,
                             std::string message,
                             const Place& place,
                             std::vector<std::string> hints) const {
  return diagnostic_at(sources, severity, std::move(message), place, std::move(hints));
}

} // namespace pyw::config
