// From declarations to the files of the `js-stubs` package that depend on nothing but them: everything but
// Env, which changes with the project (typegen/env.hpp).
#pragma once

#include <typegen/ir.hpp>

#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::typegen {

/// A file to write; the path is relative to where stub packages go ("js-stubs/_raw.pyi").
struct StubFile {
  std::string path;
  std::string content;
  bool operator==(const StubFile&) const = default;
};

struct StubOptions {
  /// Pyodide >= 0.28 (Python 3.13 and later) has a value of its own for `null`; before, it is None.
  bool null_is_none = false;
  /// Whether the declarations' comments become docstrings.
  bool with_documentation = true;
};

/// Something that could not be said in Python, or not be read.
struct ReportLine {
  std::string where;
  std::string what;
};

struct StubReport {
  std::size_t declarations = 0;
  std::size_t classes = 0;    ///< written, TypedDicts included
  std::size_t type_names = 0; ///< interfaces, classes, aliases and enums that are declared globally …
  std::size_t importable = 0; ///< … and those that `from js import Name` finds
  std::vector<ReportLine> became_any = {};
  std::vector<UnknownSyntax> unknown_syntax = {};
};

struct RuntimeStubs {
  std::vector<StubFile> files;
  StubReport report;
  /// What the lowering needed. Giving it back is a tenth of the whole time: who ends anyway may keep it.
  std::shared_ptr<void> remains = {};
  /// Work that goes on in other threads. Whoever drops the last reference waits for it.
  std::vector<std::shared_ptr<std::future<void>>> beside = {};
};

/// Lowers declarations. Pure and total: any text gives stubs that can be read.
[[nodiscard]] RuntimeStubs make_runtime_stubs(const std::vector<std::string_view>& sources,
                                              const StubOptions& options);

/// Changes when the same declarations give other stubs: part of the key of a cache.
[[nodiscard]] std::string_view generator_version();

} // namespace pyw::typegen
