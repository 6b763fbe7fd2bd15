#include <base/text.hpp>
#include <cloud/api_failure.hpp>

#include <fmt/core.h>

#include <array>

namespace pyw::cloud {

namespace {

struct CodeHint {
  int code;
  std::string_view hint;
};

constexpr std::array<CodeHint, 9> hints{{
    {code::authentication, "the token is not valid or may not do this: `pyw whoami` shows whose it is"},
    {code::authentication_missing, "the credentials did not arrive whole: check CLOUDFLARE_API_TOKEN"},
    {code::worker_not_found, "`pyw deploy` makes the Worker; `name` and `--env` choose which one is meant"},
    {code::service_not_found, "`pyw deploy` makes the Worker; `name` and `--env` choose which one is meant"},
    {code::too_large, "`pyw deploy --dry-run` shows what is big; `python_modules.exclude` leaves files out"},
    {code::workflow_schedule_needs_paid_plan, "scheduled Workflows need a paid Workers plan"},
    {code::workflow_jurisdiction_fixed, "a Workflow's jurisdiction cannot be changed: give it another name"},
    {code::bucket_not_found, "`pyw r2 bucket list` lists the buckets"},
    {code::database_not_found, "`pyw d1 list` lists the databases"},
}};

std::string headline(const ApiFailure& failure) {
  if (failure.kind == ApiFailure::Kind::malformed) {
    return fmt::format("{} sent a malformed answer to {} {} (status {})",
                       failure.api,
                       failure.method,
                       failure.path,
                       failure.status);
  }
  return fmt::format(
      "{} refused {} {} (status {})", failure.api, failure.method, failure.path, failure.status);
}

} // namespace

bool ApiFailure::may_pass() const {
  return kind == Kind::unreachable || status >= 500 || status == 429;
}

Error to_error(const ApiFailure& failure) {
  if (failure.kind == ApiFailure::Kind::unreachable) {
    return with_context(failure.cause, fmt::format("{} {}", failure.method, failure.path));
  }
  auto message = headline(failure);
  for (const auto& note : failure.notes) {
    message += "\n  " + replace_all(note, "\n", "\n  ");
  }
  std::vector<std::string> out;
  for (const auto& [value, hint] : hints) {
    if (value == failure.code) {
      out.emplace_back(hint);
    }
  }
  if (failure.retry_after) {
    out.push_back(fmt::format("the API asks to wait {} s before the next try",
                              (failure.retry_after->count() + 999) / 1000));
  }
  return user_error(std::move(message), std::move(out));
}

} // namespace pyw::cloud
