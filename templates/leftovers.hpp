// What a run that was killed left: unfinished trees carry the number of their process in the name.
#pragma once

#include <base/filesystem.hpp>

#include <string>
#include <string_view>

namespace pyw::templates {

/// "PREFIX.PID.tmp": the name of this process's unfinished tree.
[[nodiscard]] std::string unfinished_name(std::string_view prefix);

/// Removes what is named like that in `folder` and whose process is no more. What cannot be removed stays: it
/// harms nobody.
void remove_unfinished(FileSystem& files, const Path& folder, std::string_view prefix);

} // namespace pyw::templates
