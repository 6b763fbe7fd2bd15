#include <base/platform.hpp>
#include <base/text.hpp>
#include <base/unique_fd.hpp>
#include <commands/doctor_checks.hpp>
#include <config/load.hpp>
#include <net/curl_library.hpp>
#include <net/url.hpp>
#include <toolchain/archive_library.hpp>
#include <toolchain/registry_settings.hpp>
#include <toolchain/sources.hpp>
#include <toolchain/toolchain.hpp>
#include <toolchain/uv.hpp>

#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <filesystem>

namespace pyw::commands {

namespace {

using toolchain::CheckDepth;
using toolchain::Condition;
using toolchain::Part;
using Status = Finding::Status;

/// `pyw dev`'s own, unless the project says otherwise.
constexpr std::uint16_t default_port = 8787;

/// A large project has some thousand folders; Debian's own limit is far above.
constexpr std::uint64_t enough_watches = 8192;
constexpr std::uint64_t enough_instances = 64;

/// All parts and a snapshot of a large Worker.
constexpr std::uintmax_t enough_disk = std::uintmax_t{1} << 30;

/// Short: the doctor is asked by somebody who waits.
constexpr int registry_timeout_s = 10;

Finding from_error(std::string check, Status status, const Error& error) {
  Finding finding{std::move(check), status, std::string(error.message()), {}};
  if (!error.diagnostics.empty()) {
    finding.hints = error.diagnostics.front().hints;
  }
  return finding;
}

config::LoadOptions load_options(const Context& context) {
  config::LoadOptions options;
  options.start_directory = context.options.directory;
  options.config = context.options.config;
  options.environment = context.options.environment;
  options.today = config::today_utc(context.world.clock.now());
  return options;
}

bool has_project(const Context& context) {
  return context.options.config || config::find_config_file(context.world.files, context.options.directory);
}

/// Whether a server could listen on 127.0.0.1:port now: 0, or an errno.
int try_to_listen(std::uint16_t port) {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM, 0));
  const int on = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); // as the dev server does
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* plain = reinterpret_cast<const sockaddr*>(&address); // NOLINT: bind(2) wants it
  return ::bind(listener.get(), plain, sizeof address) == 0 && ::listen(listener.get(), 1) == 0 ? 0 : errno;
}

Finding check_limit(const Context& context, const std::string& name, std::uint64_t enough) {
  const auto text = context.world.files.read(Path("/proc/sys/fs/inotify") / name);
  std::uint64_t limit = 0;
  const auto number = text ? trim(*text) : std::string_view{};
  std::from_chars(number.data(), number.data() + number.size(), limit);
  if (limit >= enough) {
    return {"inotify", Status::ok, fmt::format("{} is {}", name, limit), {}};
  }
  return {"inotify",
          Status::warning,
          fmt::format("{} is {}: a large project may change unnoticed", name, limit),
          {fmt::format("raise it: `sudo sysctl fs.inotify.{}={}`", name, enough * 64)}};
}

Finding check_registry(Context& context, std::string check, HttpRequest request) {
  request.method = "HEAD";
  request.idle_timeout_s = registry_timeout_s;
  const auto shown = net::redacted(request.url);
  const auto answer = context.world.http.send(request);
  if (!answer) {
    return from_error(std::move(check), Status::problem, answer.error());
  }
  if (answer->status == 401 || answer->status == 403) {
    return {std::move(check),
            Status::problem,
            fmt::format("`{}` answered with status {}", shown, answer->status),
            {"check the credentials for this host: `_authToken` in .npmrc, user and password in an index's "
             "address"}};
  }
  if (answer->status >= 400 && answer->status != 405) { // 405: alive, but without HEAD
    return {std::move(check),
            Status::problem,
            fmt::format("`{}` answered with status {}", shown, answer->status),
            {"check that the registry or mirror in your settings carries this file, or try again later"}};
  }
  return {std::move(check), Status::ok, fmt::format("`{}` answers", net::host_of(request.url)), {}};
}

} // namespace

