// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/ssl_dist_options.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = agner::parse_ssl_dist_optfile("f", {reinterpret_cast<const char*>(data), size});
  if (!read && !read.error().starts_with("f:")) __builtin_trap();
  return 0;
}
