#include <base/filesystem.hpp>
#include <base/text.hpp>
#include <bundle/module_rules.hpp>
#include <edge/assets.hpp>
#include <edge/multipart.hpp>
#include <edge/object_classes.hpp>
#include <edge/operations.hpp>
#include <edge/project.hpp>
#include <edge/workflow_records.hpp>
#include <edge/workshop.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace pyw::edge {

namespace {

/// Of all modules together, as on the platform.
constexpr std::uint64_t most_module_bytes = std::uint64_t{64} << 20U;
constexpr std::size_t longest_module_name = 512;
constexpr std::size_t longest_script_name = 63; // a label of a host name (RFC 1035, 2.3.4)

Problem invalid(std::string why, int code = 10021) {
  return {400, code, std::move(why)};
}

/// Digits, letters, `-` and `_`, as the platform's client checks it; it becomes part of host names.
bool is_script_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_script_name && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

bool is_module_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_module_name && stays_inside(Path(name)) &&
         std::none_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

bool is_module_type(std::string_view type) {
  using bundle::ModuleKind;
  constexpr std::array kinds{ModuleKind::python,
                             ModuleKind::python_requirement,
                             ModuleKind::text,
                             ModuleKind::data,
                             ModuleKind::compiled_wasm,
                             ModuleKind::es_module,
                             ModuleKind::common_js};
  return std::any_of(
      kinds.begin(), kinds.end(), [&](auto kind) { return bundle::content_type(kind) == type; });
}

bool is_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' &&
         std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) == 8;
}

/// What is kept of the metadata beside what has a field of its own.
Json other_metadata(const Json& metadata) {
  static const std::set<std::string> own{"main_module",
                                         "body_part",
                                         "bindings",
                                         "keep_bindings",
                                         "compatibility_date",
                                         "compatibility_flags",
                                         "annotations",
                                         "assets",
                                         "migrations",
                                         "exports",
                                         "keep_assets",
                                         "pyw_modules",
                                         "pyw_snapshot"};
  auto out = Json::object();
  for (const auto& [key, value] : metadata.items()) {
    if (!own.contains(key)) {
      out[key] = value;
    }
  }
  return out;
}

/// Puts together one new version out of a form and what was there before.
class Assembly {
public:
  Assembly(Api& api, const Call& call, std::optional<Version> before, bool deploy)
      : m_api(api), m_call(call), m_before(std::move(before)), m_deploy(deploy) {}

  std::optional<Problem> run() {
    auto form = parse_form(m_call.request.content_type, m_call.request.body);
    if (!form) {
      return Problem{400, 10001, std::string(form.error().message())};
    }
    for (const auto& part : *form) {
      if (part.name == "metadata") {
        m_metadata = Json::parse(part.content, nullptr, false);
      }
    }
    if (!m_metadata.is_object()) {
      return Problem{400, 10001, "the form has no `metadata` that is a JSON object"};
    }
    for (auto step :
         {&Assembly::read_head, &Assembly::read_assets, &Assembly::read_classes, &Assembly::read_bindings}) {
      if (auto problem = (this->*step)()) {
        return problem;
      }
    }
    if (auto problem = read_modules(*form)) {
      return problem;
    }
    return read_snapshot();
  }

  Version version;
  std::string migration_tag; ///< empty: no migrations came

private:
  std::optional<Problem> read_head() {
    version.account = m_call.account.id;
    version.script = m_call.at("script");
    version.main_module = text_at(m_metadata, "main_module");
    version.compatibility_date = text_at(m_metadata, "compatibility_date");
    for (const auto& flag : array_at(m_metadata, "compatibility_flags")) {
      version.compatibility_flags.push_back(flag.get<std::string>());
    }
    version.annotations = object_at(m_metadata, "annotations").dump();
    version.metadata = other_metadata(m_metadata).dump();
    version.source = source_of(m_call.request);
    for (const auto* key : {"containers", "tail_consumers", "streaming_tail_consumers"}) {
      if (m_metadata.contains(key) && !m_metadata[key].is_null() && !m_metadata[key].empty()) {
        return invalid(fmt::format("`{}` is not offered by this server", key));
      }
    }
    return is_date(version.compatibility_date) ? std::nullopt
                                               : std::optional(invalid("`compatibility_date` is no date"));
  }

