#include <base/hash.hpp>
#include <base/json.hpp>
#include <edge/records.hpp>
#include <edge/vault.hpp>

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::edge {

namespace {

// Only ever added to: a file knows by its user_version how many it has had.
const std::vector<std::string_view> migrations{R"sql(
CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, subdomain TEXT NOT NULL UNIQUE,
                       created TEXT NOT NULL);
CREATE TABLE tokens (id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts, name TEXT NOT NULL,
                     scopes TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created TEXT NOT NULL, revoked TEXT);
CREATE TABLE scripts (account TEXT NOT NULL REFERENCES accounts, name TEXT NOT NULL, created TEXT NOT NULL,
                      modified TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (account, name));
CREATE TABLE versions (id TEXT PRIMARY KEY, account TEXT NOT NULL, script TEXT NOT NULL,
                       number INTEGER NOT NULL, document TEXT NOT NULL,
                       UNIQUE (account, script, number),
                       FOREIGN KEY (account, script) REFERENCES scripts ON DELETE CASCADE);
CREATE TABLE deployments (place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
                          account TEXT NOT NULL, script TEXT NOT NULL, created TEXT NOT NULL,
                          document TEXT NOT NULL,
                          FOREIGN KEY (account, script) REFERENCES scripts ON DELETE CASCADE);
CREATE TABLE routes (id TEXT PRIMARY KEY, account TEXT NOT NULL, script TEXT NOT NULL,
                     pattern TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
                     FOREIGN KEY (account, script) REFERENCES scripts ON DELETE CASCADE);
CREATE TABLE modules (account TEXT NOT NULL REFERENCES accounts, digest TEXT NOT NULL,
                      PRIMARY KEY (account, digest)) WITHOUT ROWID;
CREATE TABLE audit (place INTEGER PRIMARY KEY, at TEXT NOT NULL, account TEXT NOT NULL, token TEXT NOT NULL,
                    what TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL);
CREATE INDEX deployments_of ON deployments (account, script, place);
)sql",
                                               R"sql(
CREATE TABLE assets (account TEXT NOT NULL REFERENCES accounts, hash TEXT NOT NULL, digest TEXT NOT NULL,
                     size INTEGER NOT NULL, PRIMARY KEY (account, hash)) WITHOUT ROWID;
)sql",
                                               R"sql(
CREATE TABLE resources (account TEXT NOT NULL REFERENCES accounts, kind TEXT NOT NULL, id TEXT NOT NULL,
                        name TEXT NOT NULL, created TEXT NOT NULL, document TEXT NOT NULL,
                        PRIMARY KEY (account, kind, id), UNIQUE (account, kind, name)) WITHOUT ROWID;
)sql"};

constexpr std::string_view token_columns = "id, account, name, scopes, created, revoked";
constexpr std::string_view script_columns = "account, name, created, modified, document";

Account account_from(const Row& row) {
  return {row.at(0).value_or(""), row.at(1).value_or(""), row.at(2).value_or("")};
}

Token token_from(const Row& row) {
  return {row.at(0).value_or(""),
          row.at(1).value_or(""),
          row.at(2).value_or(""),
          row.at(3).value_or(""),
          row.at(4).value_or(""),
          row.at(5)};
}

Script script_from(const Row& row) {
  return {row.at(0).value_or(""),
          row.at(1).value_or(""),
          row.at(2).value_or(""),
          row.at(3).value_or(""),
          row.at(4).value_or("{}")};
}

std::string to_document(const Deployment& deployment) {
  auto versions = Json::array();
  for (const auto& share : deployment.versions) {
    versions.push_back(Json::array({share.version, share.percentage}));
  }
  return Json{{"source", deployment.source}, {"versions", versions}, {"annotations", deployment.annotations}}
      .dump();
}

Deployment deployment_from(const Row& row) {
  const auto document = Json::parse(row.at(4).value_or("{}"), nullptr, false);
  Deployment out{
      row.at(0).value_or(""), row.at(1).value_or(""), row.at(2).value_or(""), row.at(3).value_or("")};
  out.source = text_at(document, "source");
  out.annotations = text_at(document, "annotations");
  for (const auto& share : array_at(document, "versions")) {
    out.versions.push_back({share.at(0), share.at(1)});
  }
  return out;
}

