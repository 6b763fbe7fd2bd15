// A test case as a text file: the files of a project, then what load_project says about them, word for word.
//   # what it shows                       comment lines first
//   options: purpose=deploy env=staging   optional; also config=, start=, secrets=load, show=resolved,
//   variable NAME=VALUE
//   --- wrangler.toml                     a file below /project; "(escaped)" after it: \xNN and \r are bytes
//   === expected                          the rest is the expectation
#pragma once

#include <base/memory_filesystem.hpp>
#include <config/load.hpp>

#include <map>
#include <string>

namespace pyw::test {

struct CaseFile {
  std::string head; ///< everything before the expectation, as it is
  std::string expected;
  MemoryFileSystem files;
  config::LoadOptions options;
  std::map<std::string, std::string> environment;
  bool show_resolved = false;
};

/// Throws std::runtime_error when the case itself is malformed.
[[nodiscard]] CaseFile parse_case(const std::string& text);

/// What a user would read: every diagnostic, then "ok" when there is a project, and its resolved table when
/// asked for.
[[nodiscard]] std::string run_case(const CaseFile& test_case);

} // namespace pyw::test