  std::optional<Problem> read_assets() {
    const auto keep = m_metadata.value("keep_assets", Json(false));
    if (!object_at(m_metadata, "assets").empty()) {
      if (auto problem = take_assets(m_api, m_metadata, version)) {
        return problem;
      }
    } else if (keep.is_boolean() && keep.get<bool>() && m_before) {
      version.assets = m_before->assets;
    }
    if (!version.main_module.empty()) {
      return std::nullopt;
    }
    if (!version.assets) {
      return invalid("the metadata has no `main_module`");
    }
    // Nothing but assets: a Worker that has no other answer stands behind them.
    constexpr std::string_view nothing =
        "export default { fetch: () => new Response(\"Not Found\", { status: 404 }) };\n";
    auto digest = m_api.parts().blobs.put(nothing);
    if (!digest) {
      return store_problem(digest.error());
    }
    version.main_module = "no_worker.js";
    return add({version.main_module,
                std::string(bundle::content_type(bundle::ModuleKind::es_module)),
                std::move(*digest),
                nothing.size()});
  }

  /// Which Durable Object classes there are after this upload.
  std::optional<Problem> read_classes() {
    const auto script = m_api.parts().records.find_script(version.account, version.script);
    if (!script) {
      return store_problem(script.error());
    }
    const auto document = *script ? Json::parse((*script)->document) : Json::object();
    const auto migrations = object_at(m_metadata, "migrations");
    const auto old_tag = text_at(migrations, "old_tag");
    if (!migrations.empty() && !m_deploy) {
      return invalid("migrations are applied by a deployment, not by a version alone", 10211);
    }
    if (!migrations.empty() && old_tag != text_at(document, "migration_tag")) {
      return invalid(fmt::format("the migrations begin at the tag `{}`, the Worker is at `{}`",
                                 old_tag,
                                 text_at(document, "migration_tag")),
                     10079);
    }
    const auto classes = migrated(
        object_at(document, "classes"), version.script, migrations, object_at(m_metadata, "exports"));
    if (!classes) {
      return invalid(std::string(classes.error().message()), 10074);
    }
    version.classes = classes->dump();
    migration_tag = text_at(migrations, "new_tag");
    return std::nullopt;
  }

  /// A workflow of this Worker must not be another's, one of another Worker must be that Worker's.
  std::optional<Problem> check_workflow(const Json& binding, const std::string& script) {
    const auto name = text_at(binding, "workflow_name");
    if (!is_workflow_name(name) || text_at(binding, "class_name").empty()) {
      return invalid(fmt::format("the binding `{}` to a workflow has a `workflow_name` (letters, digits, `-` "
                                 "and `_`, 64 at most) and a `class_name`",
                                 text_at(binding, "name")));
    }
    ResourceRecords records(m_api.parts().records.database(), version.account, workflow_kind);
    const auto found = records.named(name);
    if (!found) {
      return store_problem(found.error());
    }
    const auto owner = *found ? workflow_of(**found).script : "";
    if (script != version.script && owner != script) {
      return invalid(fmt::format("the Worker `{}` has no workflow `{}`", script, name), 10200);
    }
    if (script == version.script && *found && owner != script) {
      return workflow_of_another(name, owner);
    }
    return std::nullopt;
  }