Result<std::vector<Version>> versions_from(const std::vector<Row>& rows) {
  std::vector<Version> out;
  for (const auto& row : rows) {
    PYW_TRY_ASSIGN(auto version, version_from_document(row.at(0).value_or("")));
    out.push_back(std::move(version));
  }
  return out;
}

template <typename T>
std::optional<T> first_of(std::vector<T> items) {
  return items.empty() ? std::nullopt : std::optional(std::move(items.front()));
}

} // namespace

Result<std::string> new_id() {
  PYW_TRY_ASSIGN(const auto bytes, random_bytes(16));
  return to_hex(bytes);
}

Result<std::string> new_uuid() {
  PYW_TRY_ASSIGN(auto bytes, random_bytes(16));
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0fU) | 0x40U);
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3fU) | 0x80U);
  const auto hex = to_hex(bytes);
  return fmt::format("{}-{}-{}-{}-{}",
                     hex.substr(0, 8),
                     hex.substr(8, 4),
                     hex.substr(12, 4),
                     hex.substr(16, 4),
                     hex.substr(20));
}

Result<Records> Records::open(const std::string& file, Clock& clock) {
  PYW_TRY_ASSIGN(auto database, Database::open(file, migrations));
  return Records(std::move(database), clock);
}

std::int64_t Records::seconds() const {
  return std::chrono::system_clock::to_time_t(m_clock->now());
}

std::string Records::now() const {
  const auto time = std::chrono::time_point_cast<std::chrono::microseconds>(m_clock->now());
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)),
                     (time - seconds).count());
}

Result<Account> Records::ensure_account(const std::string& name) {
  Database::Transaction transaction(*m_database);
  PYW_TRY_ASSIGN(const auto rows,
                 m_database->run("SELECT id, name, subdomain FROM accounts WHERE name = ?", {name}));
  if (!rows.empty()) {
    return account_from(rows.front());
  }
  PYW_TRY_ASSIGN(auto id, new_id());
  PYW_TRY(m_database->run("INSERT INTO accounts VALUES (?, ?, ?, ?)", {id, name, name, now()}));
  PYW_TRY(transaction.commit());
  return Account{std::move(id), name, name};
}

Result<std::optional<Account>> Records::find_account(const std::string& id) {
  PYW_TRY_ASSIGN(const auto rows,
                 m_database->run("SELECT id, name, subdomain FROM accounts WHERE id = ?", {id}));
  return rows.empty() ? std::nullopt : std::optional(account_from(rows.front()));
}

Result<void> Records::set_subdomain(const std::string& account, const std::string& subdomain) {
  PYW_TRY_ASSIGN(
      const auto taken,
      m_database->run("SELECT id FROM accounts WHERE subdomain = ? AND id <> ?", {subdomain, account}));
  if (!taken.empty()) {
    return failure(user_error("another account has this subdomain"));
  }
  PYW_TRY(m_database->run("UPDATE accounts SET subdomain = ? WHERE id = ?", {subdomain, account}));
  return {};
}

Result<Token> Records::add_token(const Account& account,
                                 const std::string& name,
                                 const std::string& scopes,
                                 const std::string& hash) {
  PYW_TRY_ASSIGN(auto id, new_id());
  Token token{std::move(id), account.id, name, scopes, now()};
  PYW_TRY(m_database->run("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, NULL)",
                          {token.id, token.account, token.name, token.scopes, hash, token.created}));
  return token;
}

Result<std::optional<Token>> Records::find_token(const std::string& hash) {
  PYW_TRY_ASSIGN(const auto rows,
                 m_database->run(fmt::format("SELECT {} FROM tokens WHERE hash = ?", token_columns), {hash}));
  return rows.empty() ? std::nullopt : std::optional(token_from(rows.front()));
}

Result<std::vector<Token>> Records::tokens() {
  PYW_TRY_ASSIGN(const auto rows,
                 m_database->run(fmt::format("SELECT {} FROM tokens ORDER BY created", token_columns)));
  std::vector<Token> out;
  for (const auto& row : rows) {
    out.push_back(token_from(row));
  }
  return out;
}

Result<bool> Records::revoke_token(const std::string& id_or_name) {
  PYW_TRY_ASSIGN(
      const auto rows,
      m_database->run("UPDATE tokens SET revoked = ? WHERE revoked IS NULL AND (id = ? OR name = ?) "
                      "RETURNING id",
                      {now(), id_or_name, id_or_name}));
  return !rows.empty();
}

