// A request to the API and its answer, without the connection.
#pragma once

#include <base/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pyw::edge {

struct ApiRequest {
  std::string method; ///< "GET"
  std::string path;   ///< decoded
  std::vector<std::pair<std::string, std::string>> query = {};
  std::string content_type = {};
  std::string content_range = {};
  std::string authorization = {};
  std::string user_agent = {};
  std::string body = {};
  std::string target = {};     ///< path and query as they came
  std::string scheme = "http"; ///< or "https"
  std::string host = {};       ///< by which the client reached the server
  std::string address = {};    ///< the client's, without the port
  std::vector<std::pair<std::string, std::string>> headers =
      {}; ///< of an object's content, with their values

  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};

struct ApiAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Why a request was refused, in the platform's codes.
struct Problem {
  int status = 400;
  int code = 10001;
  std::string message;
};

/// What an operation gives: a result to wrap, or a problem.
class Outcome {
public:
  Outcome(const Json& result);     // NOLINT: returned as it is
  Outcome(Problem problem);        // NOLINT
  Outcome(ApiAnswer whole_answer); // NOLINT: for what is no JSON

  /// With the page that a list was answered by: the clients ask until one is empty.
  Outcome with_pages(std::size_t page, std::size_t per_page, std::size_t total) &&;

  [[nodiscard]] int status() const;
  [[nodiscard]] ApiAnswer answer() const;

private:
  std::shared_ptr<Json> m_result;
  std::shared_ptr<Json> m_pages;
  std::optional<Problem> m_problem;
  std::optional<ApiAnswer> m_whole;
};

/// `path?query` of a request line, taken apart; nullopt when an escape is none.
struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
};

[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

} // namespace pyw::edge
