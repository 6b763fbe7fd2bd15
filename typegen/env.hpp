// The part of the stubs that belongs to one project: class Env, in js-stubs/__init__.pyi.
#pragma once

#include <typegen/python_classes.hpp>
#include <typegen/stubs.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::typegen {

enum class EnvKind {
  variable,
  secret,
  kv_namespace,
  r2_bucket,
  d1_database,
  durable_object,
  queue,
  service,
  workflow,
  rate_limit,
  hyperdrive,
  analytics_engine,
  vectorize,
  send_email,
  secrets_store_secret,
  dispatch_namespace,
  mtls_certificate,
  pipeline,
  ai,
  browser,
  images,
  media,
  stream,
  version_metadata,
  worker_loader,
  assets,
  unknown
};

struct EnvEntry {
  std::string name;
  EnvKind kind = EnvKind::unknown;
  /// Of a variable: its values as JSON text.
  std::vector<std::string> values = {};
  /// Whether other environments may give a variable other values: its type is then not the literal.
  bool varies = false;
  /// Of a durable object, service or workflow: the class, where it is one of this project …
  std::string class_name = {};
  /// … or of another Worker, by this name.
  std::string worker = {};
  /// Of a kind that is not known: the configuration's name for it.
  std::string section = {};
};

using Names = std::set<std::string, std::less<>>;

struct EnvDescription {
  std::vector<EnvEntry> entries;
  /// The project's own classes, and those of other Workers whose code is at hand, by name: their methods are
  /// what stubs of them answer to.
  std::vector<PythonClass> classes;
  /// What those methods take, where its keys are known.
  std::vector<Record> records = {};
  /// What the project's code names as `js.Name`, or imports from there.
  Names named = {};
};

/// What `from js import …` finds besides Env. Checkers read the AI models' shapes only where the project has
/// such a binding, or names one of them.
struct PublicNames {
  Names always = {};        ///< of js-stubs/_globals.pyi
  Names with_bindings = {}; ///< of js-stubs/_globals_bindings.pyi: those of bindings that few projects have
  Names with_ai = {};       ///< of js-stubs/_globals_ai.pyi: the shapes of the AI models
};

/// The names that a stub of re-exports offers.
[[nodiscard]] Names public_names(std::string_view globals_stub);

/// js-stubs/__init__.pyi. `names` are what the runtime's stubs offer: a kind whose class the declarations do
/// not have is Any, with a comment.
[[nodiscard]] StubFile make_env_stub(const EnvDescription& env, const PublicNames& names);

/// The files of the `workers-stubs` and `pyodide-stubs` packages, which never change with the project. The
/// SDK's annotations are wrong in places (facts/types.md 3), and Pyodide's package cannot be installed by
/// Pythons before 3.13 and makes checkers read half of the standard library.
[[nodiscard]] std::vector<StubFile> package_stubs();

} // namespace pyw::typegen
