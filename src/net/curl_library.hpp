// libcurl's functions, loaded on first use. Private to net/: the one header that shows curl's types.
#pragma once

#include <base/result.hpp>

#include <curl/curl.h>

#include <string>

namespace pyw::net {

/// Pointers under the names of the functions they stand for, without `curl_`.
struct CurlLibrary {
  decltype(curl_global_init)* global_init = nullptr;
  decltype(curl_easy_init)* easy_init = nullptr;
  decltype(curl_easy_cleanup)* easy_cleanup = nullptr;
  decltype(curl_easy_reset)* easy_reset = nullptr;
  decltype(curl_easy_perform)* easy_perform = nullptr;
  decltype(curl_easy_setopt)* easy_setopt = nullptr;
  decltype(curl_easy_getinfo)* easy_getinfo = nullptr;
  decltype(curl_easy_strerror)* easy_strerror = nullptr;
  decltype(curl_slist_append)* slist_append = nullptr;
  decltype(curl_slist_free_all)* slist_free_all = nullptr;
  decltype(curl_multi_init)* multi_init = nullptr;
  decltype(curl_multi_cleanup)* multi_cleanup = nullptr;
  decltype(curl_multi_add_handle)* multi_add_handle = nullptr;
  decltype(curl_multi_remove_handle)* multi_remove_handle = nullptr;
  decltype(curl_multi_perform)* multi_perform = nullptr;
  decltype(curl_multi_poll)* multi_poll = nullptr;
  decltype(curl_multi_info_read)* multi_info_read = nullptr;
};

/// Loads libcurl once. Fails when no variant of it is installed, or it is older than 7.66 (curl_multi_poll).
[[nodiscard]] Result<const CurlLibrary*> curl_library();

} // namespace pyw::net
