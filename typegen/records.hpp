// Data whose keys are known, as the TypedDicts that stand beside class Env: a TypedDict of the project's own
// Python, an object type of a Worker's TypeScript.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pyw::typegen {

struct RecordKey {
  std::string name;
  std::string type; ///< in Python's syntax, with the stub's own names of other records
  bool required = true;
  bool operator==(const RecordKey&) const = default;
};

/// What goes to another Worker is a TypedDict; what comes from one is a dict with attributes.
enum class RecordKind { given, result };

struct Record {
  std::string name; ///< as the stub calls it
  std::vector<RecordKey> keys = {};
  RecordKind kind = RecordKind::given;
  std::vector<std::string> parameters = {}; ///< of a generic one
};

/// What another call has given can always be given: behind a record's name, in the type of a parameter.
inline constexpr std::string_view or_what_came = " | JsObject | JsDict[Any]";

/// The records of one Worker's code.
class RecordBook {
public:
  /// `worker` is the other Worker's name; empty for the project itself.
  explicit RecordBook(std::string_view worker = {});

  /// The stub's name of what the code calls `name`; empty when the book has none.
  [[nodiscard]] std::string find(std::string_view name, RecordKind kind = RecordKind::given) const;

  /// Makes a record of that name, without keys yet: it may contain itself. The stub's name for it.
  std::string add(std::string_view name, RecordKind kind = RecordKind::given);
  void set_parameters(std::string_view stub_name, std::vector<std::string> parameters);
  void set_keys(std::string_view stub_name, std::vector<RecordKey> keys);

  /// One that the code has no name for; `hint` is what it is given as. The same keys make it the same.
  std::string
  add_unnamed(std::string_view hint, std::vector<RecordKey> keys, RecordKind kind = RecordKind::given);

  /// By the stub's name; null when there is none.
  [[nodiscard]] const Record* record(std::string_view stub_name) const;

  [[nodiscard]] const std::vector<Record>& records() const { return m_records; }

private:
  [[nodiscard]] std::string base_name(std::string_view hint, RecordKind kind) const;
  [[nodiscard]] std::string free_name(std::string_view hint, RecordKind kind) const;

  std::string m_prefix;
  /// As the code calls it -> as the stub does.
  std::map<std::pair<RecordKind, std::string>, std::string> m_names;
  std::vector<Record> m_records;
};

/// Its definition. No key of what is given can be assigned as far as a checker sees: a call copies it, so a
/// record whose keys say more will do.
[[nodiscard]] std::string write_record(const Record& record);

/// Whether it can be given as keywords too (`**options: Unpack[…]`): they arrive as one object.
[[nodiscard]] bool can_be_keywords(const Record& record);

} // namespace pyw::typegen
