#include <devserver/editor_files.hpp>

#include <string>
#include <unordered_set>

namespace pyw::devserver {

bool is_editor_file(std::string_view name) {
  const auto is_vim_swap = [name] { // .entry.py.swp, .swo, .swx …
    return name.starts_with('.') && name.size() > 5 && name.substr(name.size() - 4, 3) == ".sw";
  };
  return name == "4913" || // vim: may a file be made here?
         name.ends_with('~') || name.ends_with("___jb_tmp___") || name.ends_with("___jb_old___") ||
         name.starts_with(".#") ||                         // Emacs: a lock, a link to nowhere
         (name.starts_with('#') && name.ends_with('#')) || // Emacs: auto-save
         name.ends_with(".kate-swp") || name.starts_with(".goutputstream-") || is_vim_swap();
}

std::vector<Path> told_changes(const ReadOnlyFileSystem& files, const std::vector<Path>& changed) {
  std::unordered_set<std::string> seen;
  std::vector<Path> there;
  std::vector<Path> gone;
  for (const auto& path : changed) {
    if (seen.insert(path.native()).second) { // a switch of branches brings thousands
      (files.exists(path) ? there : gone).push_back(path);
    }
  }
  return there.empty() ? gone : there;
}

} // namespace pyw::devserver