std::vector<Finding> check_uv(Context& context) {
  if (context.world.environment.get_nonempty("PYW_UV")) {
    const auto chosen = toolchain::find_uv(context.world, context.options.directory);
    if (!chosen) {
      return {from_error("uv", Status::problem, chosen.error())};
    }
    return {
        {"uv", Status::ok, fmt::format("{} at `{}`, by PYW_UV", chosen->version, chosen->path.string()), {}}};
  }
  const auto found = toolchain::uv_in_path(context.world);
  if (found && *found && toolchain::is_at_least((*found)->version, toolchain::oldest_uv)) {
    return {{"uv", Status::ok, fmt::format("{} at `{}`", (*found)->version, (*found)->path.string()), {}}};
  }
  const auto why = found && *found ? fmt::format("{} at `{}` is older than {}",
                                                 (*found)->version,
                                                 (*found)->path.string(),
                                                 toolchain::oldest_uv)
                                   : std::string("PATH has none");
  const auto* pin = toolchain::find_pin(Part::uv, platform::machine_name());
  if (pin == nullptr) {
    return {{"uv", Status::problem, why, {fmt::format("install uv {} or newer", toolchain::oldest_uv)}}};
  }
  const auto state = toolchain::cache_of(context.world).inspect(*pin, CheckDepth::sizes);
  if (state.condition == Condition::ready) {
    return {{"uv", Status::ok, fmt::format("{}; the cached {} is used", why, pin->version), {}}};
  }
  return {{"uv",
           Status::warning,
           fmt::format("{}; {} will be fetched when it is needed", why, pin->version),
           {"fetch it now with `pyw toolchain install uv`"}}};
}

std::vector<Finding> check_parts(Context& context) {
  std::vector<Finding> findings;
  const auto cache = toolchain::cache_of(context.world);
  for (const auto part : toolchain::all_parts()) {
    const std::string name(toolchain::name_of(part));
    const auto* pin = toolchain::find_pin(part, platform::machine_name());
    if (pin == nullptr) {
      findings.push_back({name,
                          Status::problem,
                          fmt::format("there is none for {}", platform::machine_name()),
                          {"run pyw on linux-64 or linux-arm64, in a virtual machine or a container"}});
      continue;
    }
    const auto state = cache.inspect(*pin, CheckDepth::digests);
    if (part == Part::uv && state.condition != Condition::damaged) {
      continue; // check_uv() has told
    }
    if (state.condition == Condition::ready) {
      findings.push_back({name, Status::ok, fmt::format("{}, {}", pin->version, human_size(state.size)), {}});
    } else if (state.condition == Condition::damaged) {
      findings.push_back({name,
                          Status::problem,
                          fmt::format("{} is damaged: {}", pin->version, state.damage),
                          {fmt::format("mend it with `pyw toolchain install {}`", name)}});
    } else {
      findings.push_back({name,
                          Status::warning,
                          fmt::format("{} will be fetched when it is needed", pin->version),
                          {fmt::format("fetch it now with `pyw toolchain install {}`", name)}});
    }
  }
  return findings;
}

std::vector<Finding> check_cache(Context& context) {
  const auto cache = toolchain::cache_of(context.world);
  const auto probe = cache.root() / ".pyw-doctor";
  if (const auto written = context.world.files.write(probe, "probe"); !written) {
    auto finding = from_error("cache", Status::problem, written.error());
    finding.hints.emplace_back("choose another folder with PYW_CACHE_DIR");
    return {std::move(finding)};
  }
  static_cast<void>(context.world.files.remove_all(probe));
  std::vector<Finding> findings;
  std::uintmax_t size = 0;
  for (const auto part : toolchain::all_parts()) {
    if (const auto* pin = toolchain::find_pin(part, platform::machine_name())) {
      size += cache.inspect(*pin, CheckDepth::sizes).size;
    }
  }
  findings.push_back(
      {"cache", Status::ok, fmt::format("`{}`, {} of parts", cache.root().string(), human_size(size)), {}});
  std::uintmax_t removable = 0;
  if (const auto leftovers = cache.leftovers(platform::machine_name())) {
    for (const auto& leftover : *leftovers) {
      removable += leftover.size;
    }
  }
  if (removable > 0) {
    findings.push_back({"cache",
                        Status::warning,
                        fmt::format("{} of it nobody needs", human_size(removable)),
                        {"remove it with `pyw toolchain prune`"}});
  }
  std::error_code code;
  const auto space = std::filesystem::space(cache.root(), code);
  if (!code && space.available < enough_disk) {
    findings.push_back(
        {"disk",
         Status::warning,
         fmt::format("only {} free for `{}`", human_size(space.available), cache.root().string()),
         {"free some space, or choose another disk with PYW_CACHE_DIR"}});
  }
  return findings;
}

