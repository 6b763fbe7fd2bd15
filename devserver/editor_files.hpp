// Files that editors keep beside the one being edited.
#pragma once

#include <string_view>

namespace pyw::devserver {

/// Swap, lock, backup and probe files of vim, Emacs, Kate, JetBrains and others, by their name alone. A
/// change to one is no change to the Worker.
[[nodiscard]] bool is_editor_file(std::string_view name);

} // namespace pyw::devserver
