// SPDX-License-Identifier: Apache-2.0
// Files of arguments, and what they say about a node.

#include <agner/dist/node_arguments.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  const agner::node_surroundings world{
      .command = {.variable = [](const char*) -> std::optional<std::string> { return std::nullopt; },
                  .read_file = [&](const std::string&) -> std::expected<std::string, std::string> { return text; }},
      .host = [] { return agner::host_names{.host = "box", .domain = "example.org"}; },
      .cookie_file = []() -> std::expected<std::string, std::string> { return "cookie"; }};
  const auto read = agner::read_node_arguments({"-args_file", "f"}, world);
  if (!read)
    for (const agner::flag_fault& each : read.error())
      if (each.flag.empty() || each.why.empty() || each.right.empty()) __builtin_trap();
  return 0;
}
