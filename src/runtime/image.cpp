#include <base/text.hpp>
#include <runtime/capnp_text.hpp>
#include <runtime/entry_scan.hpp>
#include <runtime/image.hpp>
#include <runtime/javascript_worker.hpp>
#include <runtime/plan.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pyw::runtime {

namespace {

// Places in the image.
const Path python_place = "/pyw/pyodide";
const Path guest_place = "/pyw/guest";
const Path simulations_place = "/pyw/simulations"; // the Cache API's
const Path worker_place = "/worker";
constexpr unsigned anyones_folder = 01777;
constexpr std::string_view workerd_place = "/pyw/bin/workerd";
/// Where the host keeps the authorities that browsers trust, and where BoringSSL looks for one file of them.
constexpr std::string_view host_authorities = "/etc/ssl/certs/ca-certificates.crt";
constexpr std::string_view image_authorities = "/etc/ssl/cert.pem";

/// Stands in the generated text for what comes from the environment; no configuration has it by chance.
std::string mark_of(const std::string& name) {
  return "\x1b pyw environment " + name;
}

Result<void> check_bindings(const config::Project& project) {
  if (project.assets) {
    return failure(Error{
        ErrorKind::user,
        {project.diagnose(Severity::error, "an image has no static assets yet", project.assets->place)}});
  }
  for (const auto& binding : project.binding_names()) {
    const auto has_name = [&](const auto& item) { return item.name == binding.name; };
    const bool offered = std::any_of(project.vars.begin(), project.vars.end(), has_name) ||
                         std::any_of(project.secrets.begin(), project.secrets.end(), has_name) ||
                         (project.version_metadata && project.version_metadata->binding == binding.name);
    if (!offered) {
      return failure(Error{
          ErrorKind::user,
          {project.diagnose(
              Severity::error,
              fmt::format("the binding `{}` needs a server beside the Worker, which an image does not have",
                          binding.name),
              binding.place,
              {"an image offers variables, secrets and version metadata"})}});
    }
  }
  return {};
}

/// With the secrets that are only named (`secrets.required`), without any value.
config::Project with_marked_secrets(config::Project project) {
  for (const auto& required :
       project.required_secrets.value_or(std::vector<config::Located<std::string>>{})) {
    const bool known = std::any_of(project.secrets.begin(), project.secrets.end(), [&](const auto& secret) {
      return secret.name == required.value;
    });
    if (!known) {
      project.secrets.push_back({required.value, Secret(), required.place});
    }
  }
  for (auto& secret : project.secrets) {
    secret.value = Secret(mark_of(secret.name));
  }
  return project;
}

/// The dynamic linker tells what it would load (ld.so(8), LD_TRACE_LOADED_OBJECTS): "NAME => /path (address)"
/// and, for itself, "/path (address)". They go where the program's own headers and the linker look for them.
Result<std::vector<std::string>> libraries_of(const Path& program, World& world) {
  Command command{{program.string()}};
  command.environment["LD_TRACE_LOADED_OBJECTS"] = "1";
  PYW_TRY_ASSIGN(const auto output, world.processes.run(command));
  std::vector<std::string> out;
  for (const auto line : split(output.standard_output, '\n')) {
    const auto words = split_words(line);
    const auto path =
        std::find_if(words.begin(), words.end(), [](auto word) { return word.starts_with('/'); });
    if (path != words.end()) {
      out.emplace_back(*path);
    } else if (line.find("not found") != std::string_view::npos) {
      return failure(user_error(fmt::format("workerd cannot be put into an image: {}", trim(line))));
    }
  }
  if (!output.exit.success() || out.empty()) {
    return failure(
        internal_error("the libraries of workerd are not known: this system's linker does not tell"));
  }
  return out;
}

Result<ImageFiles> runtime_files(const RuntimeParts& parts, World& world) {
  ImageFiles out;
  out[std::string(workerd_place)] = {parts.workerd, "", true};
  PYW_TRY_ASSIGN(const auto libraries, libraries_of(parts.workerd, world));
  for (const auto& library : libraries) {
    out[library] = {library, "", true};
  }
  if (world.files.is_file(host_authorities)) {
    out[std::string(image_authorities)] = {host_authorities, ""};
  }
  out["/etc/passwd"] = {"", "root:x:0:0:root:/:/nologin\nworker:x:65532:65532:worker:/:/nologin\n"};
  out["/etc/group"] = {"", "root:x:0:\nworker:x:65532:\n"};
  return out;
}

/// The Worker's files at their places in the image.
struct Placed {
  GuestFiles guest;
  bundle::BundleManifest bundle;
  config::Project project;
};

Result<void> place_python(const RuntimeParts& parts,
                          const StagedWorker& staged,
                          Placed& placed,
                          WorkerImage& image,
                          const ReadOnlyFileSystem& files) {
  for (const auto* name : {"pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"}) {
    image.python[(python_place / name).string()] = {parts.pyodide / name, ""};
  }
  PYW_TRY_ASSIGN(const auto guest, list_tree(files, staged.guest));
  for (const auto& file : guest) {
    image.python[(guest_place / file).generic_string()] = {staged.guest / file, ""};
  }
  placed.guest.guest = guest_place;
  placed.guest.library_is_archive = staged.code.library_is_archive;
  if (staged.code.library_is_archive) {
    image.python[(python_place / "python_stdlib.zip").string()] = {parts.pyodide / "python_stdlib.zip", ""};
  }
  for (std::size_t i = 0; i < staged.code.library.size(); ++i) {
    const auto place = Path("/pyw") / fmt::format("library-{}.pack", i);
    image.python[place.string()] = {staged.code.library[i], ""};
    placed.guest.library.push_back(place);
  }
  return {};
}

void place_worker(const StagedWorker& staged, Placed& placed, WorkerImage& image) {
  const auto put = [&](const char* name, const Path& source) {
    const auto place = worker_place / name;
    image.worker[place.string()] = {source, ""};
    return place;
  };
  placed.guest.own = put("own.pack", staged.own_pack);
  placed.guest.session.push_back(put("packages.pack", staged.packages.pack));
  if (staged.packages.libraries) {
    placed.guest.libraries = put("libraries.pack", *staged.packages.libraries);
  }
  if (staged.code.packages) {
    placed.guest.session.push_back(put("packages-code.pack", *staged.code.packages));
  }
  const auto place_module = [&](bundle::Module& module) {
    const auto place = (worker_place / "modules" / module.path).generic_string();
    if (module.kind != bundle::ModuleKind::python) { // those are in the packs
      image.worker[place] = {module.source, ""};
    }
    module.source = place;
  };
  place_module(placed.bundle.entry);
  for (auto& module : placed.bundle.modules) {
    place_module(module);
  }
}

/// Each mark becomes a value that workerd takes from its environment (workerd.capnp, Worker.Binding).
Result<std::string> from_environment(std::string config, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const auto before = "text = " + capnp_string(mark_of(name));
    if (config.find(before) == std::string::npos) {
      return failure(internal_error(fmt::format("the secret `{}` found no place in the image", name)));
    }
    config = replace_all(std::move(config), before, "fromEnvironment = " + capnp_string(name));
  }
  return config;
}

