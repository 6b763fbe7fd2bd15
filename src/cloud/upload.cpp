#include <base/text.hpp>
#include <cloud/compressed_size.hpp>
#include <cloud/multipart.hpp>
#include <cloud/upload.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_map>

namespace pyw::cloud {

namespace {

/// The parts of the form; a module whose name came before takes the earlier one's place (FormData.set).
std::vector<Part> parts_of(const Worker& worker, const DeployPlan& plan) {
  std::vector<Part> parts{text_part("metadata", plan.metadata->dump())};
  if (!worker.manifest) {
    return parts;
  }
  std::unordered_map<std::string, std::size_t> index;
  const auto set = [&](const bundle::Module& module) {
    if (plan.left_out.contains(module.path)) {
      return;
    }
    auto part =
        file_part(module.path, std::string(bundle::content_type(module.kind)), module.source, module.size);
    const auto [at, fresh] = index.try_emplace(module.path, parts.size());
    if (fresh) {
      parts.push_back(std::move(part));
    } else {
      parts[at->second] = std::move(part);
    }
  };
  set(worker.manifest->entry);
  for (const auto& module : worker.manifest->modules) {
    set(module);
  }
  return parts;
}

/// "a1b2…" (32 digits) as a UUID; a UUID stays.
std::string as_uuid(const std::string& id) {
  if (id.size() != 32 || id.find('-') != std::string::npos) {
    return id;
  }
  return fmt::format(
      "{}-{}-{}-{}-{}", id.substr(0, 8), id.substr(8, 4), id.substr(12, 4), id.substr(16, 4), id.substr(20));
}

std::vector<std::string> required_secrets_in(const ApiFailure& failure, const Worker& worker) {
  std::vector<std::string> missing;
  constexpr std::string_view opening = "inherit binding '";
  for (const auto& note : failure.notes) {
    const auto end = note.find('\'', opening.size());
    if (!note.starts_with(opening) || end == std::string::npos ||
        note.find("is invalid", end) == std::string::npos) {
      continue;
    }
    const auto name = note.substr(opening.size(), end - opening.size());
    for (const auto& required :
         worker.project->required_secrets.value_or(std::vector<config::Located<std::string>>{})) {
      if (required.value == name) {
        missing.push_back(name);
      }
    }
  }
  return missing;
}

std::string exports_report(const std::string& meta) {
  const auto json = Json::parse(meta, nullptr, false);
  std::string out;
  const auto details = json.is_object() ? json.value("details", Json::array()) : Json::array();
  for (const auto& item : details.is_array() ? details : Json::array()) {
    out += fmt::format("\n  [{}] class `{}`: {}",
                       text_at(item, "scenario"),
                       text_at(item, "class"),
                       text_at(item, "message"));
    if (const auto suggestion = text_at(item, "suggestion"); !suggestion.empty()) {
      out += "\n    " + suggestion;
    }
  }
  return out;
}

Error explain(const ApiFailure& failure, const Worker& worker) {
  auto error = to_error(failure);
  auto& diagnostic = error.diagnostics.front();
  if (failure.code == code::invalid_inherit_binding) {
    if (const auto names = required_secrets_in(failure, worker); !names.empty()) {
      return user_error(
          fmt::format("required secrets have not been set: {}", listed(names)),
          {"set each with `pyw secret put NAME`", "or send them along with `--secrets-file FILE`"});
    }
  }
  if (failure.code == code::too_large && worker.manifest) {
    diagnostic.message += "\nthe biggest parts:\n" + join(biggest_parts(*worker.manifest), "\n");
  }
  if (failure.code == code::exports_not_reconciled) {
    diagnostic.message += exports_report(failure.meta);
  }
  if (failure.code == code::validation_failed && !failure.notes.empty()) {
    if (to_lower(failure.notes.front()).find("startup") != std::string::npos) {
      diagnostic.hints.push_back(
          "the top level of the Worker ran longer than the start-up limit: move work into the "
          "handlers, or use the flag `python_dedicated_snapshot`");
    }
    if (failure.notes.front().find("d1 must have a valid `id`") != std::string::npos) {
      diagnostic.hints.push_back("`database_id` must be that of a real database: `pyw d1 list` shows them");
    }
  }
  diagnostic.hints.push_back("the live Worker is unchanged");
  return error;
}

std::vector<std::string> reconciliation_notes(const Json& result) {
  std::vector<std::string> notes;
  const auto report = result.is_object() ? result.value("exports_reconciliation", Json()) : Json();
  for (const auto* key : {"created", "updated", "deleted"}) {
    const auto names = report.is_object() ? report.value(key, Json::array()) : Json::array();
    for (const auto& name : names.is_array() ? names : Json::array()) {
      notes.push_back(fmt::format(
          "Durable Object class `{}` {}", name.is_string() ? name.get<std::string>() : name.dump(), key));
    }
  }
  const auto renamed = report.is_object() ? report.value("renamed", Json::array()) : Json::array();
  for (const auto& item : renamed.is_array() ? renamed : Json::array()) {
    notes.push_back(
        fmt::format("Durable Object class `{}` renamed to `{}`", text_at(item, "from"), text_at(item, "to")));
  }
  return notes;
}

Call upload_call(Api& api,
                 const std::string& account,
                 const Worker& worker,
                 const DeployPlan& plan,
                 const std::shared_ptr<Progress>& bar) {
  Call call;
  call.path = script_path(account, worker);
  call.retry = Retry::yes;
  if (plan.way == DeployPlan::Way::put_script) {
    call.method = "PUT";
    call.query = {{"excludeScript", "true"}, {"bindings_inherit", "strict"}}; // the code does not come back
  } else {
    call.method = "POST";
    call.path += "/versions";
    call.query = {{"bindings_inherit", "strict"}};
  }
  call.headers = plan.headers;
  auto body = encode_multipart(parts_of(worker, plan), api.world().files);
  call.headers.emplace_back("Content-Type", std::move(body.content_type));
  call.stream = std::move(body.stream);
  call.progress = [bar](std::uint64_t done, std::uint64_t total) { bar->update(done, total); };
  return call;
}

/// Hears when the whole body has been handed over: from then on the server may act on it.
void watch_end(HttpBodyStream& stream, const OnMoment& on_moment) {
  const auto sent = std::make_shared<std::uint64_t>(0);
  stream.read = [read = stream.read, sent, size = stream.size, on_moment](
                    char* buffer, std::size_t room) -> Result<std::size_t> {
    PYW_TRY_ASSIGN(const auto count, read(buffer, room));
    const bool was_open = *sent < size;
    *sent += count;
    if (was_open && *sent >= size) {
      on_moment(UploadMoment::deciding);
    }
    return count;
  };
  stream.rewind = [rewind = stream.rewind, sent, on_moment] {
    *sent = 0;
    on_moment(UploadMoment::sending);
    rewind();
  };
}

void patch_settings(
    Api& api, const std::string& account, const Worker& worker, const Json& settings, UploadResult& result) {
  const auto answer =
      api.call(with_json("PATCH", script_path(account, worker) + "/script-settings", settings));
  if (!answer) {
    result.warnings.push_back(fmt::format("the Worker's tags and settings could not be updated: {}",
                                          to_error(answer.error()).message()));
  }
}

} // namespace

std::vector<std::string> biggest_parts(const bundle::BundleManifest& manifest) {
  std::vector<std::pair<std::uint64_t, std::string>> sizes;
  std::unordered_map<std::string, std::uint64_t> groups;
  for (const auto& module : manifest.modules) {
    groups[size_group(module)] += module.size;
  }
  for (const auto& [name, size] : groups) {
    sizes.emplace_back(size, name);
  }
  std::sort(sizes.rbegin(), sizes.rend());
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < sizes.size() && i < 5; ++i) {
    lines.push_back(fmt::format("  {:>10}  {}", human_size(sizes[i].first), sizes[i].second));
  }
  return lines;
}