Result<std::optional<Script>> Records::find_script(const std::string& account, const std::string& name) {
  PYW_TRY_ASSIGN(
      const auto rows,
      m_database->run(fmt::format("SELECT {} FROM scripts WHERE account = ? AND name = ?", script_columns),
                      {account, name}));
  return rows.empty() ? std::nullopt : std::optional(script_from(rows.front()));
}

Result<std::vector<Script>> Records::scripts(const std::string& account) {
  PYW_TRY_ASSIGN(
      const auto rows,
      m_database->run(fmt::format("SELECT {} FROM scripts WHERE account = ? ORDER BY name", script_columns),
                      {account}));
  std::vector<Script> out;
  for (const auto& row : rows) {
    out.push_back(script_from(row));
  }
  return out;
}

Result<void> Records::save_script(const Script& script) {
  PYW_TRY(
      m_database->run("INSERT INTO scripts VALUES (?, ?, ?, ?, ?) ON CONFLICT (account, name) DO UPDATE SET "
                      "modified = excluded.modified, document = excluded.document",
                      {script.account, script.name, script.created, script.modified, script.document}));
  return {};
}

Result<void> Records::delete_script(const std::string& account, const std::string& name) {
  PYW_TRY(m_database->run("DELETE FROM scripts WHERE account = ? AND name = ?", {account, name}));
  return {};
}

Result<void>
Records::publish(const Script& script, Version& version, const std::optional<Deployment>& deployment) {
  Database::Transaction transaction(*m_database);
  PYW_TRY(save_script(script));
  PYW_TRY_ASSIGN(
      const auto rows,
      m_database->run("SELECT COALESCE(MAX(number), 0) + 1 FROM versions WHERE account = ? AND script = ?",
                      {version.account, version.script}));
  version.number = std::stoull(rows.at(0).at(0).value_or("1"));
  PYW_TRY(m_database->run("INSERT INTO versions VALUES (?, ?, ?, ?, ?)",
                          {version.id,
                           version.account,
                           version.script,
                           std::to_string(version.number),
                           edge::to_document(version)}));
  std::vector<std::string> digests;
  for (const auto& module : version.modules) {
    digests.push_back(module.digest);
  }
  PYW_TRY(add_modules(version.account, digests));
  if (deployment) {
    PYW_TRY(add_deployment(*deployment));
  }
  return transaction.commit();
}

Result<void> Records::add_deployment(const Deployment& deployment) {
  PYW_TRY(m_database->run(
      "INSERT INTO deployments (id, account, script, created, document) VALUES (?, ?, ?, ?, ?)",
      {deployment.id, deployment.account, deployment.script, deployment.created, to_document(deployment)}));
  return {};
}

Result<std::optional<Version>>
Records::find_version(const std::string& account, const std::string& script, const std::string& id) {
  PYW_TRY_ASSIGN(const auto rows,
                 m_database->run("SELECT document FROM versions WHERE account = ? AND script = ? AND id = ?",
                                 {account, script, id}));
  PYW_TRY_ASSIGN(auto found, versions_from(rows));
  return first_of(std::move(found));
}

Result<std::optional<Version>> Records::find_version(const std::string& id) {
  PYW_TRY_ASSIGN(const auto rows, m_database->run("SELECT document FROM versions WHERE id = ?", {id}));
  PYW_TRY_ASSIGN(auto found, versions_from(rows));
  return first_of(std::move(found));
}

Result<std::vector<Version>> Records::versions(const std::string& account, const std::string& script) {
  PYW_TRY_ASSIGN(
      const auto rows,
      m_database->run("SELECT document FROM versions WHERE account = ? AND script = ? ORDER BY number DESC",
                      {account, script}));
  return versions_from(rows);
}

Result<std::optional<Version>> Records::latest_version(const std::string& account,
                                                       const std::string& script) {
  PYW_TRY_ASSIGN(
      const auto rows,
      m_database->run(
          "SELECT document FROM versions WHERE account = ? AND script = ? ORDER BY number DESC LIMIT 1",
          {account, script}));
  PYW_TRY_ASSIGN(auto found, versions_from(rows));
  return first_of(std::move(found));
}

