// SQLite: one file, write-ahead log, migrations counted by user_version.
#pragma once

#include <base/result.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::edge {

/// A column's content as text; nullopt is NULL.
using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;

/// One connection; calls from several threads take turns.
class Database {
public:
  /// `file` may be ":memory:". Runs the migrations that the file does not have yet, each in a transaction of
  /// its own. Fails when the file is of a newer program, or no database.
  [[nodiscard]] static Result<std::unique_ptr<Database>>
  open(const std::string& file, const std::vector<std::string_view>& migrations);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// One statement with its parameters. Fails with SQLite's words.
  [[nodiscard]] Result<std::vector<Row>> run(std::string_view sql, const std::vector<Cell>& parameters = {});

  /// All that is done while it lives becomes durable with commit(), or is undone. Holds off other threads.
  class Transaction {
  public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    /// On disk when it returns (synchronous = FULL).
    [[nodiscard]] Result<void> commit();

  private:
    Database& m_database;
    std::unique_lock<std::recursive_mutex> m_lock;
    Result<void> m_begun;
    bool m_open = false;
  };

  /// All of `from`, as it is at one moment, as a file of its own; others may write to `from` meanwhile
  /// (SQLite's backup API). Fails when the copy is not whole. On disk when it returns.
  [[nodiscard]] static Result<void> copy(const std::string& from, const std::string& to);

private:
  struct Connection;
  explicit Database(std::unique_ptr<Connection> connection);
  [[nodiscard]] Result<void> migrate(const std::vector<std::string_view>& migrations);
  [[nodiscard]] Result<void> script(std::string_view sql);

  std::unique_ptr<Connection> m_connection;
  std::recursive_mutex m_mutex;
};

} // namespace pyw::edge
