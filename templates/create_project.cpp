#include <base/defer.hpp>
#include <templates/create_project.hpp>
#include <templates/leftovers.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace pyw::templates {

namespace {

std::uint32_t mode_of(const TreeFile& file) {
  return file.kind == FileKind::executable ? 0755 : 0644;
}

Result<void> write_file(FileSystem& files, const TreeFile& file, const Path& path) {
  PYW_TRY(files.make_directories(path.parent_path()));
  if (file.kind == FileKind::symlink) {
    PYW_TRY(files.remove_all(path));
    return files.make_symlink(file.content, path);
  }
  PYW_TRY_ASSIGN(const auto writer, files.create(path, mode_of(file)));
  PYW_TRY(writer->write(file.content));
  return writer->commit();
}

Result<void> write_new(FileSystem& files, const FileTree& tree, const Path& target) {
  const auto prefix = "." + target.filename().string();
  remove_unfinished(files, target.parent_path(), prefix);
  const auto beside = target.parent_path() / unfinished_name(prefix);
  Defer clear([&] { (void)files.remove_all(beside); });
  PYW_TRY(files.make_directories(beside));
  for (const auto& file : tree.files) {
    PYW_TRY(write_file(files, file, beside / file.path));
  }
  return files.rename(beside, target);
}

/// What was at a path before it was written.
struct Undo {
  Path path;
  std::optional<std::string> content; ///< nullopt: nothing was there
  std::uint32_t mode = 0644;
};

/// The topmost folder that does not exist yet on the way to `path`.
std::optional<Path> first_new_folder(const ReadOnlyFileSystem& files, const Path& target, const Path& path) {
  std::optional<Path> topmost;
  for (auto folder = path.parent_path(); folder != target && folder.has_relative_path();
       folder = folder.parent_path()) {
    if (!files.exists(folder)) {
      topmost = folder;
    }
  }
  return topmost;
}

/// A folder of the user's that is a link may lead anywhere: nothing is written through it.
Result<void> refuse_links_on_the_way(const ReadOnlyFileSystem& files, const Path& target, const Path& path) {
  for (auto folder = path.parent_path(); folder != target && folder.has_relative_path();
       folder = folder.parent_path()) {
    PYW_TRY_ASSIGN(const auto status, files.status(folder, FollowLinks::no));
    if (status && status->type != FileType::directory) {
      return failure(user_error(fmt::format("`{}` is in the way: it is no plain folder", folder.string()),
                                {"move it away"}));
    }
  }
  return {};
}

Result<Undo> undo_for(const ReadOnlyFileSystem& files, const Path& target, const Path& path) {
  PYW_TRY(refuse_links_on_the_way(files, target, path));
  PYW_TRY_ASSIGN(const auto status, files.status(path, FollowLinks::no));
  if (!status) {
    return Undo{first_new_folder(files, target, path).value_or(path), std::nullopt};
  }
  if (status->type != FileType::file) {
    return failure(
        user_error(fmt::format("`{}` is in the way: it is no plain file", path.string()), {"move it away"}));
  }
  PYW_TRY_ASSIGN(auto content, files.read(path));
  return Undo{path, std::move(content), status->mode};
}

void take_back(FileSystem& files, std::vector<Undo>& done) {
  for (auto undo = done.rbegin(); undo != done.rend(); ++undo) {
    // Nothing better can be done when this fails too; the first error is the one to report.
    if (undo->content) {
      (void)files.write(undo->path, *undo->content, undo->mode);
    } else {
      (void)files.remove_all(undo->path);
    }
  }
}

Result<void> write_into(FileSystem& files, const FileTree& tree, const Path& target) {
  std::vector<Undo> done;
  Defer undo([&] { take_back(files, done); });
  for (const auto& file : tree.files) {
    const auto path = target / file.path;
    PYW_TRY_ASSIGN(auto before, undo_for(files, target, path));
    done.push_back(std::move(before));
    PYW_TRY(write_file(files, file, path));
  }
  undo.dismiss();
  return {};
}

} // namespace

Result<void> check_target(const ReadOnlyFileSystem& files, const Path& target, Existing existing) {
  PYW_TRY_ASSIGN(const auto status, files.status(target));
  if (!status) {
    return {};
  }
  if (status->type != FileType::directory) {
    return failure(user_error(fmt::format("`{}` is there already, and is no folder", target.string())));
  }
  PYW_TRY_ASSIGN(const auto entries, files.list(target));
  const bool is_empty =
      std::all_of(entries.begin(), entries.end(), [](const auto& entry) { return entry.name == ".git"; });
  if (!is_empty && existing == Existing::refuse) {
    return failure(
        user_error(fmt::format("`{}` is not empty", target.string()),
                   {"name a new folder: `pyw init NAME`", "or write over what is there with `--force`"}));
  }
  return {};
}

Result<void> create_project(FileSystem& files, const FileTree& tree, const Path& target, Existing existing) {
  PYW_TRY(check_tree(tree));
  PYW_TRY(check_target(files, target, existing));
  return files.exists(target) ? write_into(files, tree, target) : write_new(files, tree, target);
}

} // namespace pyw::templates
