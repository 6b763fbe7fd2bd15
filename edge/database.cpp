#include <edge/database.hpp>

#include <fmt/core.h>
#include <sqlite3.h>

#include <utility>

namespace pyw::edge {

namespace {

/// Another program (a backup, `pyw edge token`) may hold the file for a moment.
constexpr int busy_timeout_ms = 10'000;

struct StatementCloser {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

using Statement = std::unique_ptr<sqlite3_stmt, StatementCloser>;

Error sqlite_error(sqlite3* connection, std::string_view what) {
  const bool is_full = sqlite3_errcode(connection) == SQLITE_FULL;
  auto error = internal_error(fmt::format("{}: {}", what, sqlite3_errmsg(connection)),
                              is_full ? std::vector<std::string>{"the disk with the data folder is full"}
                                      : std::vector<std::string>{});
  error.no_space = is_full;
  return error;
}

} // namespace

struct Database::Connection {
  sqlite3* handle = nullptr;

  ~Connection() { sqlite3_close(handle); }
};

Database::Database(std::unique_ptr<Connection> connection) : m_connection(std::move(connection)) {}

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::string& file,
                                                 const std::vector<std::string_view>& migrations) {
  auto connection = std::make_unique<Connection>();
  const auto code = sqlite3_open_v2(file.c_str(),
                                    &connection->handle,
                                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
                                    nullptr);
  if (code != SQLITE_OK) {
    return failure(sqlite_error(connection->handle, fmt::format("cannot open `{}`", file)));
  }
  sqlite3_busy_timeout(connection->handle, busy_timeout_ms);
  std::unique_ptr<Database> database(new Database(std::move(connection)));
  PYW_TRY(database->run("PRAGMA journal_mode = WAL"));
  PYW_TRY(database->run("PRAGMA synchronous = FULL")); // what was acknowledged survives a loss of power
  PYW_TRY(database->run("PRAGMA foreign_keys = ON"));
  PYW_TRY(database->migrate(migrations));
  return database;
}

Result<void> Database::copy(const std::string& from, const std::string& to) {
  Connection source;
  auto target = std::make_unique<Connection>();
  const auto open = [](Connection& connection, const std::string& file, int flags) -> Result<void> {
    if (sqlite3_open_v2(file.c_str(), &connection.handle, SQLITE_OPEN_READWRITE | flags, nullptr) !=
        SQLITE_OK) {
      return failure(sqlite_error(connection.handle, fmt::format("cannot open `{}`", file)));
    }
    sqlite3_busy_timeout(connection.handle, busy_timeout_ms);
    return {};
  };
  PYW_TRY(open(source, from, 0));
  PYW_TRY(open(*target, to, SQLITE_OPEN_CREATE));
  auto* const backup = sqlite3_backup_init(target->handle, "main", source.handle, "main");
  if (backup == nullptr) {
    return failure(sqlite_error(target->handle, "the database cannot be copied"));
  }
  const auto step = sqlite3_backup_step(backup, -1); // one read transaction: all of one moment
  if (sqlite3_backup_finish(backup) != SQLITE_OK || step != SQLITE_DONE) {
    return failure(sqlite_error(target->handle, "the database could not be copied"));
  }
  Database copied(std::move(target));
  // One file, without a log beside it.
  PYW_TRY(copied.run("PRAGMA journal_mode = DELETE"));
  PYW_TRY_ASSIGN(const auto rows, copied.run("PRAGMA integrity_check"));
  if (rows.size() != 1 || rows[0].at(0) != "ok") {
    return failure(internal_error(fmt::format("`{}` is damaged: {}", from, rows.at(0).at(0).value_or(""))));
  }
  return {};
}

Result<void> Database::script(std::string_view sql) {
  if (sqlite3_exec(m_connection->handle, std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return failure(sqlite_error(m_connection->handle, "the database refused a migration"));
  }
  return {};
}

Result<void> Database::migrate(const std::vector<std::string_view>& migrations) {
  PYW_TRY_ASSIGN(const auto rows, run("PRAGMA user_version"));
  const auto done = static_cast<std::size_t>(std::stoul(rows.at(0).at(0).value_or("0")));
  if (done > migrations.size()) {
    return failure(user_error(fmt::format(
        "the data is of a newer pyw: its schema is {}, this one knows {}", done, migrations.size())));
  }
  for (std::size_t next = done; next < migrations.size(); ++next) {
    Transaction transaction(*this);
    PYW_TRY(script(migrations[next]));
    PYW_TRY(script(fmt::format("PRAGMA user_version = {}", next + 1)));
    PYW_TRY(transaction.commit());
  }
  return {};
}

Result<std::vector<Row>> Database::run(std::string_view sql, const std::vector<Cell>& parameters) {
  const std::lock_guard lock(m_mutex);
  auto* const handle = m_connection->handle;
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &raw, nullptr) != SQLITE_OK) {
    return failure(sqlite_error(handle, "the database refused a statement"));
  }
  const Statement statement(raw);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& cell = parameters[i];
    const auto place = static_cast<int>(i) + 1;
    const auto bound = cell ? sqlite3_bind_text(raw,
                                                place,
                                                cell->data(),
                                                static_cast<int>(cell->size()),
                                                SQLITE_TRANSIENT) // NOLINT: SQLite's own cast
                            : sqlite3_bind_null(raw, place);
    if (bound != SQLITE_OK) {
      return failure(sqlite_error(handle, "the database refused a value"));
    }
  }
  std::vector<Row> rows;
  for (;;) {
    const auto step = sqlite3_step(raw);
    if (step == SQLITE_DONE) {
      return rows;
    }
    if (step != SQLITE_ROW) {
      return failure(sqlite_error(handle, "the database failed"));
    }
    Row row;
    for (int column = 0; column < sqlite3_column_count(raw); ++column) {
      const auto* const text = sqlite3_column_text(raw, column);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw, column));
      row.push_back(text == nullptr ? Cell() : Cell(std::string(reinterpret_cast<const char*>(text), size)));
    }
    rows.push_back(std::move(row));
  }
}

Database::Transaction::Transaction(Database& database)
    : m_database(database), m_lock(database.m_mutex), m_begun([&]() -> Result<void> {
        PYW_TRY(database.run("BEGIN IMMEDIATE"));
        return {};
      }()) {
  m_open = m_begun.has_value();
}

Database::Transaction::~Transaction() {
  if (m_open) { // fails only when SQLite has rolled back by itself
    static_cast<void>(m_database.run("ROLLBACK"));
  }
}

Result<void> Database::Transaction::commit() {
  PYW_TRY(m_begun);
  PYW_TRY(m_database.run("COMMIT"));
  m_open = false;
  return {};
}

} // namespace pyw::edge
