#include <runtime/account_stores.hpp>
#include <runtime/guest_store.hpp>
#include <runtime/prepare.hpp>

#include <fmt/core.h>

namespace pyw::runtime {

void add_store_services(const ServiceInput& input, LocalServices& out) {
  add_bundled_stores(input, out);
  add_simulated_stores(input, out);
  add_analytics_service(input, out);
}

std::string stores_config(const ServiceInput& input,
                          LocalServices services,
                          const std::vector<std::string>& front_bindings) {
  const auto front =
      capnp_struct({{"compatibilityDate", capnp_string("2026-01-01")},
                    {"modules", "[" + embedded_script("stores.js", input.guest / "stores.js") + "]"},
                    {"bindings", capnp_list(front_bindings, 6)}});
  services.services.push_back(capnp_struct({{"name", capnp_string("stores")}, {"worker", front}}));
  const auto sockets =
      fmt::format("  sockets = [(name = \"http\", address = \"127.0.0.1:0\", service = \"stores\",\n"
                  "    http = (cfBlobHeader = {}))],\n",
                  capnp_string(cf_header));
  return workerd_config(services.services, services.extensions, sockets);
}

Result<Command> command_of_stores(const RuntimeParts& parts,
                                  const Path& file,
                                  const std::string& config,
                                  const std::vector<Path>& directories,
                                  int listener,
                                  World& world) {
  PYW_TRY(world.files.write(file, config, 0600));
  for (const auto& directory : directories) {
    PYW_TRY(world.files.make_directories(directory));
  }
  auto command = serve_command_on(parts, listener);
  command.argv.push_back(file.string());
  return command;
}

std::string plan_stores(const ServiceInput& input, std::vector<Path>& directories) {
  LocalServices services;
  add_store_services(input, services);
  directories = services.directories;
  return stores_config(input,
                       services,
                       {binding("KV", "service", capnp_string("kv")),
                        binding("D1", "service", capnp_string("d1")),
                        binding("R2", "service", capnp_string("r2:entry")),
                        binding("RATELIMIT", "service", capnp_string("ratelimit:entry")),
                        binding("ANALYTICS", "service", capnp_string("analytics")),
                        binding("CACHE", "service", capnp_string("cache:entry"))});
}

Result<Command> prepare_stores(const RuntimeParts& parts, const StoresOptions& options, World& world) {
  PYW_TRY_ASSIGN(const auto guest, store_guest(parts.cache, world.files));
  const config::Project nobodys;
  std::vector<Path> directories;
  const auto config = plan_stores(
      {nobodys, parts, options.state_directory, guest, {}, world.environment, {}, {}}, directories);
  return command_of_stores(
      parts, options.run_directory / "stores.capnp", config, directories, options.listener, world);
}

} // namespace pyw::runtime
