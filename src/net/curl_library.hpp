// libcurl, loaded on first use, behind move-only holders. Options, infos and codes are the numbers of
// <curl/curl.h>, which only .cpp files include. Private to net/.
#pragma once

#include <base/result.hpp>

#include <memory>
#include <optional>

struct curl_slist;

namespace pyw::net {

/// A list of header lines.
class CurlHeaders {
public:
  void append(const char* line);

  [[nodiscard]] curl_slist* get() const { return m_list.get(); }

private:
  struct Free {
    void operator()(curl_slist* list) const;
  };

  std::unique_ptr<curl_slist, Free> m_list;
};

/// An easy handle: one exchange at a time, and the connections it keeps open.
class CurlHandle {
public:
  /// Fails when no variant of libcurl is installed, or it is older than 7.66 (curl_multi_poll).
  [[nodiscard]] static Result<CurlHandle> make();

  /// Forgets the options, keeps the connections.
  void reset();
  void set(int option, long value);
  void set(int option, const char* text);
  void set(int option, void* pointer);

  template <typename Value, typename... Arguments>
  void set(int option, Value (*function)(Arguments...)) {
    set_function(option, reinterpret_cast<void (*)()>(function)); // NOLINT: passed on as the pointer it is
  }

  /// Does the exchange; a CURLcode.
  [[nodiscard]] int perform();
  /// Of a connection made with CURLOPT_CONNECT_ONLY: sends, or receives, what can be done now; a CURLcode,
  /// CURLE_AGAIN when the socket is not ready.
  [[nodiscard]] int send(const char* bytes, std::size_t size, std::size_t& sent);
  [[nodiscard]] int receive(char* buffer, std::size_t size, std::size_t& received);
  /// A number that curl knows of the last exchange, 0 when it does not.
  [[nodiscard]] long info(int what) const;
  /// What a CURLcode means, in curl's words.
  [[nodiscard]] static const char* words(int code);

private:
  friend class CurlMulti; // also for its Ended

  struct Free {
    void operator()(void* handle) const;
  };

  explicit CurlHandle(void* handle) : m_handle(handle) {}

  void set_function(int option, void (*function)());
  std::unique_ptr<void, Free> m_handle;
};

/// Several exchanges at once.
class CurlMulti {
public:
  [[nodiscard]] static Result<CurlMulti> make();

  void add(const CurlHandle& handle);
  void remove(const CurlHandle& handle);
  /// Does what can be done now; how many are still under way.
  [[nodiscard]] int perform();
  /// Waits until something can be done, at most this long.
  void wait(int milliseconds);

  struct Ended {
    void* handle; ///< for is()
    int code;     ///< a CURLcode

    [[nodiscard]] bool is(const CurlHandle& other) const { return other.m_handle.get() == handle; }
  };

  /// The next exchange that has ended; nullopt when there is none.
  [[nodiscard]] std::optional<Ended> next_ended();

private:
  struct Free {
    void operator()(void* handle) const;
  };

  explicit CurlMulti(void* handle) : m_handle(handle) {}

  std::unique_ptr<void, Free> m_handle;
};

} // namespace pyw::net
