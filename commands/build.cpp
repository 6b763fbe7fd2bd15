#include <base/file_lock.hpp>
#include <base/text.hpp>
#include <bundle/project_source.hpp>
#include <commands/build.hpp>
#include <commands/cloud_support.hpp>
#include <commands/project_loading.hpp>
#include <commands/runtime_parts.hpp>
#include <commands/top_level_limit.hpp>
#include <runtime/image.hpp>
#include <snapshot/build.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <image/registry.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  Path layout;
  std::string push;
  std::string tag = "latest";
  std::uint16_t port = runtime::ImageOptions{}.port;
  bool private_network = false;
  bool no_snapshot = false;
};

/// An account that images of this kind use for "nobody in particular".
constexpr std::string_view unprivileged = "65532:65532";

/// The dedicated snapshot, made now when there is none; nullopt, and said why, when the Worker can have none.
Result<std::optional<Path>> dedicated_snapshot(const config::Project& project,
                                               const bundle::BundleManifest& bundle,
                                               const runtime::RuntimeParts& parts,
                                               const runtime::StagedWorker& staged,
                                               Context& context) {
  auto& world = context.world;
  PYW_TRY_ASSIGN(const auto plans, snapshot::plan_layers(project, bundle, parts, staged, world.files));
  const auto plan = std::ranges::find(plans, snapshot::Layer::dedicated, &snapshot::LayerPlan::layer);
  if (plan == plans.end()) {
    world.reporter.message("No memory snapshot goes along: none can be made of this Worker");
    return std::nullopt;
  }
  snapshot::CheckedFiles checked;
  if (!snapshot::is_usable(*plan, world.files, checked)) {
    PYW_TRY_ASSIGN(const auto limit, top_level_limit(world.environment));
    const auto scratch = snapshot::snapshots_directory(project) / fmt::format("build-{}", ::getpid());
    const auto progress = world.reporter.progress("making the memory snapshot", ProgressUnit::items);
    PYW_TRY_ASSIGN(const auto made,
                   snapshot::build(*plan,
                                   {project, parts, staged.guest, scratch, snapshot::Priority::normal, limit},
                                   world));
    if (!made.made) {
      for (const auto& reason : snapshot::explain_refusal(made)) {
        world.reporter.report(reason);
      }
      return std::nullopt;
    }
  }
  return plan->file;
}

Result<runtime::WorkerImage>
worker_image(const Options& options, const config::Project& project, Context& context) {
  auto& world = context.world;
  PYW_TRY_ASSIGN(const auto parts, runtime_parts(project, world));
  PYW_TRY_ASSIGN(const auto bundle,
                 bundle::collect(bundle::source_of(project, project.main_file()), world.files));
  const auto folder = snapshot::snapshots_directory(project);
  PYW_TRY_ASSIGN(const auto lock, FileLock::acquire(folder / "lock", [&] {
                   world.reporter.message("waiting for another pyw that makes a snapshot");
                 }));
  PYW_TRY_ASSIGN(const auto staged, runtime::stage(project, bundle, parts, folder / "run", world));
  runtime::ImageOptions wanted;
  wanted.port = options.port;
  wanted.outbound =
      options.private_network ? runtime::Outbound::also_private : runtime::Outbound::public_only;
  if (!options.no_snapshot && !project.is_javascript()) {
    PYW_TRY_ASSIGN(wanted.snapshot, dedicated_snapshot(project, bundle, parts, staged, context));
  }
  return runtime::make_worker_image(project, bundle, parts, staged, wanted, world);
}

image::Layer layer(std::string what, const runtime::ImageFiles& files) {
  image::Layer out{std::move(what), {}};
  for (const auto& [place, file] : files) {
    out.tree.files[place] = {file.source, file.content, file.is_executable};
  }
  return out;
}

std::string architecture() {
#if defined(__aarch64__)
  return "arm64";
#else
  return "amd64";
#endif
}

