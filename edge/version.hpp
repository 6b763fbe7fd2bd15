// One version of a Worker: what was uploaded, in the form in which it is kept.
#pragma once

#include <base/result.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::edge {

/// A module by name; its content is a blob.
struct StoredModule {
  std::string name; ///< "entry.py", "python_modules/fastapi/app.py"
  std::string type; ///< "text/x-python", …
  std::string digest;
  std::uint64_t size = 0; ///< bytes
};

/// A memory snapshot that came with a version (docs/target-extensions.md).
struct SnapshotName {
  std::string digest;           ///< of the packed file, a blob
  std::string key;              ///< of all that it depends on
  std::string source_root = {}; ///< of the modules, within the project it was made in; in the key as well
};

/// Static assets of a version.
struct StoredAssets {
  std::string manifest; ///< digest of a blob, JSON: {"/path": digest of its content}
  std::string config; ///< JSON as uploaded: html_handling, not_found_handling, run_worker_first, _headers, …
};

struct Version {
  std::string id; ///< a UUID
  std::string account;
  std::string script;
  std::uint64_t number = 0; ///< counts from 1 within the script
  std::string created;      ///< RFC 3339, UTC
  std::string main_module;
  std::string compatibility_date;
  std::vector<std::string> compatibility_flags = {};
  std::vector<StoredModule> modules = {};
  std::string bindings = "[]"; ///< JSON as uploaded, `inherit` resolved; secrets without their values
  std::map<std::string, std::string> secrets = {}; ///< name -> sealed (edge/vault.hpp)
  std::optional<SnapshotName> snapshot = {};
  std::optional<StoredAssets> assets = {};
  /// JSON: its Durable Object classes (edge/object_classes.hpp), {CLASS: {"key", "sqlite"}}; and the keys of
  /// other Workers' that it binds, {WORKER/CLASS: key}.
  std::string classes = "{}";
  std::string foreign_keys = "{}";
  std::string metadata = "{}";    ///< JSON: the rest of what was uploaded (limits, observability, …)
  std::string annotations = "{}"; ///< JSON: workers/message, workers/tag, workers/triggered_by
  std::string source = "api";     ///< "wrangler", "pyw", "api": who uploaded it
  std::uint64_t startup_ms = 0;   ///< what its first start took

  [[nodiscard]] const StoredModule* find_module(std::string_view name) const;
};

/// As one JSON text, and back. Fails when the text is no version.
[[nodiscard]] std::string to_document(const Version& version);
[[nodiscard]] Result<Version> version_from_document(std::string_view document);

} // namespace pyw::edge
