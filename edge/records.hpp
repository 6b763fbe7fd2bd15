// Everything the server remembers but the contents of modules: accounts, tokens, scripts, versions,
// deployments, routes, and who changed what.
#pragma once

#include <base/clock.hpp>
#include <edge/database.hpp>
#include <edge/version.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pyw::edge {

struct Account {
  std::string id; ///< 32 hexadecimal digits
  std::string name;
  std::string subdomain; ///< Workers answer as NAME.SUBDOMAIN.DOMAIN
};

struct Token {
  std::string id; ///< 32 hexadecimal digits
  std::string account;
  std::string name;
  std::string scopes; ///< "read", "write" or both, separated by a blank
  std::string created;
  std::optional<std::string> revoked = {}; ///< when
};

struct Script {
  std::string account;
  std::string name;
  std::string created;
  std::string modified;
  /// JSON: tag, tags, subdomain {enabled, previews_enabled}, settings, schedules, migration_tag.
  std::string document = "{}";
};

struct Share {
  std::string version;
  double percentage = 100;
};

struct Deployment {
  std::string id; ///< a UUID
  std::string account;
  std::string script;
  std::string created;
  std::string source = "api";
  std::vector<Share> versions = {};
  std::string annotations = "{}"; ///< JSON
};

struct Route {
  std::string id;
  std::string account;
  std::string script;
  std::string pattern;
  std::string kind; ///< "route" or "domain"
};

/// What one account's Worker is reached by and served from.
struct ServedScript {
  Script script;
  std::string subdomain; ///< of the account
  bool first_account = false;
  std::vector<Share> versions; ///< of the newest deployment; empty: none yet
};

class Records {
public:
  /// `file` as in Database::open.
  [[nodiscard]] static Result<Records> open(const std::string& file, Clock& clock);

  // --- Accounts and tokens ---
  /// The account of that name, made when there is none.
  [[nodiscard]] Result<Account> ensure_account(const std::string& name);
  [[nodiscard]] Result<std::optional<Account>> find_account(const std::string& id);
  /// Fails when another account has the subdomain.
  [[nodiscard]] Result<void> set_subdomain(const std::string& account, const std::string& subdomain);
  [[nodiscard]] Result<Token> add_token(const Account& account,
                                        const std::string& name,
                                        const std::string& scopes,
                                        const std::string& hash);
  /// By its hash; revoked ones as well.
  [[nodiscard]] Result<std::optional<Token>> find_token(const std::string& hash);
  [[nodiscard]] Result<std::vector<Token>> tokens();
  /// Whether there was one, by id or by name, that was not revoked yet.
  [[nodiscard]] Result<bool> revoke_token(const std::string& id_or_name);

  // --- Scripts ---
  [[nodiscard]] Result<std::optional<Script>> find_script(const std::string& account,
                                                          const std::string& name);
  [[nodiscard]] Result<std::vector<Script>> scripts(const std::string& account);
  [[nodiscard]] Result<void> save_script(const Script& script);
  /// With its versions, deployments and routes.
  [[nodiscard]] Result<void> delete_script(const std::string& account, const std::string& name);

  // --- Versions and deployments ---
  /// The script, the version and, where given, the deployment, all of them or none. Sets the version's
  /// number. On disk when it returns.
  [[nodiscard]] Result<void>
  publish(const Script& script, Version& version, const std::optional<Deployment>& deployment);
  [[nodiscard]] Result<void> add_deployment(const Deployment& deployment);
  [[nodiscard]] Result<std::optional<Version>>
  find_version(const std::string& account, const std::string& script, const std::string& id);
  /// Whosever it is.
  [[nodiscard]] Result<std::optional<Version>> find_version(const std::string& id);
  /// Newest first.
  [[nodiscard]] Result<std::vector<Version>> versions(const std::string& account, const std::string& script);
  [[nodiscard]] Result<std::optional<Version>> latest_version(const std::string& account,
                                                              const std::string& script);
  /// Newest first, at most `most`.
  [[nodiscard]] Result<std::vector<Deployment>>
  deployments(const std::string& account, const std::string& script, std::size_t most = 10);

  // --- Routes ---
  /// Replaces those of the script and kind. Fails, naming the owner, when another script has one of the
  /// patterns.
  [[nodiscard]] Result<std::vector<Route>> set_routes(const std::string& account,
                                                      const std::string& script,
                                                      const std::string& kind,
                                                      const std::vector<std::string>& patterns);
  [[nodiscard]] Result<std::vector<Route>> routes();

  // --- For what looks at all that is kept (garbage, backup) ---
  [[nodiscard]] Result<std::vector<Version>> all_versions();
  /// As if it had never been sent.
  [[nodiscard]] Result<void> forget_module(const std::string& digest);

  // --- Modules that an account has sent ---
  [[nodiscard]] Result<bool> has_module(const std::string& account, const std::string& digest);
  [[nodiscard]] Result<void> add_modules(const std::string& account, const std::vector<std::string>& digests);

  // --- For the gateway ---
  [[nodiscard]] Result<std::vector<ServedScript>> served();

  /// One line of who did what; `what` is the operation's name.
  [[nodiscard]] Result<void>
  audit(const Token& token, const std::string& what, const std::string& path, int status);

  [[nodiscard]] std::string now() const;      ///< RFC 3339, UTC, with microseconds
  [[nodiscard]] std::int64_t seconds() const; ///< since 1970

  /// For records that have a file of their own (edge/asset_records.hpp).
  [[nodiscard]] Database& database() { return *m_database; }

private:
  Records(std::unique_ptr<Database> database, Clock& clock)
      : m_database(std::move(database)), m_clock(&clock) {}

  std::unique_ptr<Database> m_database;
  Clock* m_clock;
};

/// A random UUID (RFC 9562, version 4), and 32 random hexadecimal digits.
[[nodiscard]] Result<std::string> new_uuid();
[[nodiscard]] Result<std::string> new_id();

} // namespace pyw::edge