Result<void> write_body(const Worker& worker, const DeployPlan& plan, FileSystem& files, const Path& file) {
  const auto body = encode_multipart(parts_of(worker, plan), files);
  PYW_TRY_ASSIGN(const auto writer, files.create(file));
  std::string piece(256 * 1024, '\0');
  for (;;) {
    PYW_TRY_ASSIGN(const auto count, body.stream.read(piece.data(), piece.size()));
    if (count == 0) {
      return writer->commit();
    }
    PYW_TRY(writer->write({piece.data(), count}));
  }
}

Result<UploadResult> apply_upload(Api& api,
                                  const std::string& account,
                                  const Worker& worker,
                                  const DeployPlan& plan,
                                  const OnMoment& on_moment) {
  const std::shared_ptr<Progress> bar =
      api.world().reporter.progress("Uploading " + worker.name, ProgressUnit::bytes);
  on_moment(UploadMoment::sending);
  auto call = upload_call(api, account, worker, plan, bar);
  if (plan.way == DeployPlan::Way::put_script) {
    watch_end(*call.stream, on_moment);
  }
  const auto answer = api.call(call);
  if (!answer) {
    return failure(explain(answer.error(), worker));
  }
  UploadResult result;
  if (answer->is_object() && answer->contains("startup_time_ms") &&
      (*answer)["startup_time_ms"].is_number()) {
    result.startup_ms = (*answer)["startup_time_ms"].get<double>();
  }
  if (plan.way == DeployPlan::Way::put_script) {
    result.version_id = as_uuid(text_at(*answer, "deployment_id"));
    result.notes = reconciliation_notes(*answer);
  } else {
    result.version_id = text_at(*answer, "id");
    const auto details = answer->is_object() ? answer->value("metadata", Json::object()) : Json::object();
    result.has_preview = details.is_object() && details.value("has_preview", Json(false)) == Json(true);
  }
  if (plan.way == DeployPlan::Way::new_version) {
    auto strategy = *worker.code_update_strategy;
    const auto unsafe = worker.section("unsafe");
    if (unsafe.is_object() && unsafe.value("metadata", Json::object()).contains("code_update_strategy")) {
      strategy = unsafe["metadata"]["code_update_strategy"];
    }
    on_moment(UploadMoment::deciding);
    const auto deployed =
        api.call(with_json("POST",
                           script_path(account, worker) + "/deployments",
                           deployment_body({{result.version_id, 100}}, worker.message, strategy)));
    if (!deployed) {
      auto error = to_error(deployed.error());
      error.diagnostics.front().hints.push_back(fmt::format(
          "version {} is uploaded but gets no traffic: the old deployment is still live; `pyw versions "
          "deploy {}@100` finishes this one",
          result.version_id,
          result.version_id));
      return failure(std::move(error));
    }
    on_moment(UploadMoment::live);
    patch_settings(api, account, worker, *plan.settings, result);
    return result;
  }
  if (plan.way == DeployPlan::Way::put_script) {
    on_moment(UploadMoment::live);
  }
  if (plan.tags) {
    patch_settings(api, account, worker, Json{{"tags", *plan.tags}}, result);
  }
  return result;
}

} // namespace pyw::cloud
