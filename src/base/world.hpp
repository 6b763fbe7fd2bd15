// The outside as one parameter. real_world() is made in main; tests make one in memory.
#pragma once

#include <base/clock.hpp>
#include <base/environment.hpp>
#include <base/filesystem.hpp>
#include <base/http.hpp>
#include <base/process.hpp>
#include <base/reporter.hpp>

namespace pyw {

struct World {
  FileSystem& files;
  ProcessRunner& processes;
  HttpClient& http;
  Clock& clock;
  Reporter& reporter;
  const Environment& environment;
};

} // namespace pyw
