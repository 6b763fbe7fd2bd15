// `pyw r2 bucket …`: buckets, what happens to their objects in time, who may read them, who is told of
// changes.
#pragma once

#include <commands/data_support.hpp>

#include <optional>
#include <string>

namespace pyw::commands {

/// What every command about one bucket takes.
struct BucketOptions {
  std::string bucket;
  std::optional<std::string> jurisdiction;
  bool force = false; ///< ask nothing
};

void declare_bucket_options(CLI::App& app, BucketOptions& options);
/// Adds `-y,--force` too.
void declare_bucket_change(CLI::App& app, BucketOptions& options);

/// A call about the bucket, `suffix` below it ("/lifecycle"); a null body sends none.
[[nodiscard]] cloud::Call bucket_call(const DataSession& data,
                                      const BucketOptions& options,
                                      std::string method,
                                      const std::string& suffix,
                                      const cloud::Json& body);

/// Asks for the bucket's `suffix` and prints the answer, or its member `member`, as JSON.
[[nodiscard]] Result<int>
print_of_bucket(const BucketOptions& options, const char* suffix, const char* member, Context& context);

/// Asks `question` unless `--force`; without a terminal the answer is yes, as with the platform's client.
/// Fails when the answer is no.
[[nodiscard]] Result<void>
confirm_change(const BucketOptions& options, const std::string& question, Context& context);

[[nodiscard]] Runner declare_r2_bucket(CLI::App& app);
[[nodiscard]] Runner declare_r2_lifecycle(CLI::App& app);
[[nodiscard]] Runner declare_r2_lock(CLI::App& app);
[[nodiscard]] Runner declare_r2_cors(CLI::App& app);
[[nodiscard]] Runner declare_r2_domain(CLI::App& app);
[[nodiscard]] Runner declare_r2_dev_url(CLI::App& app);
[[nodiscard]] Runner declare_r2_local_uploads(CLI::App& app);
[[nodiscard]] Runner declare_r2_notification(CLI::App& app);
[[nodiscard]] Runner declare_r2_sippy(CLI::App& app);

} // namespace pyw::commands