std::vector<Finding> check_libraries(Context&) {
  std::vector<Finding> findings;
  if (const auto curl = net::CurlHandle::make(); !curl) {
    findings.push_back(from_error("libcurl", Status::problem, curl.error()));
  }
  if (const auto archive = toolchain::archive_library(); !archive) {
    findings.push_back(from_error("libarchive", Status::problem, archive.error()));
  }
  if (findings.empty()) {
    findings.push_back({"libraries", Status::ok, "libcurl and libarchive can be loaded", {}});
  }
  return findings;
}

std::vector<Finding> check_port(Context& context) {
  auto port = default_port;
  if (has_project(context)) {
    const auto loaded =
        config::load_project(context.world.files, context.world.environment, load_options(context));
    port = loaded ? loaded->project.dev.port.value_or(default_port) : default_port;
  }
  const auto code = try_to_listen(port);
  if (code == 0) {
    return {{"port", Status::ok, fmt::format("127.0.0.1:{} is free", port), {}}};
  }
  if (code != EADDRINUSE) {
    return {from_error("port", Status::problem, system_error(fmt::format("127.0.0.1:{}", port), code))};
  }
  const auto holder = platform::listener_of_port(port);
  return {{"port",
           Status::warning,
           fmt::format("127.0.0.1:{} is taken{}", port, holder.empty() ? "" : " by " + holder),
           {"choose another with `pyw dev --port N`"}}};
}

std::vector<Finding> check_watches(Context& context) {
  if (!context.world.files.exists("/proc/sys/fs/inotify/max_user_watches")) {
    return {}; // another system, which has other limits
  }
  return {check_limit(context, "max_user_watches", enough_watches),
          check_limit(context, "max_user_instances", enough_instances)};
}

std::vector<Finding> check_project(Context& context) {
  if (!has_project(context)) {
    return {{"project", Status::ok, fmt::format("none in `{}`", context.options.directory.string()), {}}};
  }
  auto loaded = config::load_project(context.world.files, context.world.environment, load_options(context));
  std::vector<Finding> findings;
  const auto add = [&](const Diagnostic& diagnostic) {
    const auto& place = diagnostic.location;
    const auto where =
        place.path.empty() ? "" : fmt::format("{}:{}:{}: ", place.path, place.line, place.column);
    findings.push_back({"project",
                        diagnostic.severity == Severity::error ? Status::problem : Status::warning,
                        where + diagnostic.message,
                        diagnostic.hints});
  };
  for (const auto& diagnostic : loaded ? loaded->warnings : loaded.error().diagnostics) {
    add(diagnostic);
  }
  if (loaded) {
    const auto& project = loaded->project;
    findings.insert(
        findings.begin(),
        {"project",
         Status::ok,
         fmt::format("`{}`, Python {}", project.config_file.string(), to_text(project.python_version)),
         {}});
  }
  return findings;
}

std::vector<Finding> check_registries(Context& context) {
  if (context.world.http.is_offline()) {
    return {{"network", Status::ok, "not looked at: `--offline`", {}}};
  }
  const auto settings = toolchain::RegistrySettings::load(
      context.world.files, context.world.environment, context.options.directory);
  if (!settings) {
    return {from_error("network", Status::problem, settings.error())};
  }
  std::vector<Finding> findings;
  const auto* pin = toolchain::find_pin(Part::workers_types, platform::machine_name());
  if (pin != nullptr) {
    if (auto request = toolchain::archive_request(*pin, *settings, context.world)) {
      findings.push_back(check_registry(context, "npm registry", std::move(*request)));
    }
  }
  findings.push_back(
      check_registry(context, "Python index", settings->python_request(settings->python_index() + "uv/")));
  return findings;
}

} // namespace pyw::commands