  /// Bindings to other Workers, and to classes.
  std::optional<Problem> find_workers(const Json& bindings) {
    auto keys = Json::object();
    for (const auto& binding : bindings) {
      const auto type = text_at(binding, "type");
      const auto other = text_at(binding, type == "service" ? "service" : "script_name");
      const bool own = other.empty() || other == version.script;
      if (type != "service" && type != "durable_object_namespace" && type != "workflow") {
        continue;
      }
      Json classes = Json::parse(version.classes);
      if (!own) {
        const auto script = m_api.parts().records.find_script(version.account, other);
        if (!script) {
          return store_problem(script.error());
        }
        if (!*script) {
          return invalid(fmt::format("the binding `{}` means the Worker `{}`, which does not exist",
                                     text_at(binding, "name"),
                                     other),
                         10143);
        }
        classes = object_at(Json::parse((*script)->document), "classes");
      }
      const auto name = text_at(binding, "class_name");
      if (type == "workflow") {
        if (auto problem = check_workflow(binding, own ? version.script : other)) {
          return problem;
        }
      }
      if (type != "durable_object_namespace") {
        continue;
      }
      if (!classes.contains(name)) {
        return invalid(
            fmt::format("the class `{}` has no Durable Objects: a migration makes it one that has", name),
            10061);
      }
      if (!own) {
        keys[other + "/" + name] = classes[name]["key"];
      }
    }
    version.foreign_keys = keys.dump();
    return std::nullopt;
  }

  std::optional<Problem> seal(const std::string& name, const std::string& text) {
    auto sealed = m_api.parts().vault.seal(Secret(text), secret_place(version.account, version.script, name));
    if (!sealed) {
      return store_problem(sealed.error());
    }
    version.secrets[name] = std::move(*sealed);
    return std::nullopt;
  }

  /// What was there before under that name, its secret included.
  bool take_over(const std::string& name, Json& out) {
    if (!m_before) {
      return false;
    }
    for (const auto& binding : Json::parse(m_before->bindings)) {
      if (text_at(binding, "name") == name) {
        out = binding;
        if (const auto secret = m_before->secrets.find(name); secret != m_before->secrets.end()) {
          version.secrets.insert(*secret);
        }
        return true;
      }
    }
    return false;
  }

  std::optional<Problem> read_bindings() {
    auto out = Json::array();
    std::set<std::string> names;
    for (auto binding : array_at(m_metadata, "bindings")) {
      const auto name = text_at(binding, "name");
      const auto type = text_at(binding, "type");
      if (name.empty() || type.empty() || !names.insert(name).second) {
        return invalid(fmt::format("the binding `{}` has no name or type, or its name comes twice", name));
      }
      if (type == "inherit" && !take_over(name, binding)) {
        return invalid(fmt::format("inherit binding '{}' is invalid: there is none of that name", name),
                       10057);
      }
      if (type == "secret_text") {
        if (auto problem = seal(name, text_at(binding, "text"))) {
          return problem;
        }
        binding.erase("text");
      }
      out.push_back(std::move(binding));
    }
    keep(names, out);
    version.bindings = out.dump();
    if (auto refused = unsupported_binding(version.bindings); !refused.empty()) {
      return invalid(std::move(refused));
    }
    if (auto problem = find_resources(out)) {
      return problem;
    }
    return find_workers(out);
  }

  /// What the bindings name must be the account's own.
  std::optional<Problem> find_resources(const Json& bindings) {
    struct Kind {
      const char* type;
      const char* kind;
      const char* field;
      int code;
    };

    constexpr std::array kinds{Kind{"kv_namespace", "kv", "namespace_id", 10041},
                               Kind{"d1", "d1", "id", 10181},
                               Kind{"queue", "queue", "queue_name", 11000},
                               Kind{"r2_bucket", "r2", "bucket_name", 10085}};
    for (const auto& binding : bindings) {
      const auto simple = object_at(binding, "simple");
      if (text_at(binding, "type") == "ratelimit" &&
          !(simple.value("limit", Json()).is_number() && simple.value("period", Json()).is_number())) {
        return invalid(fmt::format("the rate limit `{}` has a `limit` and a `period`, both numbers",
                                   text_at(binding, "name")));
      }
      for (const auto& kind : kinds) {
        if (text_at(binding, "type") != kind.type) {
          continue;
        }
        ResourceRecords records(m_api.parts().records.database(), version.account, kind.kind);
        const auto id = text_at(binding, kind.field);
        const auto found = kind.kind == std::string_view("queue") ? records.named(id) : records.find(id);
        if (!found) {
          return store_problem(found.error());
        }
        if (!*found) {
          return invalid(fmt::format("the binding `{}` names `{}`, which is not there: `{}` is not valid",
                                     text_at(binding, "name"),
                                     id,
                                     kind.field),
                         kind.code);
        }
      }
    }
    return std::nullopt;
  }

