// What makes sense of single values does not see: keys that need each other, names that meet, files that must
// exist.
#pragma once

#include <base/filesystem.hpp>
#include <config/findings.hpp>
#include <config/load.hpp>
#include <config/project.hpp>

namespace pyw::config {

/// Checks a decoded project; what is missing from the file as a whole points at `file_place`.
void check_project(const ReadOnlyFileSystem& files,
                   const Project& project,
                   const LoadOptions& options,
                   const Place& file_place,
                   Findings& findings);

/// Reports every number that JSON cannot hold: `inf`, `nan`, and those beyond 64 bits.
void check_numbers(const Value& root, Findings& findings);

/// The bindings' and classes' part of it (check_names.cpp): names used twice, queues consumed twice, Durable
/// Object classes and the migrations' history.
void check_names(const Project& project, Findings& findings);
void check_classes(const Project& project, Findings& findings);

/// "a KV namespace", "an R2 bucket", …: what a binding is called in messages.
[[nodiscard]] std::string_view describe(BindingKind kind);

} // namespace pyw::config
