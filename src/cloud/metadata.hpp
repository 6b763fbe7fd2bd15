// The `metadata` part of an upload, keys in the order in which the platform's client writes them.
#pragma once

#include <base/filesystem.hpp>
#include <cloud/json.hpp>
#include <cloud/migrations.hpp>
#include <cloud/worker.hpp>

#include <memory>
#include <string>

namespace pyw::cloud {

/// What an upload needs beside the Worker itself.
struct UploadParts {
  std::shared_ptr<Json> migrations; ///< null: none
  ExportsPlan exports;
  std::string assets_jwt;     ///< the completion token; empty: no assets
  std::string assets_headers; ///< the text of `_headers`; only with has_…
  bool has_assets_headers = false;
  std::string assets_redirects;
  bool has_assets_redirects = false;
  std::shared_ptr<Json> package_dependencies; ///< null: none
  bool sends_code_update_strategy = false;    ///< PUT only: on the versions path the deployment carries it
};

[[nodiscard]] Json upload_metadata(const Worker& worker, const UploadParts& parts);

/// `placement` as the API takes it; null when there is none or it is off.
[[nodiscard]] Json placement_of(const Json& configured);

/// npm packages that the project lists in package.json and has installed: the platform shows them. Null when
/// there are none; a broken package.json counts as none.
[[nodiscard]] std::shared_ptr<Json>
package_dependencies(const Path& project_root, const Json& instrumentation, const ReadOnlyFileSystem& files);

} // namespace pyw::cloud
