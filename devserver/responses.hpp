// Answers of pyw's own as the bytes of an HTTP/1.1 message (RFC 9112).
#pragma once

#include <devserver/own_answer.hpp>
#include <devserver/traffic.hpp>

#include <string>

namespace pyw::devserver {

/// An answer to HEAD has the length of its body and no body.
enum class AnswerBody { send, leave_out };

enum class AfterAnswer { keep, close };

enum class ErrorFormat { text, page };

/// For answers that are not a feed.
[[nodiscard]] std::string own_response(const OwnAnswer& answer, AnswerBody body, AfterAnswer after);

/// The connection is closed behind it.
[[nodiscard]] std::string error_response(const ErrorAnswer& answer, ErrorFormat format, AnswerBody body);

} // namespace pyw::devserver
