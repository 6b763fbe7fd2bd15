#include <commands/certificate.hpp>
#include <devserver/certificates.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <memory>

namespace pyw::commands {

namespace {

// Debian's ca-certificates: what lies here with this ending is taken up by update-ca-certificates(8).
constexpr std::string_view system_folder = "/usr/local/share/ca-certificates";
constexpr std::string_view system_name = "pyw-dev.crt";
// The name in a browser's own store (NSS: Chromium and Firefox).
constexpr std::string_view nickname = "pyw dev";

struct Places {
  devserver::CertificateFiles files;
  Path system = Path(system_folder) / system_name;
  Path browser_store; ///< Chromium's, and of programs that use NSS for the user
};

Places places_of(const World& world) {
  return {devserver::certificate_files(world.environment.config_directory()),
          Path(system_folder) / system_name,
          world.environment.home() / ".pki" / "nssdb"};
}

Result<bool> runs(World& world, std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  PYW_TRY_ASSIGN(const auto done, world.processes.run(command));
  return done.exit.success();
}

std::vector<std::string> certutil(const Places& places, std::vector<std::string> more) {
  std::vector<std::string> argv{"certutil", "-d", "sql:" + places.browser_store.string()};
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

Result<int> show(Context& context, const Places& places) {
  auto& world = context.world;
  PYW_TRY_ASSIGN(const auto pem, world.files.read(places.files.authority));
  PYW_TRY_ASSIGN(const auto facts, devserver::describe_certificate(pem));
  PYW_TRY_ASSIGN(const auto installed, world.files.read_if_exists(places.system));
  const bool trusted = installed == pem;
  if (context.options.format == OutputFormat::json) {
    world.reporter.data(nlohmann::json{{"path", places.files.authority.string()},
                                       {"subject", facts.subject},
                                       {"sha256", facts.fingerprint},
                                       {"validUntil", facts.valid_until},
                                       {"systemTrusts", trusted}}
                            .dump() +
                        "\n");
    return 0;
  }
  world.reporter.data(
      fmt::format("{}\n  subject      {}\n  SHA-256      {}\n  valid until  {}\n  the system   {}\n",
                  places.files.authority.string(),
                  facts.subject,
                  facts.fingerprint,
                  facts.valid_until,
                  trusted ? "trusts it" : "does not trust it"));
  return 0;
}

/// Chromium's store, where there is one and the tool for it.
Result<void> trust_in_browser(World& world, const Places& places) {
  if (!world.files.is_directory(places.browser_store)) {
    return {};
  }
  const auto added =
      runs(world,
           certutil(places,
                    {"-A", "-t", "C,,", "-n", std::string(nickname), "-i", places.files.authority.string()}));
  if (!added || !*added) {
    world.reporter.message(
        "Browsers keep a store of their own; to add it there: install `libnss3-tools`, then run "
        "`pyw certificate trust` again");
  } else {
    world.reporter.message("Chromium trusts it; Firefox takes it under Settings, Certificates, Import");
  }
  return {};
}

Result<int> trust(Context& context, const Places& places) {
  auto& world = context.world;
  PYW_TRY_ASSIGN(const auto pem, world.files.read(places.files.authority));
  PYW_TRY(trust_in_browser(world, places));
  if (::access(std::string(system_folder).c_str(), W_OK) != 0) {
    return failure(user_error("the system's certificates cannot be changed by this user",
                              {fmt::format("run `sudo cp {} {} && sudo update-ca-certificates`",
                                           places.files.authority.string(),
                                           places.system.string())}));
  }
  PYW_TRY(world.files.write(places.system, pem));
  PYW_TRY_ASSIGN(const auto updated, runs(world, {"update-ca-certificates"}));
  if (!updated) {
    return failure(user_error("`update-ca-certificates` failed", {"run it to see why"}));
  }
  world.reporter.message("The system trusts it");
  return 0;
}

Result<int> remove(Context& context, const Places& places) {
  auto& world = context.world;
  if (world.files.is_directory(places.browser_store)) {
    // Without certutil nothing was added; whether there was something to delete does not matter.
    static_cast<void>(runs(world, certutil(places, {"-D", "-n", std::string(nickname)})));
  }
  if (world.files.exists(places.system)) {
    PYW_TRY(world.files.remove_all(places.system));
    PYW_TRY(runs(world, {"update-ca-certificates", "--fresh"}));
  }
  PYW_TRY(world.files.remove_all(places.files.authority.parent_path()));
  world.reporter.message("Removed; `pyw dev --https` makes a new one");
  return 0;
}

} // namespace

Result<int> run_certificate(const CertificateOptions& options, Context& context) {
  const auto places = places_of(context.world);
  if (options.action == "remove") {
    return remove(context, places);
  }
  PYW_TRY(devserver::ensure_certificates(places.files, context.world.files, context.world.clock.now()));
  return options.action == "trust" ? trust(context, places) : show(context, places);
}

CommandEntry certificate_command() {
  return {
      "certificate",
      "the certificate authority behind `pyw dev --https`",
      Group::tool,
      {{"pyw certificate show", "where it lies, its fingerprint"},
       {"pyw certificate trust", "let this machine trust it"},
       {"pyw certificate remove", "undo that, and delete it"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<CertificateOptions>();
        app.add_option("action", options->action, "show, trust or remove")
            ->required()
            ->check(CLI::IsMember({"show", "trust", "remove"}));
        return [options](Context& context) { return run_certificate(*options, context); };
      },
  };
}

} // namespace pyw::commands