/// Of the scripts that simulate services, those that the configuration embeds.
Result<void> add_simulations(const std::string& config,
                             const RuntimeParts& parts,
                             WorkerImage& image,
                             const ReadOnlyFileSystem& files) {
  PYW_TRY_ASSIGN(const auto scripts, list_tree(files, parts.miniflare));
  for (const auto& script : scripts) {
    const auto place = (simulations_place / script).generic_string();
    if (config.find(capnp_embed(place)) != std::string::npos) {
      image.python[place] = {parts.miniflare / script, ""};
    }
  }
  return {};
}

} // namespace

Result<WorkerImage> make_worker_image(const config::Project& project,
                                      const bundle::BundleManifest& bundle,
                                      const RuntimeParts& parts,
                                      const StagedWorker& staged,
                                      const ImageOptions& options,
                                      World& world) {
  Placed placed{{}, bundle, with_marked_secrets(project)};
  PYW_TRY(check_bindings(placed.project));
  WorkerImage image;
  PYW_TRY_ASSIGN(image.runtime, runtime_files(parts, world));
  if (!is_javascript(bundle)) {
    PYW_TRY(place_python(parts, staged, placed, image, world.files));
  } else {
    image.python[(guest_place / "edge_front.js").string()] = {staged.guest / "edge_front.js", ""};
    image.python[(guest_place / "failed.js").string()] = {staged.guest / "failed.js", ""};
    placed.guest.guest = guest_place;
  }
  place_worker(staged, placed, image);
  RuntimeParts image_parts = parts;
  image_parts.pyodide = python_place;
  image_parts.miniflare = simulations_place;
  const auto exports = exportable_names(staged.entry_text);
  const auto handlers = module_handlers(staged.entry_text);
  const std::map<std::string, std::string> no_assets;
  const Path state = worker_place / "state";
  const Path registry = worker_place / "registry";
  const std::string control = "PYW_CONTROL";
  const PlanInput input{placed.project,
                        placed.bundle,
                        image_parts,
                        placed.guest,
                        worker_place,
                        state,
                        registry,
                        exports,
                        handlers,
                        world.environment,
                        no_assets,
                        Observe::no,
                        Events::at_once,
                        nullptr,
                        Served{mark_of(control)}};
  PYW_TRY_ASSIGN(auto plan, plan_config(input));
  std::vector<std::string> names{control};
  for (const auto& secret : placed.project.secrets) {
    names.push_back(secret.name);
  }
  PYW_TRY_ASSIGN(auto config, from_environment(std::move(plan.config), names));
  if (options.outbound == Outbound::also_private) {
    config = replace_all(std::move(config), "allow = [\"public\"]", "allow = [\"public\", \"private\"]");
  }
  PYW_TRY(add_simulations(config, parts, image, world.files));
  for (const auto& folder : plan.directories) {
    image.folders[folder.string()] = anyones_folder; // whichever user runs it; or something is mounted there
  }
  auto settings = plan.settings;
  if (options.snapshot) {
    const auto place = worker_place / "snapshot";
    image.worker[place.string()] = {*options.snapshot, ""};
    settings = with_snapshot(plan.settings, place);
  }
  image.worker[(worker_place / "config.capnp").string()] = {"", std::move(config)};
  image.worker[(worker_place / "main.js").string()] = {"", std::move(plan.main_module)};
  image.worker[(worker_place / "settings.json").string()] = {"", std::move(settings)};
  image.command = {std::string(workerd_place),
                   "serve",
                   "-I",
                   "/",
                   "--experimental",
                   "--socket-addr",
                   fmt::format("http=*:{}", options.port),
                   (worker_place / "config.capnp").string()};
  return image;
}

} // namespace pyw::runtime
