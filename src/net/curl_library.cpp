#include <net/curl_library.hpp>

#include <base/lazy_library.hpp>

namespace pyw::net {

namespace {

Result<CurlLibrary> load() {
  // Debian's packages: libcurl4 (OpenSSL), libcurl3-gnutls (its soname has been gnutls.so.4 since 2018). macOS
  // carries libcurl.4.dylib itself.
  PYW_TRY_ASSIGN(
      const auto library,
      LazyLibrary::open({"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"}, "libcurl4"));
  CurlLibrary curl;
  PYW_TRY(library.bind(curl.global_init, "curl_global_init"));
  PYW_TRY(library.bind(curl.easy_init, "curl_easy_init"));
  PYW_TRY(library.bind(curl.easy_cleanup, "curl_easy_cleanup"));
  PYW_TRY(library.bind(curl.easy_reset, "curl_easy_reset"));
  PYW_TRY(library.bind(curl.easy_perform, "curl_easy_perform"));
  PYW_TRY(library.bind(curl.easy_setopt, "curl_easy_setopt"));
  PYW_TRY(library.bind(curl.easy_getinfo, "curl_easy_getinfo"));
  PYW_TRY(library.bind(curl.easy_strerror, "curl_easy_strerror"));
  PYW_TRY(library.bind(curl.slist_append, "curl_slist_append"));
  PYW_TRY(library.bind(curl.slist_free_all, "curl_slist_free_all"));
  PYW_TRY(library.bind(curl.multi_init, "curl_multi_init"));
  PYW_TRY(library.bind(curl.multi_cleanup, "curl_multi_cleanup"));
  PYW_TRY(library.bind(curl.multi_add_handle, "curl_multi_add_handle"));
  PYW_TRY(library.bind(curl.multi_remove_handle, "curl_multi_remove_handle"));
  PYW_TRY(library.bind(curl.multi_perform, "curl_multi_perform"));
  PYW_TRY(library.bind(curl.multi_poll, "curl_multi_poll"));
  PYW_TRY(library.bind(curl.multi_info_read, "curl_multi_info_read"));
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return failure(internal_error("libcurl cannot be initialised"));
  }
  return curl;
}

} // namespace

Result<const CurlLibrary*> curl_library() {
  static const auto loaded = load(); // once for the process: curl_global_init(3) wants it so
  if (!loaded) {
    return failure(loaded.error());
  }
  return &*loaded;
}

} // namespace pyw::net
