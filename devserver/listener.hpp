// Lies below, where other servers have it too; its names are found here as before.
#pragma once

#include <base/listener.hpp>
