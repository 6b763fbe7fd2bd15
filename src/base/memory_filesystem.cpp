#include <base/memory_filesystem.hpp>

#include <fmt/core.h>

#include <cerrno>

namespace pyw {

namespace {

std::string key_of(const Path& path) {
  auto key = (Path("/") / path).lexically_normal().string();
  if (key.size() > 1 && key.back() == '/') {
    key.pop_back();
  }
  return key;
}

bool is_below(const std::string& key, const std::string& folder) {
  return key == folder || key.starts_with(folder == "/" ? folder : folder + "/");
}

} // namespace

const MemoryFileSystem::Node* MemoryFileSystem::find(const Path& path, FollowLinks follow) const {
  auto key = key_of(path);
  for (int hops = 0; hops < 40; ++hops) { // as many as Linux follows (path_resolution(7))
    const auto found = m_nodes.find(key);
    if (found == m_nodes.end()) {
      return nullptr;
    }
    if (found->second.type != FileType::symlink || follow == FollowLinks::no) {
      return &found->second;
    }
    key = key_of(Path(key).parent_path() / found->second.content);
  }
  return nullptr;
}

Result<void> MemoryFileSystem::may_change(const Path& path) const {
  if (m_fail) {
    if (const auto code = m_fail(path); code != 0) {
      return failure(path_error("write", path, code));
    }
  }
  return {};
}

Result<std::string> MemoryFileSystem::read(const Path& path) const {
  const auto* node = find(path, FollowLinks::yes);
  if (node == nullptr) {
    return failure(path_error("read", path, ENOENT));
  }
  if (node->type == FileType::directory) {
    return failure(path_error("read", path, EISDIR));
  }
  return node->content;
}

Result<std::optional<FileStatus>> MemoryFileSystem::status(const Path& path, FollowLinks follow) const {
  const auto* node = find(path, follow);
  if (node == nullptr) {
    return std::nullopt;
  }
  return FileStatus{node->type, node->content.size(), node->modified_ns, node->mode};
}

Result<std::vector<DirectoryEntry>> MemoryFileSystem::list(const Path& directory) const {
  const auto* node = find(directory, FollowLinks::yes);
  if (node == nullptr || node->type != FileType::directory) {
    return failure(path_error("list", directory, node == nullptr ? ENOENT : ENOTDIR));
  }
  const auto folder = key_of(directory);
  const auto prefix = folder == "/" ? folder : folder + "/";
  std::vector<DirectoryEntry> entries;
  for (const auto& [key, child] : m_nodes) {
    if (key.size() > prefix.size() && key.starts_with(prefix) &&
        key.find('/', prefix.size()) == std::string::npos) {
      entries.push_back({key.substr(prefix.size()), child.type});
    }
  }
  return entries;
}

Result<Path> MemoryFileSystem::read_link(const Path& path) const {
  const auto* node = find(path, FollowLinks::no);
  if (node == nullptr || node->type != FileType::symlink) {
    return failure(path_error("read the link", path, node == nullptr ? ENOENT : EINVAL));
  }
  return Path(node->content);
}

Result<void> MemoryFileSystem::write(const Path& path, std::string_view content, std::uint32_t mode) {
  PYW_TRY(may_change(path));
  PYW_TRY(make_directories(Path(key_of(path)).parent_path()));
  const auto* present = find(path, FollowLinks::no);
  if (present != nullptr && present->type == FileType::directory) {
    return failure(path_error("write", path, EISDIR));
  }
  m_nodes[key_of(path)] = Node{FileType::file, std::string(content), mode, ++m_now_ns};
  return {};
}

Result<void> MemoryFileSystem::make_directories(const Path& path) {
  PYW_TRY(may_change(path));
  Path folder = "/";
  m_nodes.try_emplace("/", Node{FileType::directory, {}, 0755, m_now_ns});
  for (const auto& step : Path(key_of(path)).relative_path()) {
    folder /= step;
    const auto [found, made] =
        m_nodes.try_emplace(folder.string(), Node{FileType::directory, {}, 0755, m_now_ns});
    if (!made && found->second.type == FileType::file) {
      return failure(path_error("make the folder", path, ENOTDIR));
    }
  }
  return {};
}

Result<void> MemoryFileSystem::remove_all(const Path& path) {
  PYW_TRY(may_change(path));
  std::erase_if(m_nodes,
                [folder = key_of(path)](const auto& entry) { return is_below(entry.first, folder); });
  return {};
}

Result<void> MemoryFileSystem::rename(const Path& from, const Path& to) {
  PYW_TRY(may_change(to));
  const auto source = key_of(from);
  const auto target = key_of(to);
  if (!m_nodes.contains(source)) {
    return failure(path_error("rename", from, ENOENT));
  }
  std::map<std::string, Node> moved;
  for (const auto& [key, node] : m_nodes) {
    if (is_below(key, source)) {
      moved.emplace(target + key.substr(source.size()), node);
    }
  }
  std::erase_if(m_nodes, [&](const auto& entry) {
    return is_below(entry.first, source) || is_below(entry.first, target);
  });
  m_nodes.merge(moved);
  return {};
}

Result<void> MemoryFileSystem::replace_tree(const Path& fresh, const Path& target) {
  return rename(fresh, target);
}

Result<void> MemoryFileSystem::make_symlink(const Path& target, const Path& link) {
  PYW_TRY(may_change(link));
  PYW_TRY(make_directories(Path(key_of(link)).parent_path()));
  m_nodes[key_of(link)] = Node{FileType::symlink, target.string(), 0777, m_now_ns};
  return {};
}

} // namespace pyw
