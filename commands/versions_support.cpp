#include <cloud/remote_state.hpp>
#include <commands/versions_support.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::commands {

namespace {

std::string annotation(const cloud::Json& version, const char* key) {
  const auto annotations =
      version.is_object() ? version.value("annotations", cloud::Json::object()) : cloud::Json::object();
  const auto text = text_at(annotations, key);
  return text.empty() ? "-" : text;
}

} // namespace

VersionReader::VersionReader(CloudSession& session, std::string script)
    : m_session(session), m_path(cloud::account_path(session.account) + "/workers/scripts/" + script) {}

Result<cloud::Json> VersionReader::version(const std::string& id) {
  if (const auto found = m_known.find(id); found != m_known.end()) {
    return found->second;
  }
  PYW_TRY_ASSIGN(auto version, m_session.api.require(cloud::get(m_path + "/versions/" + id)));
  m_known[id] = version;
  return version;
}

Result<std::vector<cloud::Json>> VersionReader::deployable() {
  PYW_TRY_ASSIGN(const auto answer,
                 m_session.api.require(cloud::get(m_path + "/versions", {{"deployable", "true"}})));
  std::vector<cloud::Json> out;
  const auto items = answer.is_object() ? answer.value("items", cloud::Json::array()) : cloud::Json::array();
  for (const auto& version : items) {
    m_known[text_at(version, "id")] = version;
    out.push_back(version);
  }
  const auto created = [](const cloud::Json& version) {
    return text_at(version.value("metadata", cloud::Json::object()), "created_on");
  };
  std::stable_sort(
      out.begin(), out.end(), [&](const auto& a, const auto& b) { return created(a) < created(b); });
  return out;
}

Result<std::vector<cloud::Json>> VersionReader::deployments() {
  PYW_TRY_ASSIGN(const auto answer, m_session.api.require(cloud::get(m_path + "/deployments")));
  std::vector<cloud::Json> out;
  const auto items =
      answer.is_object() ? answer.value("deployments", cloud::Json::array()) : cloud::Json::array();
  for (const auto& deployment : items) {
    out.push_back(deployment);
  }
  return out;
}

Result<cloud::Json> VersionReader::show_latest(Context& context) {
  PYW_TRY_ASSIGN(const auto all, deployments());
  if (all.empty()) {
    return cloud::Json::object();
  }
  context.world.reporter.message("The current deployment:");
  for (const auto& [id, share] : traffic_of(all.front())) {
    PYW_TRY_ASSIGN(const auto detail, version(id));
    const auto row = version_row(detail);
    context.world.reporter.message(
        fmt::format("  {:>4}  {}  {}  {}", percent(share), row[0], row[1], row[4]));
  }
  return all.front();
}

std::vector<std::pair<std::string, double>> traffic_of(const cloud::Json& deployment) {
  std::vector<std::pair<std::string, double>> out;
  const auto versions =
      deployment.is_object() ? deployment.value("versions", cloud::Json::array()) : cloud::Json::array();
  for (const auto& item : versions) {
    const auto share = item.value("percentage", cloud::Json(0));
    out.emplace_back(text_at(item, "version_id"), share.is_number() ? share.get<double>() : 0);
  }
  return out;
}

std::vector<std::string> version_header() {
  return {"version", "created", "author", "tag", "message"};
}

std::vector<std::string> version_row(const cloud::Json& version) {
  const auto metadata =
      version.is_object() ? version.value("metadata", cloud::Json::object()) : cloud::Json::object();
  return {text_at(version, "id"),
          text_at(metadata, "created_on"),
          text_at(metadata, "author_email"),
          annotation(version, "workers/tag"),
          annotation(version, "workers/message")};
}

std::string percent(double value) {
  return fmt::format("{:g}%", value);
}

} // namespace pyw::commands