/// What changes least comes first: registries and machines keep a layer that they have.
Result<image::Image> make_image(const Options& options, const config::Project& project, Context& context) {
  PYW_TRY_ASSIGN(const auto worker, worker_image(options, project, context));
  std::vector<image::Layer> layers{layer("workerd and the system's libraries", worker.runtime),
                                   layer("Python", worker.python),
                                   layer("the Worker", worker.worker)};
  layers.back().tree.folders = worker.folders;
  std::erase_if(layers, [](const auto& item) { return item.tree.files.empty(); });
  layers.front().tree.folders["/tmp"] = 01777;
  image::ImageSetup setup;
  setup.architecture = architecture();
  setup.entrypoint = worker.command;
  setup.user = unprivileged;
  setup.port = options.port;
  for (const auto& [folder, mode] : worker.folders) {
    setup.volumes.push_back(folder);
  }
  setup.labels = {{"org.opencontainers.image.title", project.name.value}};
  return image::make_image(layers, setup, context.world.files);
}

cloud::Json describe(const image::Image& image) {
  auto layers = cloud::Json::array();
  for (const auto& layer : image.layers) {
    layers.push_back({{"digest", layer.digest}, {"size", layer.content.size()}});
  }
  return {{"digest", image.manifest.digest}, {"config", image.config.digest}, {"layers", layers}};
}

Result<int> run(const Options& options, Context& context) {
  auto& world = context.world;
  if (options.layout.empty() && options.push.empty()) {
    return failure(usage_error("`pyw build` needs `--oci PATH` or `--push REGISTRY/NAME:TAG`"));
  }
  std::optional<image::Reference> reference;
  if (!options.push.empty()) {
    PYW_TRY_ASSIGN(reference, image::parse_reference(options.push));
  }
  PYW_TRY_ASSIGN(auto project, load_project(context, config::Purpose::dev, config::SecretFiles::load));
  if (project.crons && !project.crons->empty()) {
    world.reporter.report({Severity::warning, "the Worker's schedules do not run in an image by themselves"});
  }
  PYW_TRY_ASSIGN(const auto image, make_image(options, project, context));
  auto told = describe(image);
  if (!options.layout.empty()) {
    const auto layout = (context.options.directory / options.layout).lexically_normal();
    PYW_TRY(image::write_layout(image, options.tag, layout, world.files));
    world.reporter.message(fmt::format("Image {} in `{}`", image.manifest.digest, options.layout.string()));
  }
  if (reference) {
    PYW_TRY_ASSIGN(auto credentials,
                   image::find_credentials(reference->registry, world.environment, world.files));
    image::Registry registry(*reference, std::move(credentials), world.http, world.reporter);
    PYW_TRY_ASSIGN(const auto pushed, registry.push(image));
    told["pushed"] = {{"reference", options.push},
                      {"sent", pushed.sent_blobs},
                      {"sent_bytes", pushed.sent_bytes},
                      {"known", pushed.known_blobs}};
    world.reporter.message(fmt::format("Pushed to {}: {} sent, {} there already",
                                       options.push,
                                       human_size(pushed.sent_bytes),
                                       counted(pushed.known_blobs, "blob was", "blobs were")));
  }
  if (context.options.format == OutputFormat::json) {
    print_json(context, told);
  }
  return 0;
}

} // namespace

CommandEntry build_command() {
  return {"build",
          "the Worker as a container image, with its snapshot and what runs it",
          Group::run,
          {{"pyw build --oci image", "an OCI image layout in the folder `image`"},
           {"pyw build --push 127.0.0.1:5000/shop:1", "to a registry"}},
          [](CLI::App& app) -> Runner {
            auto options = std::make_shared<Options>();
            app.add_option("--oci", options->layout, "write the image as an OCI layout into this folder")
                ->type_name("PATH");
            app.add_option("--push", options->push, "send the image to a registry")
                ->type_name("REGISTRY/NAME:TAG");
            app.add_option("--tag", options->tag, "the image's name in the layout (default: latest)")
                ->type_name("TAG");
            app.add_option("--port", options->port, "where it answers (default: 8080)")
                ->type_name("N")
                ->check(CLI::Range(1, 65535));
            app.add_flag("--private-network",
                         options->private_network,
                         "the Worker reaches private addresses as well, not only public ones");
            app.add_flag("--no-snapshot", options->no_snapshot, "leave out the memory snapshot");
            return [options](Context& context) { return run(*options, context); };
          }};
}

} // namespace pyw::commands
