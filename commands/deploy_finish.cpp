#include <commands/deploy_steps.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::commands {

Result<void> finish_version(CloudSession& session,
                            const cloud::Worker& worker,
                            const cloud::UploadResult& result,
                            const cloud::RemoteState& state,
                            const BundleSize& size,
                            Context& context) {
  std::string preview;
  std::string alias;
  if (result.has_preview) {
    auto call = cloud::get(cloud::account_path(session.account) + "/workers/workers/" + worker.name);
    call.retry = cloud::Retry::yes;
    PYW_TRY_ASSIGN(const auto live, session.api.require(call));
    const auto subdomain =
        live.is_object() ? live.value("subdomain", cloud::Json::object()) : cloud::Json::object();
    const auto suffix = text_at(subdomain, "preview_url_suffix");
    if (subdomain.value("previews_enabled", cloud::Json(false)) == cloud::Json(true) && !suffix.empty()) {
      preview = "https://" + result.version_id.substr(0, 8) + suffix;
      alias = worker.preview_alias ? "https://" + *worker.preview_alias + suffix : "";
    }
  }
  cloud::Json output = {{"type", "version-upload"},
                        {"version", 1},
                        {"worker_name", worker.name},
                        {"worker_tag", state.worker_tag},
                        {"version_id", result.version_id}};
  for (const auto& [key, url] :
       {std::pair("preview_url", &preview), std::pair("preview_alias_url", &alias)}) {
    if (!url->empty()) {
      output[key] = *url;
    }
  }
  output["worker_name_overridden"] = worker.name_is_overridden();
  output["bundle_size"] = {{"raw_bytes", size.raw_bytes}, {"gzip_bytes", size.gzip_bytes}};
  PYW_TRY(write_output(context, output));
  if (context.options.format == OutputFormat::json) {
    print_json(context, output);
    return {};
  }
  context.world.reporter.message(fmt::format("Uploaded version {} of `{}`", result.version_id, worker.name));
  for (const auto* url : {&preview, &alias}) {
    if (!url->empty()) {
      context.world.reporter.data(*url + "\n");
    }
  }
  context.world.reporter.message(
      fmt::format("`pyw versions deploy {}@100` sends traffic to it; triggers, logpush and tail "
                  "consumers take effect with `pyw deploy`",
                  result.version_id));
  return {};
}

Result<void> finish_deployment(CloudSession& session,
                               const cloud::Worker& worker,
                               const cloud::UploadResult& result,
                               const cloud::RemoteState& state,
                               const BundleSize& size,
                               Context& context) {
  cloud::TriggersResult triggers;
  if (!worker.dispatch_namespace) {
    const auto first = state.exists ? cloud::FirstDeploy::no : cloud::FirstDeploy::yes;
    const auto done = cloud::apply_triggers(session.api,
                                            session.account,
                                            worker,
                                            first,
                                            interaction_of(context),
                                            make_confirm(context, true),
                                            triggers);
    for (const auto& warning : triggers.warnings) {
      warn(context, warning);
    }
    if (!done) {
      for (const auto& target : triggers.targets) {
        context.world.reporter.message("  " + target);
      }
      auto error = done.error();
      error.diagnostics.front().hints.push_back(fmt::format("version {} is uploaded", result.version_id));
      return failure(std::move(error));
    }
  }
  cloud::Json output = {
      {"type", "deploy"},
      {"version", 1},
      {"worker_name", worker.name},
      {"worker_tag", state.worker_tag.empty() ? cloud::Json() : cloud::Json(state.worker_tag)},
      {"version_id", result.version_id},
      {"targets", triggers.targets}};
  if (worker.project->environment) {
    output["wrangler_environment"] = *worker.project->environment;
  }
  output["worker_name_overridden"] = worker.name_is_overridden();
  output["bundle_size"] = {{"raw_bytes", size.raw_bytes}, {"gzip_bytes", size.gzip_bytes}};
  PYW_TRY(write_output(context, output));
  report_deployed(context, worker, state, result, triggers, size);
  return {};
}

} // namespace pyw::commands