  /// Secrets stay also where the client does not ask for it: older ones rely on that.
  void keep(const std::set<std::string>& names, Json& out) {
    std::set<std::string> kinds{"secret_text", "secret_key"};
    for (const auto& kind : array_at(m_metadata, "keep_bindings")) {
      kinds.insert(kind.get<std::string>());
    }
    if (!m_before) {
      return;
    }
    for (const auto& binding : Json::parse(m_before->bindings)) {
      const auto name = text_at(binding, "name");
      Json kept;
      if (!names.contains(name) && kinds.contains(text_at(binding, "type")) && take_over(name, kept)) {
        out.push_back(std::move(kept));
      }
    }
  }

  std::optional<Problem> add(StoredModule module) {
    if (!is_module_name(module.name) || !is_module_type(module.type)) {
      return invalid(fmt::format("the module `{}` has a name or type (`{}`) that no module has",
                                 module.name.substr(0, longest_module_name),
                                 module.type));
    }
    if (version.find_module(module.name) != nullptr) {
      return invalid(fmt::format("the module `{}` comes twice", module.name));
    }
    m_bytes += module.size;
    if (m_bytes > most_module_bytes) {
      return invalid(fmt::format("the modules have more than {} together", human_size(most_module_bytes)),
                     10027);
    }
    version.modules.push_back(std::move(module));
    return std::nullopt;
  }

  std::optional<Problem> read_modules(const std::vector<FormPart>& form) {
    auto& parts = m_api.parts();
    const auto named = object_at(m_metadata, "pyw_modules");
    for (const auto& [name, item] : named.items()) {
      const auto digest = text_at(item, "sha256");
      const auto known = is_digest(digest) ? parts.records.has_module(version.account, digest) : false;
      if (!known) {
        return store_problem(known.error());
      }
      const auto kept = *known ? parts.blobs.keep(digest) : Result<bool>(false);
      if (!kept) {
        return store_problem(kept.error());
      }
      if (!*kept) {
        return invalid(fmt::format("the module `{}` is named by a digest that is not known", name));
      }
      const auto content = parts.blobs.read(digest);
      if (!content) {
        return store_problem(content.error());
      }
      if (auto problem = add({name, text_at(item, "type"), digest, content->size()})) {
        return problem;
      }
    }
    for (const auto& part : form) {
      if (part.name == "metadata") {
        continue;
      }
      auto digest = parts.blobs.put(part.content);
      if (!digest) {
        return store_problem(digest.error());
      }
      if (auto problem = add({part.name, part.type, std::move(*digest), part.content.size()})) {
        return problem;
      }
    }
    if (version.find_module(version.main_module) == nullptr) {
      return invalid(fmt::format("No such module \"{}\".", version.main_module));
    }
    sort_modules(version.modules, version.main_module);
    if (const auto flushed = parts.blobs.flush(); !flushed) {
      return store_problem(flushed.error());
    }
    return std::nullopt;
  }

  std::optional<Problem> read_snapshot() {
    const auto named = object_at(m_metadata, "pyw_snapshot");
    if (named.empty()) {
      return std::nullopt;
    }
    SnapshotName name{text_at(named, "digest"), text_at(named, "key"), text_at(named, "source_root")};
    const auto known = is_digest(name.digest) ? m_api.parts().records.has_module(version.account, name.digest)
                                              : Result<bool>(false);
    if (!known) {
      return store_problem(known.error());
    }
    const bool stays = name.source_root.empty() || is_module_name(name.source_root);
    const auto kept = *known ? m_api.parts().blobs.keep(name.digest) : Result<bool>(false);
    if (!kept) {
      return store_problem(kept.error());
    }
    if (!*kept || !is_digest(name.key) || !stays) {
      return invalid("`pyw_snapshot` names a snapshot that was not sent, or names it wrongly");
    }
    version.snapshot = std::move(name);
    return std::nullopt;
  }

  Api& m_api;
  const Call& m_call;
  std::optional<Version> m_before;
  bool m_deploy;
  Json m_metadata;
  std::uint64_t m_bytes = 0;
};

