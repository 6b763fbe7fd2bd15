#include <base/defer.hpp>
#include <base/text.hpp>
#include <runtime/capnp_text.hpp>
#include <runtime/declarations.hpp>

#include <fmt/core.h>

#include <chrono>

namespace pyw::runtime {

namespace {

constexpr std::chrono::minutes longest{2}; // it takes seconds
// What the platform's client runs that worker with (facts/types.md, section 4).
constexpr std::string_view date_of_worker = "2024-01-01";

std::string config_of(const DeclarationsRequest& request) {
  const auto embedded = [](const Path& file) { return capnp_embed(file.string()); };
  return fmt::format(
      "using Workerd = import \"/workerd/workerd.capnp\";\n\n"
      "const config :Workerd.Config = (\n"
      "  services = [\n"
      "    (name = \"asker\", worker = (compatibilityDate = {0},\n"
      "      modules = [(name = \"asker.js\", esModule = {1})],\n"
      "      bindings = [(name = \"TYPES\", service = \"types\"), (name = \"OUTPUT\", service = "
      "\"output\"),\n"
      "        (name = \"PATH\", text = {2})])),\n"
      "    (name = \"types\", worker = (compatibilityDate = {0}, compatibilityFlags = [\"nodejs_compat\", "
      "\"rtti_api\"],\n"
      "      modules = [(name = \"worker.mjs\", esModule = {3}), (name = \"./workerd.capnp\", data = "
      "{4})])),\n"
      "    (name = \"output\", disk = (path = {5}, writable = true)),\n"
      "  ],\n"
      ");\n",
      capnp_string(date_of_worker),
      embedded(request.scratch / "asker.js"),
      capnp_string(declarations_path(request)),
      embedded(request.types / "worker.mjs"),
      embedded(request.types / "workerd.capnp"),
      capnp_string((request.scratch / "output").string()));
}

constexpr std::string_view asker =
    "export default {\n"
    "  async test(_controller, env) {\n"
    "    const answer = await env.TYPES.fetch(`http://types${env.PATH}`);\n"
    "    const name = answer.ok ? \"declarations\" : \"problem\";\n"
    "    await env.OUTPUT.fetch(`http://output/${name}`, { method: \"PUT\", body: await answer.text() });\n"
    "  },\n"
    "};\n";

} // namespace

std::string declarations_path(const DeclarationsRequest& request) {
  auto path = "/" + request.date;
  for (const auto& flag : request.flags) {
    path += flag.starts_with("nodejs_compat") ? "" : "+" + flag;
  }
  return path;
}

Result<std::string> generate_declarations(const DeclarationsRequest& request, World& world) {
  auto& files = world.files;
  const auto& scratch = request.scratch;
  const Defer clean_up([&] { static_cast<void>(files.remove_all(scratch)); });
  PYW_TRY(files.make_directories(scratch / "output"));
  PYW_TRY(files.write(scratch / "asker.js", asker));
  PYW_TRY(files.write(scratch / "config.capnp", config_of(request)));
  Command command{{request.workerd.string(),
                   "test",
                   "-I",
                   "/",
                   "-I",
                   request.types.string(),
                   "--experimental",
                   (scratch / "config.capnp").string()}};
  command.time_limit = longest;
  PYW_TRY_ASSIGN(const auto output, world.processes.run(command));
  PYW_TRY_ASSIGN(const auto problem, files.read_if_exists(scratch / "output" / "problem"));
  if (problem) {
    const auto text = trim(*problem);
    return failure(user_error(fmt::format("workerd has no declarations for {}: {}",
                                          declarations_path(request).substr(1),
                                          text.substr(0, text.find('\n'))),
                              {"`pyw types` without `--dated` takes those of the newest date"}));
  }
  PYW_TRY_ASSIGN(auto declarations, files.read_if_exists(scratch / "output" / "declarations"));
  if (!output.exit.success() || !declarations || declarations->empty()) {
    return failure(internal_error(fmt::format("workerd did not give its declarations: {}\n{}",
                                              output.timed_out ? "it did not end" : describe(output.exit),
                                              trim(output.standard_output + output.standard_error))));
  }
  return std::move(*declarations);
}

} // namespace pyw::runtime
