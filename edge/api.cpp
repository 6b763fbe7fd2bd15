#include <base/hash.hpp>
#include <base/text.hpp>
#include <edge/api.hpp>
#include <edge/operations.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::edge {

namespace {

constexpr int authentication_code = 10000;

Problem unauthenticated(int status) {
  return {status, authentication_code, "Authentication error"};
}

bool has_scope(const Token& token, Scope scope) {
  const auto words = split(token.scopes, ' ');
  const std::string_view wanted = scope == Scope::read ? "read" : "write";
  return std::find(words.begin(), words.end(), wanted) != words.end();
}

} // namespace

Json Call::json() const {
  return Json::parse(request.body, nullptr, false);
}

const std::string& Call::at(const std::string& name) const {
  return path.at(name);
}

std::string token_hash(std::string_view token) {
  return sha256_hex(token);
}

Result<NewToken> create_token(Records& records,
                              const std::string& account,
                              const std::string& name,
                              const std::string& scopes) {
  PYW_TRY_ASSIGN(const auto owner, records.ensure_account(account));
  PYW_TRY_ASSIGN(const auto bytes, random_bytes(32));
  Secret value("pyw_" + to_hex(bytes));
  PYW_TRY_ASSIGN(auto token, records.add_token(owner, name, scopes, token_hash(value.reveal())));
  return NewToken{std::move(token), std::move(value)};
}

std::unique_lock<std::mutex> Api::change(const Call& call) {
  const std::lock_guard lock(m_mutex);
  return std::unique_lock(m_changes[call.account.id + "/" + call.at("script")], std::defer_lock);
}

ApiAnswer Api::handle(const ApiRequest& request) {
  try {
    return run(request).answer();
  } catch (const Json::exception& error) {
    // JSON of another shape than the operation's: the caller's slip, told without its content.
    return Outcome(
               Problem{400, 10001, fmt::format("the body is not of the expected shape: {}", error.what())})
        .answer();
  }
}

Outcome Api::run_row(const Call& call, const OperationRow& row) {
  std::unique_ptr<UploadTurns::Turn> turn;
  if (row.name.starts_with("upload")) {
    turn = m_uploads.take(call.account.id, m_parts.quotas.uploads);
    if (!turn) {
      // RFC 6585, 4: the clients wait and ask again.
      return Problem{429, 10429, "the account has as many uploads under way as this server allows"};
    }
  }
  return row.run(*this, call);
}

Outcome Api::run(const ApiRequest& request) {
  auto matched = match_operation(request.method, request.path);
  if (matched.row != nullptr && matched.row->scope == Scope::address) {
    return matched.row->run(*this, {request, std::move(matched.path), {}, {}});
  }
  constexpr std::string_view scheme = "bearer ";
  if (to_lower(request.authorization.substr(0, scheme.size())) != scheme) {
    return unauthenticated(400);
  }
  const auto bearer = trim(std::string_view(request.authorization).substr(scheme.size()));
  if (matched.row != nullptr && matched.row->scope == Scope::assets) {
    return run_with_session({request, std::move(matched.path), {}, {}}, *matched.row, bearer);
  }
  PYW_STORED(const auto token, m_parts.records.find_token(token_hash(bearer)));
  if (!token || token->revoked) {
    return unauthenticated(401);
  }
  if (matched.row == nullptr) {
    return matched.other_method
               ? Problem{405, 10405, "Method not allowed for this authentication scheme"}
               : Problem{404,
                         7003,
                         fmt::format("Could not route to {}, perhaps your object identifier is invalid?",
                                     request.path)};
  }
  const auto named = matched.path.find("account");
  if ((named != matched.path.end() && named->second != token->account) ||
      !has_scope(*token, matched.row->scope)) {
    return unauthenticated(403);
  }
  PYW_STORED(const auto account, m_parts.records.find_account(token->account));
  if (!account) {
    return unauthenticated(403);
  }
  const Call call{request, std::move(matched.path), *account, *token};
  auto outcome = run_row(call, *matched.row);
  if (matched.row->scope == Scope::write) {
    PYW_STORED_VOID(
        m_parts.records.audit(*token, std::string(matched.row->name), request.path, outcome.status()));
  }
  return outcome;
}

Outcome Api::run_with_session(Call call, const OperationRow& row, std::string_view bearer) {
  auto session = session_of(bearer, m_parts.vault, m_parts.records.seconds());
  if (!session || session->account != call.at("account")) {
    return unauthenticated(401);
  }
  PYW_STORED(const auto account, m_parts.records.find_account(session->account));
  if (!account) {
    return unauthenticated(403);
  }
  call.account = *account;
  call.token.id = session->token;
  call.token.account = session->account;
  call.assets = std::move(session);
  auto outcome = run_row(call, row);
  PYW_STORED_VOID(
      m_parts.records.audit(call.token, std::string(row.name), call.request.path, outcome.status()));
  return outcome;
}

} // namespace pyw::edge
