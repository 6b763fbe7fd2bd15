#include <base/defer.hpp>
#include <base/text.hpp>
#include <runtime/capnp_text.hpp>
#include <runtime/guest_modules.hpp>
#include <runtime/pack.hpp>
#include <runtime/precompile.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::runtime {

namespace {

using nlohmann::ordered_json;

std::string output_name(std::size_t number) {
  return fmt::format("{}.pack", number);
}

std::string_view kind_name(CompileInput kind) {
  return kind == CompileInput::standard_library ? "zip" : kind == CompileInput::pack ? "pack" : "check";
}

std::string jobs_json(const std::vector<CompileJob>& jobs) {
  auto list = ordered_json::array();
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    list.push_back({{"kind", kind_name(jobs[i].kind)},
                    {"input", jobs[i].input.relative_path().generic_string()},
                    {"prefix", jobs[i].prefix},
                    {"output", output_name(i)}});
  }
  return list.dump();
}

/// The reason in what workerd printed: its last lines, also those that a Worker's user would not be shown.
std::string last_lines(const ProcessOutput& output) {
  std::vector<std::string> texts;
  for (const auto* stream : {&output.standard_output, &output.standard_error}) {
    for (const auto line : split(*stream, '\n')) {
      const auto object = nlohmann::json::parse(line, nullptr, false);
      const bool structured =
          object.is_object() && object.contains("message") && object["message"].is_string();
      if (!trim(line).empty()) {
        texts.push_back(structured ? object["message"].get<std::string>() : std::string(line));
      }
    }
  }
  constexpr std::size_t shown = 8;
  if (texts.size() > shown) {
    texts.erase(texts.begin(), texts.end() - shown);
  }
  return join(texts, "\n  ");
}

} // namespace

CompilePlan plan_compilation(const CompileSetup& setup, const std::vector<CompileJob>& jobs) {
  CompilePlan plan;
  plan.settings = ordered_json{
      {"python", config::to_text(setup.python)},
      {"abi", setup.python == config::PythonVersion::python_3_13 ? "2025_0" : "2026_0"},
      {"seed",
       {1, 2, 3, 4}}}.dump();
  plan.main_module = "import \"./__pyw/shims.js\";\n"
                     "import { compileAll } from \"./__pyw/compiler.js\";\n"
                     "import settings from \"./__pyw/settings.json\";\n"
                     "import guest from \"./__pyw/guest.pack\";\n"
                     "import libraryZip from \"./__pyw/library.zip\";\n"
                     "import python from \"./__pyw/pyodide.asm.wasm\";\n"
                     "const packs = { python, libraryZip, library: [guest], session: [] };\n"
                     "export default { test: (_controller, env) => compileAll(settings, packs, env) };\n";
  std::vector<std::string> modules{embedded_module("main.js", "esModule", setup.scratch / "main.js")};
  auto guest_modules = python_modules(setup.guest, setup.parts.pyodide);
  guest_modules.push_back(guest_module(setup.guest, "compiler.js"));
  for (const auto& [name, kind, file] : guest_modules) {
    modules.push_back(embedded_module(fmt::format("__pyw/{}", name), kind, file));
  }
  const auto& pyodide = setup.parts.pyodide;
  modules.push_back(embedded_module("__pyw/pyodide.asm.wasm", "wasm", pyodide / "pyodide.asm.wasm"));
  modules.push_back(embedded_module("__pyw/library.zip", "data", pyodide / "python_stdlib.zip"));
  modules.push_back(embedded_module("__pyw/guest.pack", "data", setup.guest_pack));
  modules.push_back(embedded_module("__pyw/settings.json", "json", setup.scratch / "settings.json"));
  const auto output = (setup.scratch / "output").string();
  plan.config =
      fmt::format("using Workerd = import \"/workerd/workerd.capnp\";\n\n"
                  "const config :Workerd.Config = (\n"
                  "  services = [\n"
                  "    (name = \"compile\", worker = (compatibilityDate = \"2026-01-01\", modules = {},\n"
                  "      bindings = [(name = \"__pyw_evaluator\", unsafeEval = void), (name = \"INPUT\", "
                  "service = \"input\"),\n"
                  "        (name = \"OUTPUT\", service = \"output\"), (name = \"JOBS\", json = {})])),\n"
                  "    (name = \"input\", disk = (path = \"/\", allowDotfiles = true)),\n"
                  "    (name = \"output\", disk = (path = {}, writable = true)),\n"
                  "  ],\n"
                  "  structuredLogging = true,\n"
                  ");\n",
                  capnp_list(modules, 8),
                  capnp_string(jobs_json(jobs)),
                  capnp_string(output));
  return plan;
}

Result<void>
compile_to_byte_code(const CompileSetup& setup, const std::vector<CompileJob>& jobs, World& world) {
  auto& files = world.files;
  const auto plan = plan_compilation(setup, jobs);
  PYW_TRY(files.make_directories(setup.scratch / "output"));
  const Defer clean_up([&] { static_cast<void>(files.remove_all(setup.scratch)); });
  PYW_TRY(files.write(setup.scratch / "config.capnp", plan.config));
  PYW_TRY(files.write(setup.scratch / "main.js", plan.main_module));
  PYW_TRY(files.write(setup.scratch / "settings.json", plan.settings));
  const Command command{{setup.parts.workerd.string(),
                         "test",
                         "-I",
                         "/",
                         "--experimental",
                         (setup.scratch / "config.capnp").string()}};
  PYW_TRY_ASSIGN(const auto output, world.processes.run(command));
  if (!output.exit.success()) {
    return failure(internal_error(fmt::format("the packages cannot be compiled to byte code ({})\n  {}",
                                              describe(output.exit),
                                              last_lines(output))));
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    PYW_TRY_ASSIGN(auto pack, files.read(setup.scratch / "output" / output_name(i)));
    if (jobs[i].kind != CompileInput::check) {
      PYW_TRY_ASSIGN(pack, compress_pack(pack));
    }
    PYW_TRY(files.write(jobs[i].output, pack));
  }
  return {};
}

} // namespace pyw::runtime
