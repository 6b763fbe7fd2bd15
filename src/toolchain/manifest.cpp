#include <toolchain/manifest.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pyw::toolchain {

namespace {

using Globs = std::string_view;

constexpr std::array<Globs, 1> workerd_files{"bin/workerd"};
constexpr std::array<Globs, 5> pyodide_files{
    "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs", "pyodide-lock.json", "python_stdlib.zip"};
constexpr std::array<Globs, 5> pyodide_028_files{
    "pyodide.asm.js", "pyodide.asm.wasm", "pyodide.mjs", "pyodide-lock.json", "python_stdlib.zip"};
constexpr std::array<Globs, 1> all_files{"**/*"};
constexpr std::array<Globs, 2> declaration_files{"**/*.d.ts", "**/*.ts"};
constexpr std::array<Globs, 2> workerd_types_files{"worker.mjs", "workerd.capnp"};
constexpr std::array<Globs, 1> uv_files{"uv"};

constexpr Rewritten classic_script_to_module{
    "pyodide.asm.js", "pyodide.asm.mjs", "\nexport default _createPyodideModule;\n"};

// Digests: `npm view PACKAGE@VERSION dist.integrity`; the sha256 of the Python index's page for each wheel.
// docs/toolchain.md says how to move to a new version. workerd 1.20261117.1 was not in the registry for macOS
// on 2026-11-21 (1.20261023.1 was its newest, which lacks the bundled services that pyw needs): without a
// pin, pyw says so there.
constexpr auto pinned_parts = std::to_array<Pin>({
    {Part::workerd,
     "workerd",
     "1.20261117.1",
     "linux-64",
     Origin::npm,
     "@cloudflare/workerd-linux-64",
     "sha512-gZLA8X11m/luZwn+YA3+mDu61vdxNJzpksP/QZqjydKTQ+VUCulsK5gtn9Bqst1p3KJu2kafQpJ1nDQv4B23jA==",
     46'705'140,
     {"package/", workerd_files},
     "bin/workerd",
     std::nullopt,
     "e82a3584231899fc61bd215cec73faeaca909c82e8e8f7b2d79c694471ab37dc"},
    {Part::workerd,
     "workerd",
     "1.20261117.1",
     "linux-arm64",
     Origin::npm,
     "@cloudflare/workerd-linux-arm64",
     "sha512-gxWngFojq41ULKNKb9rpWYvKotN5hT2I/xot+Bpy31cXzrwcTgtDLSMb2t75sW5BJxH7hihFvikgYb577kB3Zg==",
     46'754'578,
     {"package/", workerd_files},
     "bin/workerd",
     std::nullopt,
     "ad7a99d23f72d93f08dd83094d9a7a4bc99067320c0610f2345a4f30a04cb280"},
    {Part::pyodide_314,
     "pyodide-3.14",
     "314.0.7",
     "any",
     Origin::npm,
     "pyodide",
     "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",
     6'488'647,
     {"package/", pyodide_files},
     "",
     std::nullopt,
     "6fc662b6b45c366a8d092788308ce1734645e85fb601ac42cc7974ebd546e313"},
    {Part::pyodide_313,
     "pyodide-3.13",
     "0.28.3",
     "any",
     Origin::npm,
     "pyodide",
     "sha512-rtCsyTU55oNGpLzSVuAd55ZvruJDEX8o6keSdWKN9jPeBVSNlynaKFG7eRqkiIgU7i2M6HEgYtm0atCEQX3u4A==",
     5'586'594,
     {"package/", pyodide_028_files},
     "",
     classic_script_to_module,
     "683238a9769893ffd03557b3061e4db2fbfc1d66afc0bd3e675ab2f3e7ed69cb"},
    {Part::miniflare,
     "miniflare",
     "5.20261117.0-beta",
     "any",
     Origin::npm,
     "miniflare",
     "sha512-D2ygY04wQUmbpwgBhj828piErZoj7UMlXNGr4EWQp/c1PNGHyYOh0dMIyobjwOXiD5Ifl1EaEVAoNuBHK+qtkw==",
     2'765'935,
     {"package/dist/src/workers/", all_files},
     "",
     std::nullopt,
     "e5e78c2736ea1716ba5a4fb62e357e2d31faa2f61a7d18ed4a44d064148b65b5"},
    {Part::workers_types,
     "workers-types",
     "5.20261117.1",
     "any",
     Origin::npm,
     "@cloudflare/workers-types",
     "sha512-0Qg3kAn8DPRQLaT8ZkqCm6+2/ctc61zdWZqN/1JtlrXV+Db1fNwnjHBLz+/GB/yX+/JgdDAFs+fr8vYyC0w9aw==",
     476'148,
     {"package/", declaration_files},
     "",
     std::nullopt,
     "11e1c69af23d2c03d2ff175e8516635aad3c191fef31c148b76db77ab43a6825"},
    {Part::workerd_types,
     "workerd-types",
     "1.20261117.1",
     "any",
     Origin::npm,
     "workerd",
     "sha512-iakDbGVtJRiErpWSM5fYT0z3spJ2Mo1x/POsEajBNLqUbTRwm8vMqbB7g8zPN2tzs6eZYNiO5ECyEnAXO9Foxw==",
     1'301'159,
     {"package/", workerd_types_files},
     "",
     std::nullopt,
     "dfc90ed17df16c11991080f07eebefbb2a6225ecb37e24b7081621e1361b1d36"},
    {Part::uv,
     "uv",
     "0.13.8",
     "linux-64",
     Origin::python_index,
     "uv-0.13.8-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
     "sha256:e18a57b8b352eb7c8feb317b9f6f533c8f0ad9673fd6cf34bbe3cf1a9f6a8984",
     17'389'450,
     {"uv-0.13.8.data/scripts/", uv_files},
     "uv",
     std::nullopt,
     "bd838cb260d28b2727c41b75d33249777dcfa420b1de82347a52cecd4408b97f"},
    {Part::uv,
     "uv",
     "0.13.8",
     "linux-arm64",
     Origin::python_index,
     "uv-0.13.8-py3-none-manylinux_2_28_aarch64.whl",
     "sha256:5337c30bb893b4f9ce0ceb921ba2da0d13f649da644f40ad3bef84083bef0203",
     16'808'714,
     {"uv-0.13.8.data/scripts/", uv_files},
     "uv",
     std::nullopt,
     "a770bdae639d18d39b87a71e703445195e25cfafde33fae9ad355a9761d7d408"},
    {Part::uv,
     "uv",
     "0.13.8",
     "darwin-64",
     Origin::python_index,
     "uv-0.13.8-py3-none-macosx_10_12_x86_64.whl",
     "sha256:b7124ca1956ec2e476a1003ea5715a15f0266afaec37f4dc9c6972ba8183e6d1",
     17'374'577,
     {"uv-0.13.8.data/scripts/", uv_files},
     "uv",
     std::nullopt,
     "9f5b32f683181963c1d14ad4c484e2cf90d7ce88c20a38729ccec0a88dafc4e9"},
    {Part::uv,
     "uv",
     "0.13.8",
     "darwin-arm64",
     Origin::python_index,
     "uv-0.13.8-py3-none-macosx_11_0_arm64.whl",
     "sha256:62b6943c7fd64fac6854f780bea6e0359e5a5bc3241f83ee357bb38276afac49",
     14'483'721,
     {"uv-0.13.8.data/scripts/", uv_files},
     "uv",
     std::nullopt,
     "e7d1889ba238bfbaa7135cac81f6c7e4bdbc93af111100dd676e6558ebf7163a"},
});

constexpr std::array<Part, 7> parts{Part::workerd,
                                    Part::pyodide_314,
                                    Part::pyodide_313,
                                    Part::miniflare,
                                    Part::workers_types,
                                    Part::workerd_types,
                                    Part::uv};

} // namespace

std::span<const Pin> all_pins() {
  return pinned_parts;
}

const Pin* find_pin(Part part, std::string_view platform) {
  const auto found = std::find_if(pinned_parts.begin(), pinned_parts.end(), [&](const Pin& pin) {
    return pin.part == part && (pin.platform == platform || pin.platform == "any");
  });
  return found == pinned_parts.end() ? nullptr : &*found;
}

std::span<const Part> all_parts() {
  return parts;
}

std::string_view name_of(Part part) {
  const auto found = std::find_if(
      pinned_parts.begin(), pinned_parts.end(), [&](const Pin& pin) { return pin.part == part; });
  return found == pinned_parts.end() ? "" : found->name;
}

std::optional<Part> part_named(std::string_view name) {
  const auto found = std::find_if(
      pinned_parts.begin(), pinned_parts.end(), [&](const Pin& pin) { return pin.name == name; });
  return found == pinned_parts.end() ? std::nullopt : std::optional(found->part);
}

std::string folder_name(const Pin& pin) {
  return fmt::format("{}-{}-{}", pin.name, pin.version, pin.platform);
}

} // namespace pyw::toolchain
