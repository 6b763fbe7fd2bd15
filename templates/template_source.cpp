#include <base/text.hpp>
#include <templates/template_source.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

namespace pyw::templates {

namespace {

constexpr std::array<std::string_view, 4> schemes{"https://", "http://", "ssh://", "git://"};
constexpr std::string_view file_scheme = "file://";

/// OWNER and REPO: how many segments of a URL's path name the repository, on all the big hosts.
constexpr std::size_t repository_segments = 2;

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  for (const auto segment : split(path, '/')) {
    if (!segment.empty()) {
      segments.emplace_back(segment);
    }
  }
  return segments;
}

std::string joined(const std::vector<std::string>& segments, std::size_t from, std::size_t to) {
  return join({segments.begin() + static_cast<std::ptrdiff_t>(from),
               segments.begin() + static_cast<std::ptrdiff_t>(to)},
              "/");
}

/// "#REF:FOLDER" taken off the end.
struct Fragment {
  std::string_view url;
  std::string ref;
  std::string folder;
};

Fragment take_fragment(std::string_view text) {
  const auto hash = text.rfind('#');
  if (hash == std::string_view::npos) {
    return {text, "", ""};
  }
  const auto fragment = text.substr(hash + 1);
  const auto colon = fragment.find(':');
  const auto folder = colon == std::string_view::npos ? std::string_view{} : fragment.substr(colon + 1);
  return {text.substr(0, hash), std::string(fragment.substr(0, colon)), join(segments_of(folder), "/")};
}

Error no_repository(std::string_view text) {
  return usage_error(
      fmt::format("`{}` names no repository", text),
      {"like `https://github.com/OWNER/REPO/FOLDER`, `…/tree/REF/FOLDER` or `URL#REF:FOLDER`"});
}

/// Where the repository ends in a URL's path: behind a segment `NAME.git`, else behind OWNER/REPO.
std::size_t repository_end(const std::vector<std::string>& segments) {
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments[i].size() > 4 && segments[i].ends_with(".git")) {
      return i + 1;
    }
  }
  return std::min(repository_segments, segments.size());
}

/// `base` is scheme and host, "https://github.com" or "git@github.com"; `separator` what stands behind it.
Result<GitSource> from_path(std::string_view text,
                            std::string_view base,
                            char separator,
                            std::string_view path,
                            const Fragment& fragment) {
  const auto segments = segments_of(path);
  const auto end = repository_end(segments);
  if (segments.size() < repository_segments && (segments.empty() || !segments.back().ends_with(".git"))) {
    return failure(no_repository(text));
  }
  GitSource source;
  source.repository = fmt::format("{}{}{}", base, separator, joined(segments, 0, end));
  source.ref = fragment.ref;
  const bool has_tree = segments.size() > end + 1 && (segments[end] == "tree" || segments[end] == "blob");
  if (has_tree && fragment.ref.empty()) {
    source.tree = joined(segments, end + 1, segments.size());
    return source;
  }
  source.folder = fragment.folder.empty() ? joined(segments, end, segments.size()) : fragment.folder;
  return source;
}

bool is_repository(const ReadOnlyFileSystem& files, const Path& folder) {
  return files.exists(folder / ".git") ||
         (files.is_file(folder / "HEAD") && files.is_directory(folder / "objects"));
}

/// The repository is the longest beginning of the path that is one.
Result<GitSource>
from_file_url(const ReadOnlyFileSystem& files, std::string_view text, const Fragment& fragment) {
  const auto path = Path("/" + joined(segments_of(fragment.url.substr(file_scheme.size())),
                                      0,
                                      segments_of(fragment.url.substr(file_scheme.size())).size()));
  for (auto folder = path; folder.has_relative_path(); folder = folder.parent_path()) {
    if (is_repository(files, folder)) {
      auto rest = path.lexically_relative(folder).generic_string();
      rest = rest == "." ? "" : rest;
      return GitSource{fmt::format("{}{}", file_scheme, folder.string()),
                       fragment.ref,
                       fragment.folder.empty() ? rest : fragment.folder,
                       ""};
    }
  }
  return failure(user_error(fmt::format("there is no git repository at `{}`", text),
                            {"a folder without git is named without `file://`"}));
}

/// USER@HOST:PATH, which no file name looks like.
bool is_scp_like(std::string_view text) {
  const auto at = text.find('@');
  const auto colon = text.find(':');
  return at != std::string_view::npos && colon != std::string_view::npos && at < colon &&
         text.find('/') > colon;
}

} // namespace

Result<TemplateSource>
parse_source(const ReadOnlyFileSystem& files, std::string_view text, const Path& here, const Path& home) {
  const auto fragment = take_fragment(text);
  const auto url = fragment.url;
  for (const auto scheme : schemes) {
    if (url.starts_with(scheme)) {
      const auto slash = std::min(url.find('/', scheme.size()), url.size());
      return from_path(text, url.substr(0, slash), '/', url.substr(slash), fragment);
    }
  }
  if (url.starts_with(file_scheme)) {
    return from_file_url(files, text, fragment);
  }
  if (is_scp_like(url)) {
    const auto colon = url.find(':');
    return from_path(text, url.substr(0, colon), ':', url.substr(colon + 1), fragment);
  }
  if (text.starts_with("~/")) {
    return FolderSource{(home / text.substr(2)).lexically_normal()};
  }
  const bool looks_like_path = text.starts_with('/') || text.starts_with("./") || text.starts_with("../") ||
                               text == "." || text == "..";
  const auto folder = (here / text).lexically_normal();
  if (looks_like_path || (text.find('/') != std::string_view::npos && files.is_directory(folder))) {
    return FolderSource{folder};
  }
  return BuiltinSource{std::string(text)};
}

RefAndFolder split_tree(std::string_view tree, const std::vector<std::string>& refs) {
  const auto segments = segments_of(tree);
  for (auto count = segments.size(); count > 0; --count) {
    const auto candidate = joined(segments, 0, count);
    if (std::find(refs.begin(), refs.end(), candidate) != refs.end()) {
      return {candidate, joined(segments, count, segments.size())};
    }
  }
  return segments.empty() ? RefAndFolder{}
                          : RefAndFolder{segments.front(), joined(segments, 1, segments.size())};
}

} // namespace pyw::templates
