#include <commands/kv_place.hpp>
#include <runtime/local_services.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::commands {

namespace {

/// A binding without an id: the live Worker knows what it was given.
Result<std::string> provisioned_id(DataSession& data, const std::string& binding) {
  const auto& name = data.project->name.value;
  PYW_TRY_ASSIGN(const auto settings,
                 data.cloud.api.require(cloud::get(data.base + "/workers/scripts/" + name + "/settings")));
  for (const auto& item : settings.value("bindings", cloud::Json::array())) {
    if (text_at(item, "type") == "kv_namespace" && text_at(item, "name") == binding) {
      return text_at(item, "namespace_id");
    }
  }
  return failure(user_error(fmt::format("the live Worker `{}` has no namespace for `{}`", name, binding),
                            {"deploy the Worker first, or pass `--namespace-id`"}));
}

/// Looks through the account's namespaces, a hundred at a time.
Result<std::string> id_of_title(const std::string& title, DataSession& data) {
  constexpr std::size_t page_size = 100;
  for (int page = 1;; ++page) {
    PYW_TRY_ASSIGN(const auto items,
                   data.cloud.api.require(cloud::get(data.base + "/storage/kv/namespaces",
                                                     {{"per_page", std::to_string(page_size)},
                                                      {"order", "title"},
                                                      {"direction", "asc"},
                                                      {"page", std::to_string(page)}})));
    for (const auto& space : items.is_array() ? items : cloud::Json::array()) {
      if (text_at(space, "title") == title) {
        return text_at(space, "id");
      }
    }
    if (!items.is_array() || items.size() < page_size) {
      return failure(user_error(fmt::format("the account has no namespace `{}`", title),
                                {"`pyw kv namespace list` shows them"}));
    }
  }
}

Result<std::string>
configured_id(const config::KvNamespace& space, const std::optional<bool>& preview, DataSession& data) {
  if (preview == true) {
    return space.preview_id ? Result<std::string>(*space.preview_id)
                            : failure(user_error(fmt::format("`{}` has no `preview_id`", space.binding),
                                                 {"add it to the wrangler file, or pass `--namespace-id`"}));
  }
  if (!preview && space.id && space.preview_id) {
    return failure(user_error(fmt::format("`{}` has a namespace and one for previews", space.binding),
                              {"pass `--preview`, or `--no-preview` for the live one"}));
  }
  if (space.id || (!preview && space.preview_id)) {
    return space.id ? *space.id : *space.preview_id;
  }
  return provisioned_id(data, space.binding);
}

} // namespace

void declare_preview(CLI::App& app, NamespaceChoice& choice) {
  app.add_flag_function(
      "--preview,!--no-preview",
      [&choice](std::int64_t count) { choice.preview = count > 0; },
      "the binding's namespace for previews");
}

Result<cloud::Json> all_namespaces(DataSession& data) {
  auto all = cloud::Json::array();
  for (int page = 1;; ++page) {
    auto call = cloud::get(data.base + "/storage/kv/namespaces",
                           {{"per_page", "1000"}, {"order", "title"}, {"direction", "asc"}});
    if (page > 1) {
      call.query.emplace_back("page", std::to_string(page));
    }
    PYW_TRY_ASSIGN(const auto items, data.cloud.api.require(call));
    if (!items.is_array() || items.empty()) {
      return all;
    }
    all.insert(all.end(), items.begin(), items.end());
  }
}

Result<std::string> namespace_id(const NamespaceChoice& choice, DataSession& data) {
  if (choice.id) {
    return *choice.id;
  }
  if (choice.title) {
    return id_of_title(*choice.title, data);
  }
  if (!choice.binding || !data.project) {
    return failure(
        user_error("which namespace is meant?", {"pass `--namespace-id`, or `--binding` of the project"}));
  }
  std::vector<std::string> known;
  for (const auto& space : data.project->kv_namespaces) {
    known.push_back(space.binding);
    if (space.binding == *choice.binding && data.local) {
      return runtime::kv_id(space);
    }
    if (space.binding == *choice.binding) {
      return configured_id(space, choice.preview, data);
    }
  }
  return failure(unknown_binding("KV binding", *choice.binding, std::move(known), "kv_namespaces"));
}

} // namespace pyw::commands