Json script_answer(const Version& version) {
  return {{"id", version.script},
          {"tag", version.id},
          {"etag", version.id},
          {"deployment_id", version.id},
          {"entry_point", version.main_module},
          {"handlers", Json::array({"fetch"})},
          {"created_on", version.created},
          {"modified_on", version.created},
          {"startup_time_ms", version.startup_ms}};
}

Json version_answer(const Version& version) {
  return version_details(version);
}

Outcome upload(Api& api, const Call& call, bool deploy) {
  if (!is_script_name(call.at("script"))) {
    return Problem{
        400, 10016, "the Worker's name may have lower-case letters, digits, `-` and `_`, 63 at most"};
  }
  auto lock = api.change(call);
  lock.lock();
  auto& records = api.parts().records;
  PYW_STORED(auto before, records.latest_version(call.account.id, call.at("script")));
  if (!deploy && !before) {
    return no_such_worker();
  }
  const auto& quotas = api.parts().quotas;
  if (!before) {
    PYW_STORED(const auto scripts, records.scripts(call.account.id));
    if (auto problem = check_script_quota(quotas, scripts.size())) {
      return *problem;
    }
    // Of a Worker of that name whose deletion was cut off.
    PYW_STORED_VOID(api.parts().data_deleted(call.account.id, call.at("script"), ""));
  }
  Assembly assembly(api, call, std::move(before), deploy);
  if (auto problem = assembly.run()) {
    return *problem;
  }
  // Uploads of several Workers at once may each fit and together go beyond it: a quota is no wall.
  PYW_STORED(const auto beyond, check_byte_quota(quotas, assembly.version, records, api.parts().blobs));
  if (beyond) {
    return *beyond;
  }
  return publish_version(api,
                         call,
                         std::move(assembly.version),
                         deploy,
                         deploy ? script_answer : version_answer,
                         assembly.migration_tag);
}

} // namespace

Outcome put_script(Api& api, const Call& call) {
  return upload(api, call, true);
}

Outcome post_version(Api& api, const Call& call) {
  return upload(api, call, false);
}

std::string source_of(const ApiRequest& request) {
  const bool keeps_files =
      request.user_agent.starts_with("wrangler/") || request.user_agent.starts_with("pyw/");
  return keeps_files ? "wrangler" : "api";
}

Outcome publish_version(Api& api,
                        const Call& call,
                        Version version,
                        bool deploy,
                        Json (*answer)(const Version&),
                        const std::string& migration_tag) {
  auto& parts = api.parts();
  auto& records = parts.records;
  PYW_STORED(version.id, new_uuid());
  version.created = records.now();
  const auto started = parts.validate(version);
  if (!started && started.error().no_space) {
    return store_problem(started.error());
  }
  if (!started) {
    auto why = render(started.error());
    return Problem{400, 10021, "the Worker does not start:\n" + std::string(trim(why))};
  }
  version.startup_ms = started->startup_ms;
  PYW_STORED(auto known, records.find_script(version.account, version.script));
  Script script = known.value_or(Script{version.account, version.script, version.created, version.created});
  script.modified = version.created;
  auto document = Json::parse(script.document);
  if (!known) {
    PYW_STORED(const auto tag, new_id());
    document["tag"] = tag;
  }
  if (deploy) {
    document["classes"] = Json::parse(version.classes);
  }
  if (!migration_tag.empty()) {
    document["migration_tag"] = migration_tag;
  }
  const auto metadata = Json::parse(version.metadata);
  for (const auto* key : {"tags", "logpush", "observability", "tail_consumers"}) {
    if (deploy && metadata.contains(key)) {
      document[key] = metadata[key];
    }
  }
  script.document = document.dump();
  std::optional<Deployment> deployment;
  if (deploy) {
    PYW_STORED(auto id, new_uuid());
    deployment = Deployment{std::move(id), version.account, version.script, version.created};
    deployment->source = source_of(call.request);
    deployment->versions.push_back({version.id, 100});
    deployment->annotations = version.annotations;
  }
  PYW_STORED_VOID(records.publish(script, version, deployment));
  PYW_STORED_VOID(parts.apply());
  return answer(version);
}

} // namespace pyw::edge
