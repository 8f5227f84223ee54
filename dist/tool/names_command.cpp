// SPDX-License-Identifier: Apache-2.0
// agner names: asks the epmd of this machine.

#include <string>

#include "../../actors/inet.hpp"
#include "../../actors/process.hpp"
#include "../epmd_client.hpp"
#include "../node_arguments.hpp"
#include "commands.hpp"

namespace agner::tool {

int run_names() {
  const auto arguments = read_node_arguments({}, node_surroundings::here()); // for -epmd_port and ERL_EPMD_PORT
  if (!arguments) return complain(print(arguments.error().front()));
  node here;
  const auto answer =
      here.run([port = arguments->epmd_port] { return dist::epmd::names(ip_address::loopback(), port); });
  if (!answer)
    return complain("epmd on port " + std::to_string(arguments->epmd_port) + ": " +
                    inet::format_error(answer.error().reason()));
  for (const auto& [name, port] : answer->nodes)
    print_line(name + " " + std::to_string(port));
  return exit_success;
}

} // namespace agner::tool
