// Writes a tree as a project: all of it or nothing.
#pragma once

#include <templates/file_tree.hpp>

namespace pyw::templates {

enum class Existing { refuse, overwrite };

/// Fails when the target is a file, or a folder with anything in it (unless Existing::overwrite). A folder
/// that git or an editor prepared counts as empty when it holds only `.git`.
[[nodiscard]] Result<void>
check_target(const ReadOnlyFileSystem& files, const Path& target, Existing existing);

/// A new folder is made beside and renamed. Into a folder that exists the files go one by one; when one
/// fails, what was written is taken back and what was overwritten is put back.
[[nodiscard]] Result<void>
create_project(FileSystem& files, const FileTree& tree, const Path& target, Existing existing);

} // namespace pyw::templates