Result<std::vector<Deployment>>
Records::deployments(const std::string& account, const std::string& script, std::size_t most) {
  PYW_TRY_ASSIGN(
      const auto rows,
      m_database->run("SELECT id, account, script, created, document FROM deployments WHERE account = ? "
                      "AND script = ? ORDER BY place DESC LIMIT " +
                          std::to_string(most),
                      {account, script}));
  std::vector<Deployment> out;
  for (const auto& row : rows) {
    out.push_back(deployment_from(row));
  }
  return out;
}

Result<std::vector<Route>> Records::set_routes(const std::string& account,
                                               const std::string& script,
                                               const std::string& kind,
                                               const std::vector<std::string>& patterns) {
  Database::Transaction transaction(*m_database);
  PYW_TRY(m_database->run("DELETE FROM routes WHERE account = ? AND script = ? AND kind = ?",
                          {account, script, kind}));
  std::vector<Route> out;
  for (const auto& pattern : patterns) {
    PYW_TRY_ASSIGN(const auto taken,
                   m_database->run("SELECT account, script FROM routes WHERE pattern = ?", {pattern}));
    if (!taken.empty()) {
      const bool own = taken.front().at(0) == account;
      return failure(user_error(own ? fmt::format("the route `{}` belongs to the Worker `{}`",
                                                  pattern,
                                                  taken.front().at(1).value_or(""))
                                    : fmt::format("the route `{}` belongs to another account", pattern)));
    }
    PYW_TRY_ASSIGN(auto id, new_id());
    PYW_TRY(
        m_database->run("INSERT INTO routes VALUES (?, ?, ?, ?, ?)", {id, account, script, pattern, kind}));
    out.push_back({std::move(id), account, script, pattern, kind});
  }
  PYW_TRY(transaction.commit());
  return out;
}

Result<std::vector<Route>> Records::routes() {
  PYW_TRY_ASSIGN(const auto rows,
                 m_database->run("SELECT id, account, script, pattern, kind FROM routes ORDER BY pattern"));
  std::vector<Route> out;
  for (const auto& row : rows) {
    out.push_back({row.at(0).value_or(""),
                   row.at(1).value_or(""),
                   row.at(2).value_or(""),
                   row.at(3).value_or(""),
                   row.at(4).value_or("")});
  }
  return out;
}

Result<bool> Records::has_module(const std::string& account, const std::string& digest) {
  PYW_TRY_ASSIGN(
      const auto rows,
      m_database->run("SELECT 1 FROM modules WHERE account = ? AND digest = ?", {account, digest}));
  return !rows.empty();
}

Result<void> Records::add_modules(const std::string& account, const std::vector<std::string>& digests) {
  for (const auto& digest : digests) {
    PYW_TRY(m_database->run("INSERT OR IGNORE INTO modules VALUES (?, ?)", {account, digest}));
  }
  return {};
}

Result<std::vector<Version>> Records::all_versions() {
  PYW_TRY_ASSIGN(const auto rows, m_database->run("SELECT document FROM versions ORDER BY rowid"));
  return versions_from(rows);
}

Result<void> Records::forget_module(const std::string& digest) {
  PYW_TRY(m_database->run("DELETE FROM modules WHERE digest = ?", {digest}));
  PYW_TRY(m_database->run("DELETE FROM assets WHERE digest = ?", {digest}));
  return {};
}

Result<std::vector<ServedScript>> Records::served() {
  PYW_TRY_ASSIGN(const auto rows,
                 m_database->run("SELECT s.account, s.name, s.created, s.modified, s.document, a.subdomain, "
                                 "a.rowid = (SELECT MIN(rowid) FROM accounts) FROM scripts s JOIN accounts a "
                                 "ON a.id = s.account ORDER BY s.account, s.name"));
  std::vector<ServedScript> out;
  for (const auto& row : rows) {
    ServedScript served{script_from(row), row.at(5).value_or(""), row.at(6) == "1", {}};
    PYW_TRY_ASSIGN(auto newest, deployments(served.script.account, served.script.name, 1));
    if (!newest.empty()) {
      served.versions = std::move(newest.front().versions);
    }
    out.push_back(std::move(served));
  }
  return out;
}

Result<void>
Records::audit(const Token& token, const std::string& what, const std::string& path, int status) {
  PYW_TRY(
      m_database->run("INSERT INTO audit (at, account, token, what, path, status) VALUES (?, ?, ?, ?, ?, ?)",
                      {now(), token.account, token.id, what, path, std::to_string(status)}));
  return {};
}

} // namespace pyw::edge
