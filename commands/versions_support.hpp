// Versions and deployments as the API tells of them.
#pragma once

#include <commands/cloud_support.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pyw::commands {

/// A Worker's versions, each read once.
class VersionReader {
public:
  VersionReader(CloudSession& session, std::string script);

  [[nodiscard]] Result<cloud::Json> version(const std::string& id);
  /// Recent versions that can be deployed, oldest first.
  [[nodiscard]] Result<std::vector<cloud::Json>> deployable();
  /// All deployments that the API keeps, the latest first.
  [[nodiscard]] Result<std::vector<cloud::Json>> deployments();
  /// Reads the latest deployment and its versions, and shows them; an empty object when there is none.
  [[nodiscard]] Result<cloud::Json> show_latest(Context& context);

  [[nodiscard]] const std::string& path() const { return m_path; }

private:
  CloudSession& m_session;
  std::string m_path;
  std::map<std::string, cloud::Json> m_known;
};

/// (version id, percent) of a deployment.
[[nodiscard]] std::vector<std::pair<std::string, double>> traffic_of(const cloud::Json& deployment);

/// One line: id, time, author, tag, message.
[[nodiscard]] std::vector<std::string> version_row(const cloud::Json& version);
[[nodiscard]] std::vector<std::string> version_header();

/// "12.5%", "100%".
[[nodiscard]] std::string percent(double value);

} // namespace pyw::commands
