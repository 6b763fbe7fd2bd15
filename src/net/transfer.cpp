#include <base/text.hpp>
#include <net/transfer.hpp>
#include <net/url.hpp>

#include <curl/curl.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace pyw::net {

static_assert(sizeof(curl_off_t) == sizeof(long) && sizeof(curl_off_t) == sizeof(std::int64_t),
              "CurlHandle::set and the callbacks take curl's sizes as long and std::int64_t");

namespace {

constexpr long redirect_limit = 10;

/// A line break in a header's value would let it add headers of its own.
bool is_safe(std::string_view header) {
  return header.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool has_header(const HttpHeaders& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
    return to_lower(header.first) == to_lower(name);
  });
}

} // namespace

Transfer::Transfer(CurlHandle& handle,
                   const HttpRequest& request,
                   const Surroundings& surroundings,
                   Compression compression,
                   BodySink sink,
                   TransferProgress progress)
    : m_handle(handle), m_request(request), m_surroundings(surroundings), m_compression(compression),
      m_sink(std::move(sink)), m_progress(std::move(progress)), m_detail(CURL_ERROR_SIZE, '\0') {}

void Transfer::add_header(std::string_view name, std::string_view value) {
  m_extra_headers.emplace_back(name, value);
}

Result<void> Transfer::prepare() {
  m_handle.set(CURLOPT_URL, m_request.url.c_str());
  m_handle.set(CURLOPT_ERRORBUFFER, static_cast<void*>(m_detail.data()));
  m_handle.set(CURLOPT_NOSIGNAL, 1L);
  // By name since 7.85; an older curl does not know the option and keeps its own defaults, which refuse file:
  // and the like on redirects.
  m_handle.set(CURLOPT_PROTOCOLS_STR, "http,https");
  m_handle.set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  m_handle.set(CURLOPT_FOLLOWLOCATION, 1L);
  m_handle.set(CURLOPT_MAXREDIRS, redirect_limit);
  m_handle.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  m_handle.set(CURLOPT_USERAGENT, "pyw/" PYW_VERSION);
  m_handle.set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(m_request.idle_timeout_s));
  m_handle.set(CURLOPT_LOW_SPEED_LIMIT, 1L); // bytes a second
  m_handle.set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(m_request.idle_timeout_s));
  if (m_compression == Compression::accepted) {
    m_handle.set(CURLOPT_ACCEPT_ENCODING, ""); // all that this libcurl can undo
  }
  m_handle.set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  m_handle.set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  m_handle.set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  m_handle.set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  m_handle.set(CURLOPT_NOPROGRESS, 0L);
  m_handle.set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
  m_handle.set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
  set_method();
  set_trust();
  if (m_request.bearer_token) {
    // curl sends it to the first host only, unlike other headers (CURLOPT_UNRESTRICTED_AUTH is off).
    if (!is_safe(m_request.bearer_token->reveal())) {
      return failure(user_error("the access token has a line break in it", {"check where it is set"}));
    }
    m_handle.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    m_handle.set(CURLOPT_XOAUTH2_BEARER, m_request.bearer_token->reveal().c_str());
  }
  auto headers = m_request.headers;
  headers.insert(headers.end(), m_extra_headers.begin(), m_extra_headers.end());
  for (const auto& [name, value] : headers) {
    if (!is_safe(name) || !is_safe(value)) {
      return failure(internal_error(fmt::format("the header `{}` has a line break in it", trim(name))));
    }
    // "Name;" is how curl is told to send a header without a value.
    const auto line = value.empty() ? name + ";" : name + ": " + value;
    m_headers.append(line.c_str());
  }
  // A wait of one second for the server's word before a body is sent (RFC 9110 10.1.1): not worth it.
  m_headers.append("Expect:");
  if (!has_header(headers, "Content-Type")) {
    m_headers.append("Content-Type:"); // not curl's form-urlencoded
  }
  m_handle.set(CURLOPT_HTTPHEADER, static_cast<void*>(m_headers.get()));
  return {};
}

