#include <base/text.hpp>
#include <net/url.hpp>
#include <toolchain/install.hpp>
#include <toolchain/registry_settings.hpp>
#include <toolchain/sources.hpp>
#include <toolchain/unpack.hpp>

#include <fmt/core.h>

#include <optional>

namespace pyw::toolchain {

namespace {

std::string title_of(const Pin& pin) {
  return fmt::format("{} {}", pin.name, pin.version);
}

Error offline_error(std::span<const Pin* const> pins) {
  std::vector<std::string> names;
  for (const auto* pin : pins) {
    names.push_back(fmt::format("{} {}", pin->name, pin->version));
  }
  return user_error(
      fmt::format("{} {} not in the cache, and `--offline` forbids to fetch {}",
                  join(names, ", "),
                  names.size() == 1 ? "is" : "are",
                  names.size() == 1 ? "it" : "them"),
      {"run `pyw toolchain install` once with the network",
       "or carry it over: `pyw toolchain export FILE` there, `pyw toolchain import FILE` here"});
}

/// One part on its way.
struct Job {
  const Pin* pin = nullptr;
  HttpRequest request = {};
  std::unique_ptr<Progress> progress = {};
  bool placed = false;
  bool wrong_bytes = false;
  std::optional<Error> error = {};
};

/// What net/ says, with what it was for and the way around.
Error network_error(Error error, const std::vector<Job>& jobs) {
  if (!error.transient) {
    return error;
  }
  std::vector<std::string> names;
  for (const auto& job : jobs) {
    if (!job.placed) {
      names.push_back(title_of(*job.pin));
    }
  }
  error = with_context(std::move(error), fmt::format("cannot fetch {}", join(names, ", ")));
  error.diagnostics.front().hints.emplace_back("without a network: `pyw toolchain import FILE`, with a file "
                                               "that `pyw toolchain export FILE` wrote elsewhere");
  return error;
}

class Installer {
public:
  Installer(World& world, Cache& cache, const RegistrySettings& settings)
      : m_world(world), m_cache(cache), m_settings(settings) {}

  /// Verifies and places the job's archive; what goes wrong is noted in the job.
  void place(Job& job) {
    const auto archive = m_cache.archive_of(*job.pin);
    const auto matches = has_digest(m_world.files, archive, job.pin->archive_digest);
    if (!matches) {
      job.error = matches.error();
      return;
    }
    if (!*matches) {
      job.wrong_bytes = true;
      job.error = wrong_bytes_error(job);
      forget(job, archive);
      return;
    }
    if (job.progress) {
      job.progress->label(fmt::format("{} (unpacking)", title_of(*job.pin)));
    }
    auto placed = m_cache.place(*job.pin, archive);
    if (!placed) {
      job.error = std::move(placed.error());
      return;
    }
    job.placed = true;
    job.error = std::nullopt;
    job.progress.reset();
    forget(job, archive);
    m_world.reporter.verbose(fmt::format("{} is in place", title_of(*job.pin)));
  }

  /// One round: what has not been placed yet is fetched, and placed as it arrives.
  [[nodiscard]] Result<void> fetch(std::vector<Job>& jobs) {
    std::vector<HttpClient::Download> downloads;
    for (auto& job : jobs) {
      if (job.placed || job.request.url.empty()) {
        continue;
      }
      job.wrong_bytes = false;
      if (!job.progress) {
        job.progress = m_world.reporter.progress(title_of(*job.pin), ProgressUnit::bytes);
      }
      HttpClient::Download download;
      download.request = job.request;
      download.destination = m_cache.archive_of(*job.pin);
      download.size_limit = job.pin->archive_size;
      download.progress = [&job](std::uint64_t done, std::uint64_t total) {
        job.progress->update(done, total > 0 ? total : job.pin->archive_size);
      };
      download.arrived = [this, &job] { place(job); };
      downloads.push_back(std::move(download));
    }
    return m_world.http.download(std::move(downloads));
  }

  [[nodiscard]] Result<void> run(std::vector<Job>& jobs) {
    auto fetched = fetch(jobs);
    bool again = false;
    for (auto& job : jobs) {
      again = again || job.wrong_bytes;
      if (job.wrong_bytes) {
        m_world.reporter.verbose(
            fmt::format("{} arrived with wrong bytes; fetching it again", title_of(*job.pin)));
      } else if (!job.placed && !job.error &&
                 m_settings.npm_choice_for(job.pin->package) == RegistryChoice::of_the_user) {
        // A registry of the user's own may keep archives elsewhere, and its description says where.
        if (auto described = described_archive_request(*job.pin, m_settings, m_world)) {
          job.request = std::move(*described);
          again = true;
        }
      }
    }
    if (again) {
      fetched = fetch(jobs);
    }
    for (auto& job : jobs) {
      if (job.error) {
        return failure(std::move(*job.error));
      }
    }
    return fetched ? fetched : failure(network_error(std::move(fetched.error()), jobs));
  }

private:
  void forget(const Job&, const Path& archive) {
    static_cast<void>(m_world.files.remove_all(archive)); // `prune` takes what stays
    static_cast<void>(m_world.files.remove_all(archive.string() + ".resume"));
  }

  [[nodiscard]] static Error wrong_bytes_error(const Job& job) {
    return user_error(fmt::format("what `{}` sent is not {}: its digest differs from the pinned one",
                                  net::redacted(job.request.url),
                                  title_of(*job.pin)),
                      {"a proxy or a mirror may alter downloads: ask who runs it, or choose another registry "
                       "(`registry` in .npmrc, "
                       "UV_DEFAULT_INDEX for uv)"});
  }

  World& m_world;
  Cache& m_cache;
  const RegistrySettings& m_settings;
};

} // namespace

Result<void> install(World& world, Cache& cache, const Path& directory, std::span<const Pin* const> pins) {
  PYW_TRY_ASSIGN(const auto settings, RegistrySettings::load(world.files, world.environment, directory));
  Installer installer(world, cache, settings);
  std::vector<Job> jobs;
  std::vector<const Pin*> missing;
  for (const auto* pin : pins) {
    Job job;
    job.pin = pin;
    // A whole archive that an interrupted run left needs no network.
    const auto status = world.files.status(cache.archive_of(*pin));
    if (status && *status && (*status)->size == pin->archive_size) {
      installer.place(job);
    }
    if (!job.placed) {
      missing.push_back(pin);
    }
  }
  if (missing.empty()) {
    return {};
  }
  if (world.http.is_offline()) {
    return failure(offline_error(missing));
  }
  for (const auto* pin : missing) {
    Job job;
    job.pin = pin;
    if (auto request = archive_request(*pin, settings, world)) {
      job.request = std::move(*request);
    } else { // the others are fetched all the same
      job.error = with_context(std::move(request.error()), fmt::format("cannot fetch {}", title_of(*pin)));
    }
    jobs.push_back(std::move(job));
  }
  return installer.run(jobs);
}

} // namespace pyw::toolchain
