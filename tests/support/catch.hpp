// The one place that names Catch2: keep to TEST_CASE, SECTION, CHECK, REQUIRE and GENERATE.
#pragma once

#include <catch2/catch.hpp>
