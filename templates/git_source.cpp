#include <base/defer.hpp>
#include <base/lazy_library.hpp>
#include <base/real_filesystem.hpp>
#include <base/suggest.hpp>
#include <base/text.hpp>
#include <templates/git_source.hpp>
#include <templates/leftovers.hpp>

#include <fmt/core.h>
#include <git2.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace pyw::templates {

namespace {

/// The functions of libgit2 that are used. Its header may not stand in one of ours, hence all of it in this
/// file.
struct GitLibrary {
  // NOLINTBEGIN: the names are libgit2's
  decltype(::git_libgit2_init)* libgit2_init = nullptr;
  decltype(::git_libgit2_shutdown)* libgit2_shutdown = nullptr;
  decltype(::git_libgit2_opts)* libgit2_opts = nullptr;
  decltype(::git_error_last)* error_last = nullptr;
  decltype(::git_repository_init)* repository_init = nullptr;
  decltype(::git_repository_free)* repository_free = nullptr;
  decltype(::git_remote_create_anonymous)* remote_create_anonymous = nullptr;
  decltype(::git_remote_connect)* remote_connect = nullptr;
  decltype(::git_remote_ls)* remote_ls = nullptr;
  decltype(::git_remote_download)* remote_download = nullptr;
  decltype(::git_remote_disconnect)* remote_disconnect = nullptr;
  decltype(::git_remote_free)* remote_free = nullptr;
  decltype(::git_remote_init_callbacks)* remote_init_callbacks = nullptr;
  decltype(::git_fetch_options_init)* fetch_options_init = nullptr;
  decltype(::git_proxy_options_init)* proxy_options_init = nullptr;
  decltype(::git_credential_ssh_key_from_agent)* credential_ssh_key_from_agent = nullptr;
  decltype(::git_credential_default_new)* credential_default_new = nullptr;
  decltype(::git_oid_fromstrp)* oid_fromstrp = nullptr;
  decltype(::git_oid_tostr_s)* oid_tostr_s = nullptr;
  decltype(::git_object_lookup)* object_lookup = nullptr;
  decltype(::git_object_peel)* object_peel = nullptr;
  decltype(::git_object_free)* object_free = nullptr;
  decltype(::git_tree_entrycount)* tree_entrycount = nullptr;
  decltype(::git_tree_entry_byindex)* tree_entry_byindex = nullptr;
  decltype(::git_tree_entry_bypath)* tree_entry_bypath = nullptr;
  decltype(::git_tree_entry_name)* tree_entry_name = nullptr;
  decltype(::git_tree_entry_id)* tree_entry_id = nullptr;
  decltype(::git_tree_entry_type)* tree_entry_type = nullptr;
  decltype(::git_tree_entry_filemode)* tree_entry_filemode = nullptr;
  decltype(::git_tree_entry_free)* tree_entry_free = nullptr;
  decltype(::git_blob_rawcontent)* blob_rawcontent = nullptr;
  decltype(::git_blob_rawsize)* blob_rawsize = nullptr;
  // NOLINTEND
};

Result<GitLibrary> load_git_library() {
  // Exactly the version whose header we know: the layout of its option structs changes between versions.
  PYW_TRY_ASSIGN(const auto library,
                 LazyLibrary::open({fmt::format("libgit2.so.{}", LIBGIT2_SOVERSION),
                                    fmt::format("libgit2.{}.dylib", LIBGIT2_SOVERSION)},
                                   fmt::format("libgit2-{}", LIBGIT2_SOVERSION)));
  GitLibrary git;
  PYW_TRY(library.bind(git.libgit2_init, "git_libgit2_init"));
  PYW_TRY(library.bind(git.libgit2_shutdown, "git_libgit2_shutdown"));
  PYW_TRY(library.bind(git.libgit2_opts, "git_libgit2_opts"));
  PYW_TRY(library.bind(git.error_last, "git_error_last"));
  PYW_TRY(library.bind(git.repository_init, "git_repository_init"));
  PYW_TRY(library.bind(git.repository_free, "git_repository_free"));
  PYW_TRY(library.bind(git.remote_create_anonymous, "git_remote_create_anonymous"));
  PYW_TRY(library.bind(git.remote_connect, "git_remote_connect"));
  PYW_TRY(library.bind(git.remote_ls, "git_remote_ls"));
  PYW_TRY(library.bind(git.remote_download, "git_remote_download"));
  PYW_TRY(library.bind(git.remote_disconnect, "git_remote_disconnect"));
  PYW_TRY(library.bind(git.remote_free, "git_remote_free"));
  PYW_TRY(library.bind(git.remote_init_callbacks, "git_remote_init_callbacks"));
  PYW_TRY(library.bind(git.fetch_options_init, "git_fetch_options_init"));
  PYW_TRY(library.bind(git.proxy_options_init, "git_proxy_options_init"));
  PYW_TRY(library.bind(git.credential_ssh_key_from_agent, "git_credential_ssh_key_from_agent"));
  PYW_TRY(library.bind(git.credential_default_new, "git_credential_default_new"));
  PYW_TRY(library.bind(git.oid_fromstrp, "git_oid_fromstrp"));
  PYW_TRY(library.bind(git.oid_tostr_s, "git_oid_tostr_s"));
  PYW_TRY(library.bind(git.object_lookup, "git_object_lookup"));
  PYW_TRY(library.bind(git.object_peel, "git_object_peel"));
  PYW_TRY(library.bind(git.object_free, "git_object_free"));
  PYW_TRY(library.bind(git.tree_entrycount, "git_tree_entrycount"));
  PYW_TRY(library.bind(git.tree_entry_byindex, "git_tree_entry_byindex"));
  PYW_TRY(library.bind(git.tree_entry_bypath, "git_tree_entry_bypath"));
  PYW_TRY(library.bind(git.tree_entry_name, "git_tree_entry_name"));
  PYW_TRY(library.bind(git.tree_entry_id, "git_tree_entry_id"));
  PYW_TRY(library.bind(git.tree_entry_type, "git_tree_entry_type"));
  PYW_TRY(library.bind(git.tree_entry_filemode, "git_tree_entry_filemode"));
  PYW_TRY(library.bind(git.tree_entry_free, "git_tree_entry_free"));
  PYW_TRY(library.bind(git.blob_rawcontent, "git_blob_rawcontent"));
  PYW_TRY(library.bind(git.blob_rawsize, "git_blob_rawsize"));
  return git;
}

std::string last_error(const GitLibrary& git) {
  const auto* error = git.error_last();
  return error != nullptr && error->message != nullptr ? std::string(trim(error->message))
                                                       : "it gives no reason";
}

/// Owns one of libgit2's objects.
template <typename T>
using GitHandle = std::unique_ptr<T, void (*)(T*)>;

template <typename T>
[[nodiscard]] GitHandle<T> own(T* object, void (*release)(T*)) {
  return GitHandle<T>(object, release);
}

/// What libgit2's callbacks need.
struct Transfer {
  const GitLibrary& git;
  Progress& progress;
  int credential_attempts = 0;
};

int on_progress(const git_indexer_progress* stats, void* payload) {
  auto& transfer = *static_cast<Transfer*>(payload);
  transfer.progress.update(stats->received_objects, stats->total_objects);
  // Enough for any template's history, and an end for a server that sends without one.
  constexpr std::size_t most_received = std::size_t{2} * 1024 * 1024 * 1024;
  return stats->received_bytes > most_received ? -1 : 0;
}

/// Only what needs no question: the SSH agent.
int on_credentials(git_credential** out, const char*, const char* user, unsigned int allowed, void* payload) {
  auto& transfer = *static_cast<Transfer*>(payload);
  if (transfer.credential_attempts++ > 0) { // refused once: the same again would loop for ever
    return GIT_EAUTH;
  }
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) != 0) {
    return transfer.git.credential_ssh_key_from_agent(out, user != nullptr ? user : "git");
  }
  if ((allowed & GIT_CREDENTIAL_DEFAULT) != 0) {
    return transfer.git.credential_default_new(out);
  }
  return GIT_EAUTH;
}

