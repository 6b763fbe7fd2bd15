// What editors and checkers need to know of a project, added to files that belong to the user: text goes in,
// text comes out, everything that was there stays as it was.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::commands {

/// Where the types of a project go whose settings name this folder, and what they call it.
inline constexpr std::string_view types_folder = ".pyw/types";
/// In it: what mypy reads instead of a package's copy of its own modules.
inline constexpr std::string_view mypy_folder = "for-mypy/core-stubs";
/// The JSON Schema of wrangler files.
inline constexpr std::string_view schema_file = ".pyw/wrangler.schema.json";
/// That of a pyproject.toml whose [tool.pyw] is the configuration.
inline constexpr std::string_view pyproject_schema_file = ".pyw/pyproject.schema.json";

/// What is in the project now; nullopt for files that are not there.
struct EditorFiles {
  std::optional<std::string> pyproject = {};
  std::optional<std::string> vscode_settings = {};
  std::optional<std::string> gitignore = {};
};

struct EditorSettings {
  std::string python_version; ///< "3.14"
  std::string source_folder;  ///< of the Worker's own code, relative: "src"; "." for the project itself
};

struct EditorEdit {
  std::string path;    ///< relative to the project
  std::string content; ///< all of it
};

struct EditorPlan {
  std::vector<EditorEdit> edits = {}; ///< only files that change
  std::vector<std::string> kept = {}; ///< settings of the user's that say something else, one line each
};

/// The tables [tool.mypy] and [tool.pyright] (which Pylance and basedpyright read too), the schema of
/// wrangler files (and of pyproject.toml, where [tool.pyw] takes their place), and `.pyw` among the ignored
/// files. A setting that is there is left alone. Planning again after applying gives no edits.
[[nodiscard]] EditorPlan plan_editor_setup(const EditorFiles& files, const EditorSettings& settings);

/// Whether the settings of a project point checkers to `types_folder`.
[[nodiscard]] bool names_types_folder(std::string_view pyproject);

} // namespace pyw::commands
