#include <base/lazy_library.hpp>
#include <base/text.hpp>

#include <dlfcn.h>
#include <fmt/core.h>

namespace pyw {

Result<LazyLibrary> LazyLibrary::open(const std::vector<std::string>& names, std::string_view package) {
  for (const auto& name : names) {
    if (auto* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) {
      return LazyLibrary(handle);
    }
  }
  return failure(user_error(fmt::format("cannot load `{}`", join(names, "` or `")),
                            {fmt::format("install the package `{}`", package)}));
}

Result<void*> LazyLibrary::find(const char* name) const {
  if (auto* symbol = ::dlsym(m_handle, name)) {
    return symbol;
  }
  return failure(internal_error(fmt::format("the library lacks `{}`: {}", name, ::dlerror())));
}

} // namespace pyw
