#include <base/lazy_library.hpp>
#include <net/curl_library.hpp>

#include <curl/curl.h>

namespace pyw::net {

namespace {

/// Pointers under the names of the functions they stand for, without `curl_`.
struct Functions {
  decltype(curl_global_init)* global_init = nullptr;
  decltype(curl_easy_init)* easy_init = nullptr;
  decltype(curl_easy_cleanup)* easy_cleanup = nullptr;
  decltype(curl_easy_reset)* easy_reset = nullptr;
  decltype(curl_easy_perform)* easy_perform = nullptr;
  decltype(curl_easy_setopt)* easy_setopt = nullptr;
  decltype(curl_easy_getinfo)* easy_getinfo = nullptr;
  decltype(curl_easy_strerror)* easy_strerror = nullptr;
  decltype(curl_easy_send)* easy_send = nullptr;
  decltype(curl_easy_recv)* easy_recv = nullptr;
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

Result<Functions> load() {
  // Debian's packages: libcurl4 (OpenSSL), libcurl3-gnutls (its soname has been gnutls.so.4 since 2018).
  // macOS carries libcurl.4.dylib itself.
  PYW_TRY_ASSIGN(const auto library,
                 LazyLibrary::open({"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"}, "libcurl4"));
  Functions curl;
  PYW_TRY(library.bind(curl.global_init, "curl_global_init"));
  PYW_TRY(library.bind(curl.easy_init, "curl_easy_init"));
  PYW_TRY(library.bind(curl.easy_cleanup, "curl_easy_cleanup"));
  PYW_TRY(library.bind(curl.easy_reset, "curl_easy_reset"));
  PYW_TRY(library.bind(curl.easy_perform, "curl_easy_perform"));
  PYW_TRY(library.bind(curl.easy_setopt, "curl_easy_setopt"));
  PYW_TRY(library.bind(curl.easy_getinfo, "curl_easy_getinfo"));
  PYW_TRY(library.bind(curl.easy_strerror, "curl_easy_strerror"));
  PYW_TRY(library.bind(curl.easy_send, "curl_easy_send"));
  PYW_TRY(library.bind(curl.easy_recv, "curl_easy_recv"));
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

const Result<Functions>& loaded() {
  static const auto functions = load(); // once for the process: curl_global_init(3) wants it so
  return functions;
}

/// Only where a handle exists, so that loading has succeeded.
const Functions& curl() {
  return *loaded();
}

} // namespace

void CurlHeaders::append(const char* line) {
  auto* longer = curl().slist_append(m_list.get(), line); // takes the old list over
  static_cast<void>(m_list.release());
  m_list.reset(longer);
}

void CurlHeaders::Free::operator()(curl_slist* list) const {
  curl().slist_free_all(list);
}

Result<CurlHandle> CurlHandle::make() {
  if (!loaded()) {
    return failure(loaded().error());
  }
  return CurlHandle(curl().easy_init());
}

void CurlHandle::Free::operator()(void* handle) const {
  curl().easy_cleanup(handle);
}

void CurlHandle::reset() {
  curl().easy_reset(m_handle.get());
}

void CurlHandle::set(int option, long value) {
  curl().easy_setopt(m_handle.get(), static_cast<CURLoption>(option), value);
}

void CurlHandle::set(int option, const char* text) {
  curl().easy_setopt(m_handle.get(), static_cast<CURLoption>(option), text);
}

void CurlHandle::set(int option, void* pointer) {
  curl().easy_setopt(m_handle.get(), static_cast<CURLoption>(option), pointer);
}

void CurlHandle::set_function(int option, void (*function)()) {
  curl().easy_setopt(m_handle.get(), static_cast<CURLoption>(option), function);
}

int CurlHandle::perform() {
  return curl().easy_perform(m_handle.get());
}

int CurlHandle::send(const char* bytes, std::size_t size, std::size_t& sent) {
  return curl().easy_send(m_handle.get(), bytes, size, &sent);
}

int CurlHandle::receive(char* buffer, std::size_t size, std::size_t& received) {
  return curl().easy_recv(m_handle.get(), buffer, size, &received);
}

long CurlHandle::info(int what) const {
  long number = 0;
  const auto code = curl().easy_getinfo(m_handle.get(), static_cast<CURLINFO>(what), &number);
  return code == CURLE_OK ? number : 0;
}

const char* CurlHandle::words(int code) {
  return curl().easy_strerror(static_cast<CURLcode>(code));
}

Result<CurlMulti> CurlMulti::make() {
  if (!loaded()) {
    return failure(loaded().error());
  }
  return CurlMulti(curl().multi_init());
}

void CurlMulti::Free::operator()(void* handle) const {
  curl().multi_cleanup(handle);
}

void CurlMulti::add(const CurlHandle& handle) {
  curl().multi_add_handle(m_handle.get(), handle.m_handle.get());
}

void CurlMulti::remove(const CurlHandle& handle) {
  curl().multi_remove_handle(m_handle.get(), handle.m_handle.get());
}

int CurlMulti::perform() {
  int running = 0;
  curl().multi_perform(m_handle.get(), &running);
  return running;
}

void CurlMulti::wait(int milliseconds) {
  curl().multi_poll(m_handle.get(), nullptr, 0, milliseconds, nullptr);
}

std::optional<CurlMulti::Ended> CurlMulti::next_ended() {
  int left = 0;
  while (const auto* message = curl().multi_info_read(m_handle.get(), &left)) {
    if (message->msg == CURLMSG_DONE) {
      return Ended{message->easy_handle, message->data.result};
    }
  }
  return std::nullopt;
}

} // namespace pyw::net
