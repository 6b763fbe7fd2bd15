// Reads an answer of HTTP/1.1 (RFC 9112) piece by piece, as it comes. No I/O.
#pragma once

#include <devserver/request_record.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::devserver {

class Http1Answer {
public:
  virtual ~Http1Answer() = default;

  /// `to_head`: of a request that gets no body, whatever the head says.
  [[nodiscard]] static std::unique_ptr<Http1Answer> make(bool to_head);

  /// What comes next; false when it is no HTTP/1.1.
  [[nodiscard]] virtual bool feed(std::string_view bytes) = 0;
  /// Nothing comes any more; false when the answer is not whole.
  [[nodiscard]] virtual bool end() = 0;

  /// 0 until the head is there.
  [[nodiscard]] virtual int status() const = 0;
  [[nodiscard]] virtual const HeaderFields& fields() const = 0;
  /// The whole answer is there.
  [[nodiscard]] virtual bool is_done() const = 0;
  /// The statuses before the last (100, 103) that have come since the last call.
  [[nodiscard]] virtual std::vector<int> take_interim() = 0;
  /// What has come of the body since the last call.
  [[nodiscard]] virtual std::string take_body() = 0;
};

} // namespace pyw::devserver
