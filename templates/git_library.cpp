#include <base/text.hpp>
#include <templates/git_library.hpp>

#include <fmt/core.h>

namespace pyw::templates {

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

} // namespace pyw::templates
