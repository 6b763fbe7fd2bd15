#include <commands/dev.hpp>
#include <commands/dev_companions.hpp>
#include <commands/dev_lock.hpp>
#include <commands/dev_prepare.hpp>
#include <config/load.hpp>
#include <devserver/certificates.hpp>
#include <devserver/narrator.hpp>
#include <devserver/server.hpp>
#include <runtime/worker_line.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <memory>

namespace pyw::commands {

namespace {

constexpr std::uint16_t default_port = 8787;

/// A look at 10,000 files takes about 30 ms of CPU.
constexpr auto poll_interval = std::chrono::milliseconds(300);

/// Flag over config over default.
devserver::DevServerOptions server_options(const DevOptions& options, const config::Project& project) {
  devserver::DevServerOptions resolved;
  resolved.port = options.port.value_or(project.dev.port.value_or(default_port));
  resolved.address = options.address.value_or(project.dev.ip.value_or("127.0.0.1"));
  resolved.drain = std::chrono::seconds(options.drain_seconds);
  if (options.poll == Poll::yes) {
    resolved.poll = poll_interval;
  }
  resolved.inspector_port = options.inspector_port;
  resolved.live_reload = options.live_reload;
  resolved.standby = options.standby;
  resolved.host = options.host.value_or("");
  resolved.name = project.name.value;
  return resolved;
}

} // namespace

Result<int> run_dev(const DevOptions& options, Context& context) {
  auto& world = context.world;
  PYW_TRY_ASSIGN(auto preparer, DevPreparer::make(options, context));
  const auto& project = preparer->project();
  PYW_TRY_ASSIGN(const auto lock, DevLock::acquire(preparer->state_directory(), world.files));
  PYW_TRY_ASSIGN(const auto companions, DevCompanions::start(options, context));

  const auto format = context.options.format == OutputFormat::json ? devserver::NarratorFormat::json
                                                                   : devserver::NarratorFormat::text;
  const auto narrator = devserver::make_narrator(world.reporter, format, project.root);
  devserver::DevServerHooks hooks;
  hooks.prepare = [&](devserver::Generation generation, devserver::PartsCheck check) {
    return preparer->prepare(generation, check);
  };
  hooks.background_ended = [&] { preparer->background_ended(); };
  hooks.watch_list = [&] { return preparer->watch_list(); };
  hooks.skip_folder = [&](const Path& folder) { return preparer->skips(folder); };
  hooks.read_line = runtime::read_worker_line;
  hooks.on_listening = [&](std::uint16_t port) { return lock.tell_port(port, world.files); };
  DevRegistration registration(preparer->registry() / project.name.value, world);
  hooks.prepare_standby = [&] { return preparer->prepare_standby(); };
  hooks.on_serving = [&](const devserver::PreparedWorker& worker) {
    return registration.announce(preparer->address(worker.debug_socket));
  };
  hooks.narrator = narrator.get();
  auto settings = server_options(options, project);
  if (options.https == Https::yes) {
    const auto certificates = devserver::certificate_files(world.environment.config_directory());
    PYW_TRY(devserver::ensure_certificates(certificates, world.files, world.clock.now()));
    settings.tls = TlsFiles{
        certificates.server, certificates.server_key, "`pyw certificate remove` lets new ones be made"};
  }
  settings.keys =
      format == devserver::NarratorFormat::text ? devserver::Keys::listen : devserver::Keys::ignore;
  return devserver::run_dev_server(settings, hooks, world);
}

CommandEntry dev_command() {
  return {
      "dev",
      "serve the Worker on this machine, with reload",
      Group::run,
      {{"pyw dev", "on http://127.0.0.1:8787"},
       {"pyw dev --port 0", "on any free port"},
       {"pyw dev --var STAGE:local", "with a variable over those of the config"},
       {"pyw -e staging dev", "with the environment `staging`"},
       {"pyw dev -c shop/wrangler.toml -c prices/wrangler.toml", "two Workers that call each other"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<DevOptions>();
        app.add_option("-p,--port", options->port, "the port; 0 takes a free one (default: 8787)")
            ->type_name("N");
        app.add_option("--ip", options->address, "the address to listen on (default: 127.0.0.1)")
            ->type_name("A");
        app.add_option("--var", options->variables, "a variable for `env`")->type_name("NAME:VALUE");
        app.add_flag_callback(
            "--no-sync", [options] { options->sync = SyncFirst::never; }, "do not install packages first");
        app.add_flag_callback(
            "--no-standby",
            [options] { options->standby = devserver::StandbyUse::no; },
            "do not start the next runtime ahead: less memory, slower reloads");
        app.add_flag_callback(
            "--no-snapshot", [options] { options->snapshots = false; }, "start without memory snapshots");
        app.add_option(
               "--persist-to",
               options->persist_to,
               "where local data is kept (default: .pyw/state; .wrangler/state: shared with wrangler)")
            ->type_name("DIR");
        app.add_option(
               "--mock", options->mock, "classes that answer for bindings which the platform alone has")
            ->type_name("FILE");
        app.add_option("--drain", options->drain_seconds, "how long old requests may finish after a reload")
            ->type_name("SECONDS")
            ->check(CLI::Range(0, 3600));
        app.add_flag_callback(
            "--https",
            [options] { options->https = Https::yes; },
            "serve with TLS; `pyw certificate trust` lets browsers trust it");
        app.add_flag_callback(
            "--poll",
            [options] { options->poll = Poll::yes; },
            "look for changes every 0.3 s: for network and shared folders");
        app.add_flag_callback(
            "--no-live-reload",
            [options] { options->live_reload = devserver::LiveReload::no; },
            "do not reload pages in the browser when the code changes");
        app.add_option("--host", options->host, "the Host that the Worker sees (default: the client's)")
            ->type_name("NAME");
        app.add_option("--inspector-port",
                       options->inspector_port,
                       "let Chrome DevTools look at memory and CPU through this port; 0 takes a free one")
            ->type_name("N");
        return [options](Context& context) { return run_dev(*options, context); };
      },
  };
}

} // namespace pyw::commands