void Transfer::set_method() {
  const auto& method = m_request.method;
  if (method == "GET" && m_request.body.empty() && !m_request.body_stream) {
    m_handle.set(CURLOPT_HTTPGET, 1L);
    return;
  }
  if (method == "HEAD") {
    m_handle.set(CURLOPT_NOBODY, 1L);
    return;
  }
  if (m_request.body_stream) {
    set_stream(*m_request.body_stream);
  } else if (!m_request.body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    // An empty body is sent as such, with Content-Length: 0.
    m_handle.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<long>(m_request.body.size()));
    m_handle.set(CURLOPT_POSTFIELDS, m_request.body.c_str());
  }
  if (method != "POST") { // POST by CUSTOMREQUEST would stay POST after a 303
    m_handle.set(CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

void Transfer::set_stream(const HttpBodyStream& stream) {
  // A POST with a size and a read function goes out with Content-Length, not chunked.
  m_handle.set(CURLOPT_POST, 1L);
  m_handle.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<long>(stream.size));
  m_handle.set(CURLOPT_READFUNCTION, &Transfer::on_upload);
  m_handle.set(CURLOPT_READDATA, static_cast<void*>(this));
  m_handle.set(CURLOPT_SEEKFUNCTION, &Transfer::on_seek);
  m_handle.set(CURLOPT_SEEKDATA, static_cast<void*>(this));
}

void Transfer::set_trust() {
  const auto& own = m_request.connection;
  if (own.unix_socket) { // without a proxy, which would be asked instead
    m_handle.set(CURLOPT_UNIX_SOCKET_PATH, own.unix_socket->c_str());
    m_handle.set(CURLOPT_PROXY, "");
    return;
  }
  m_proxy = own.proxy ? *own.proxy : m_surroundings.proxy_for(m_request.url).value_or("");
  m_handle.set(CURLOPT_PROXY, m_proxy.c_str()); // "" also keeps curl from reading the process's environment
  m_handle.set(CURLOPT_NOPROXY, (own.no_proxy ? *own.no_proxy : m_surroundings.no_proxy).c_str());
  if (own.netrc) {
    m_handle.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    m_handle.set(CURLOPT_NETRC_FILE, own.netrc->c_str());
  }
  if (own.verify == VerifyCertificates::no) {
    m_handle.set(CURLOPT_SSL_VERIFYPEER, 0L);
    m_handle.set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (own.certificate_authorities) {
    m_handle.set(CURLOPT_CAINFO, own.certificate_authorities->c_str());
  } else if (m_surroundings.certificate_file) {
    m_handle.set(CURLOPT_CAINFO, m_surroundings.certificate_file->c_str());
  }
  if (m_surroundings.certificate_folder) {
    m_handle.set(CURLOPT_CAPATH, m_surroundings.certificate_folder->c_str());
  }
}

Result<HttpResponse> Transfer::conclude(int code) {
  if (m_own_error) {
    return failure(std::move(*m_own_error));
  }
  if (code == CURLE_OK) {
    return std::move(m_response);
  }
  TransferFailure failed;
  failed.code = code;
  failed.detail = m_detail[0] != '\0' ? m_detail.data() : CurlHandle::words(code);
  failed.url = m_request.url;
  failed.proxy = m_proxy;
  failed.system_error = static_cast<int>(m_handle.info(CURLINFO_OS_ERRNO));
  failed.connect_status = static_cast<int>(m_handle.info(CURLINFO_HTTP_CONNECTCODE));
  return failure(explain(failed, m_request, m_surroundings));
}

std::size_t Transfer::on_body(char* bytes, std::size_t, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  auto taken = transfer.m_sink(std::string_view(bytes, count));
  if (taken) {
    return count;
  }
  transfer.m_own_error = std::move(taken.error());
  return count == 0 ? 1 : 0; // anything but `count` ends the transfer
}

std::size_t Transfer::on_header(char* bytes, std::size_t, std::size_t count, void* self) {
  static_cast<Transfer*>(self)->take_header_line(std::string_view(bytes, count));
  return count;
}

void Transfer::take_header_line(std::string_view line) {
  line = trim(line);
  if (line.starts_with("HTTP/")) { // a new answer: after a redirect, or after 100 Continue
    m_response = {};
    const auto words = split_words(line);
    if (words.size() > 1) {
      std::from_chars(words[1].data(), words[1].data() + words[1].size(), m_response.status);
    }
    return;
  }
  if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    m_response.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
}

std::size_t Transfer::on_upload(char* buffer, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  auto got = transfer.m_request.body_stream->read(buffer, size * count);
  if (got) {
    return *got;
  }
  transfer.m_own_error = std::move(got.error());
  return CURL_READFUNC_ABORT;
}

int Transfer::on_seek(void* self, std::int64_t offset, int origin) {
  const auto& stream = *static_cast<Transfer*>(self)->m_request.body_stream;
  if (offset != 0 || origin != SEEK_SET || !stream.rewind) {
    return CURL_SEEKFUNC_CANTSEEK;
  }
  stream.rewind();
  return CURL_SEEKFUNC_OK;
}

int Transfer::on_progress(
    void* self, std::int64_t total_down, std::int64_t down, std::int64_t total_up, std::int64_t up) {
  const auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.m_progress) {
    const bool uploading = total_up > 0 && up < total_up;
    transfer.m_progress(static_cast<std::uint64_t>(uploading ? up : down),
                        static_cast<std::uint64_t>(uploading ? total_up : total_down));
  }
  return 0;
}

} // namespace pyw::net
