// The functions of libgit2 that are used, loaded on first use: linking it would cost every start of pyw (see
// base/lazy_library.hpp). Only for git_source.cpp.
#pragma once

#include <base/lazy_library.hpp>

#include <git2.h>

#include <memory>
#include <string>

namespace pyw::templates {

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

/// Fails, naming the package to install, when the library is not on this machine.
[[nodiscard]] Result<GitLibrary> load_git_library();

/// What libgit2 says went wrong last.
[[nodiscard]] std::string last_error(const GitLibrary& git);

/// Owns one of libgit2's objects.
template <typename T>
using GitHandle = std::unique_ptr<T, void (*)(T*)>;

template <typename T>
[[nodiscard]] GitHandle<T> own(T* object, void (*release)(T*)) {
  return GitHandle<T>(object, release);
}

} // namespace pyw::templates
