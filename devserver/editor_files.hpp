// Files that editors keep beside the one being edited.
#pragma once

#include <base/filesystem.hpp>

#include <string_view>
#include <vector>

namespace pyw::devserver {

/// Swap, lock, backup and probe files of vim, Emacs, Kate, JetBrains and others, by their name alone. A
/// change to one is no change to the Worker.
[[nodiscard]] bool is_editor_file(std::string_view name);

/// What a person is told of a save: each path once, and of those that are gone by now nothing unless all are.
/// Tools like sed write beside under names of their own, which no list knows.
[[nodiscard]] std::vector<Path> told_changes(const ReadOnlyFileSystem& files,
                                             const std::vector<Path>& changed);

} // namespace pyw::devserver