/// One ref as the server lists it.
struct RemoteRef {
  std::string name; ///< "refs/heads/main", "HEAD"
  std::string id;
};

std::optional<RemoteRef> find_ref(const std::vector<RemoteRef>& refs, const std::string& wanted) {
  for (const auto* form : {"{}", "refs/heads/{}", "refs/tags/{}", "refs/{}"}) {
    const auto name = fmt::format(fmt::runtime(form), wanted);
    const auto found =
        std::find_if(refs.begin(), refs.end(), [&](const auto& ref) { return ref.name == name; });
    if (found != refs.end()) {
      return *found;
    }
  }
  return std::nullopt;
}

/// Branches and tags without "refs/heads/" and "refs/tags/".
std::vector<std::string> short_names(const std::vector<RemoteRef>& refs) {
  std::vector<std::string> names;
  for (const auto& ref : refs) {
    for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
      if (ref.name.starts_with(prefix) && !ref.name.ends_with("^{}")) {
        names.push_back(ref.name.substr(prefix.size()));
      }
    }
  }
  return names;
}

bool looks_like_commit(std::string_view text) {
  return text.size() == GIT_OID_HEXSZ && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<std::string> hints_for(int code, const std::string& reason, const std::string& repository) {
  const bool ssh = repository.find('@') != std::string::npos || repository.starts_with("ssh://");
  if (code == GIT_EAUTH || reason.find("401") != std::string::npos ||
      reason.find("authentication") != std::string::npos) {
    return ssh ? std::vector<std::string>{"add your key to the SSH agent: `ssh-add`"}
               : std::vector<std::string>{
                     "a private repository is reached over ssh (`git@HOST:OWNER/REPO`), or after `git clone` "
                     "as a folder: `--template ./REPO/FOLDER`"};
  }
  if (code == GIT_ECERTIFICATE) {
    return {"for a server of your own, `SSL_CERT_FILE` names its authority's certificate"};
  }
  return {
      "check the address and the connection; a folder of this machine works as well: `--template ./FOLDER`"};
}

class Fetch {
public:
  Fetch(const GitLibrary& git, const GitSource& source, Progress& progress)
      : m_git(git), m_source(source), m_transfer{git, progress}, m_repository(nullptr, git.repository_free),
        m_remote(nullptr, git.remote_free) {}

  Result<FileTree> run(const Path& scratch) {
    git_repository* repository = nullptr;
    if (m_git.repository_init(&repository, scratch.c_str(), 1) != 0) {
      return failure(internal_error(
          fmt::format("cannot make a repository in `{}`: {}", scratch.string(), last_error(m_git))));
    }
    m_repository = own(repository, m_git.repository_free);
    PYW_TRY(connect());
    PYW_TRY_ASSIGN(const auto refs, list_refs());
    PYW_TRY_ASSIGN(const auto place, choose(refs));
    PYW_TRY(download(place));
    return read(place);
  }

private:
  struct Place {
    std::string what; ///< for people: the branch, tag or commit
    std::string refspec;
    std::string id;
    std::string folder;
  };

  Error failed(int code, std::string_view doing) const {
    const auto reason = last_error(m_git);
    return user_error(fmt::format("{} `{}`: {}", doing, m_source.repository, reason),
                      hints_for(code, reason, m_source.repository));
  }

  git_remote_callbacks callbacks() {
    git_remote_callbacks calls;
    m_git.remote_init_callbacks(&calls, GIT_REMOTE_CALLBACKS_VERSION);
    calls.transfer_progress = on_progress;
    calls.credentials = on_credentials;
    calls.payload = &m_transfer;
    return calls;
  }

  git_proxy_options proxy() const {
    git_proxy_options options;
    m_git.proxy_options_init(&options, GIT_PROXY_OPTIONS_VERSION);
    options.type = GIT_PROXY_AUTO; // the user's git configuration, then the environment
    return options;
  }

  Result<void> connect() {
    git_remote* remote = nullptr;
    if (const int code =
            m_git.remote_create_anonymous(&remote, m_repository.get(), m_source.repository.c_str());
        code != 0) {
      return failure(failed(code, "cannot use"));
    }
    m_remote = own(remote, m_git.remote_free);
    const auto calls = callbacks();
    const auto through = proxy();
    if (const int code = m_git.remote_connect(m_remote.get(), GIT_DIRECTION_FETCH, &calls, &through, nullptr);
        code != 0) {
      return failure(failed(code, "cannot reach"));
    }
    return {};
  }

  Result<std::vector<RemoteRef>> list_refs() {
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    if (const int code = m_git.remote_ls(&heads, &count, m_remote.get()); code != 0) {
      return failure(failed(code, "cannot list the branches of"));
    }
    std::vector<RemoteRef> refs;
    for (std::size_t i = 0; i < count; ++i) {
      refs.push_back({heads[i]->name, m_git.oid_tostr_s(&heads[i]->oid)}); // NOLINT: a C array
    }
    return refs;
  }

  Result<Place> choose(const std::vector<RemoteRef>& refs) const {
    auto wanted = RefAndFolder{m_source.ref, m_source.folder};
    const auto names = short_names(refs);
    if (!m_source.tree.empty()) {
      wanted = split_tree(m_source.tree, names);
    }
    const auto name = wanted.ref.empty() ? "HEAD" : wanted.ref;
    if (const auto ref = find_ref(refs, name)) {
      return Place{name, fmt::format("+{}:refs/pyw/wanted", ref->name), ref->id, wanted.folder};
    }
    if (looks_like_commit(name)) {
      // Servers send a commit by its number only when a branch has it: all branches, then.
      return Place{name, "+refs/heads/*:refs/pyw/heads/*", name, wanted.folder};
    }
    std::vector<std::string> hints;
    if (const auto guess = nearest(name, names)) {
      hints.push_back(fmt::format("did you mean `{}`?", *guess));
    }
    if (wanted.ref.empty()) {
      return failure(user_error(fmt::format("`{}` is empty", m_source.repository)));
    }
    return failure(
        user_error(fmt::format("`{}` has no branch, tag or commit `{}`", m_source.repository, name), hints));
  }

  Result<void> download(const Place& place) {
    git_fetch_options options;
    m_git.fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
    options.callbacks = callbacks();
    options.proxy_opts = proxy();
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
#if LIBGIT2_VER_MAJOR > 1 || (LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR >= 7)
    options.depth = 1;
#endif
    auto text = place.refspec;
    auto* pointer = text.data();
    const git_strarray specs{&pointer, 1};
    if (const int code = m_git.remote_download(m_remote.get(), &specs, &options); code != 0) {
      return failure(failed(code, "cannot fetch from"));
    }
    m_git.remote_disconnect(m_remote.get());
    return {};
  }

  Result<FileTree> read(const Place& place) {
    git_oid id;
    git_object* object = nullptr;
    if (m_git.oid_fromstrp(&id, place.id.c_str()) != 0 ||
        m_git.object_lookup(&object, m_repository.get(), &id, GIT_OBJECT_ANY) != 0) {
      return failure(user_error(
          fmt::format("`{}` has no commit `{}` on its branches", m_source.repository, place.what)));
    }
    const auto commit = own(object, m_git.object_free);
    git_object* peeled = nullptr;
    if (m_git.object_peel(&peeled, commit.get(), GIT_OBJECT_TREE) != 0) {
      return failure(user_error(fmt::format("`{}` in `{}` is no commit", place.what, m_source.repository)));
    }
    const auto root = own(peeled, m_git.object_free);
    const auto* tree = reinterpret_cast<const git_tree*>(root.get()); // NOLINT: libgit2's objects are cast so
    if (place.folder.empty()) {
      return files_of(tree);
    }
    git_tree_entry* entry = nullptr;
    if (m_git.tree_entry_bypath(&entry, tree, place.folder.c_str()) != 0) {
      return failure(user_error(
          fmt::format("`{}` has no folder `{}` at `{}`", m_source.repository, place.folder, place.what)));
    }
    const auto owned = own(entry, m_git.tree_entry_free);
    if (m_git.tree_entry_type(entry) != GIT_OBJECT_TREE) {
      return failure(user_error(fmt::format("`{}` in `{}` is no folder", place.folder, m_source.repository)));
    }
    PYW_TRY_ASSIGN(const auto folder, lookup(m_git.tree_entry_id(entry)));
    return files_of(reinterpret_cast<const git_tree*>(folder.get())); // NOLINT
  }

  Result<GitHandle<git_object>> lookup(const git_oid* id) {
    git_object* object = nullptr;
    if (m_git.object_lookup(&object, m_repository.get(), id, GIT_OBJECT_ANY) != 0) {
      return failure(user_error(fmt::format("`{}` is damaged: {}", m_source.repository, last_error(m_git))));
    }
    return own(object, m_git.object_free);
  }

  Result<FileTree> files_of(const git_tree* tree) {
    FileTree files;
    PYW_TRY(collect(tree, "", files));
    PYW_TRY(check_tree(files));
    return files;
  }

  Result<void> collect(const git_tree* tree, const std::string& prefix, FileTree& files) {
    constexpr std::size_t deepest = 4096; // bytes: PATH_MAX
    for (std::size_t i = 0; i < m_git.tree_entrycount(tree); ++i) {
      const auto* entry = m_git.tree_entry_byindex(tree, i);
      const auto path = prefix + m_git.tree_entry_name(entry);
      if (files.files.size() >= most_files || path.size() > deepest) {
        return failure(user_error(fmt::format("`{}` is too large for a template", m_source.repository),
                                  {"name a folder in it"}));
      }
      const auto mode = m_git.tree_entry_filemode(entry);
      if (mode == GIT_FILEMODE_COMMIT) {
        return failure(user_error(
            fmt::format("`{}` is a submodule: templates with submodules are not supported", path)));
      }
      PYW_TRY_ASSIGN(const auto object, lookup(m_git.tree_entry_id(entry)));
      if (mode == GIT_FILEMODE_TREE) {
        PYW_TRY(collect(reinterpret_cast<const git_tree*>(object.get()), path + "/", files)); // NOLINT
        continue;
      }
      const auto* blob = reinterpret_cast<const git_blob*>(object.get()); // NOLINT
      const auto kind = mode == GIT_FILEMODE_LINK              ? FileKind::symlink
                        : mode == GIT_FILEMODE_BLOB_EXECUTABLE ? FileKind::executable
                                                               : FileKind::plain;
      const auto size = static_cast<std::size_t>(m_git.blob_rawsize(blob));
      files.files.push_back(
          {path, kind, std::string(static_cast<const char*>(m_git.blob_rawcontent(blob)), size)});
    }
    return {};
  }

  const GitLibrary& m_git;
  const GitSource& m_source;
  Transfer m_transfer;
  GitHandle<git_repository> m_repository;
  GitHandle<git_remote> m_remote;
};

} // namespace

Result<FileTree> LibgitFetcher::fetch(const GitSource& source, Progress& progress) {
  PYW_TRY_ASSIGN(const auto git, load_git_library());
  git.libgit2_init();
  Defer shutdown([&] { git.libgit2_shutdown(); });
  if (const auto certificates = m_environment.get_nonempty("SSL_CERT_FILE")) {
    git.libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, certificates->c_str(), nullptr);
  }
  RealFileSystem files;
  remove_unfinished(files, m_temporary_root, "template.git");
  const auto scratch = m_temporary_root / unfinished_name("template.git");
  Defer clear([&] { (void)files.remove_all(scratch); });
  PYW_TRY(files.remove_all(scratch));
  PYW_TRY(files.make_directories(scratch));
  return Fetch(git, source, progress).run(scratch);
}

} // namespace pyw::templates
