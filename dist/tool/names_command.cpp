// SPDX-License-Identifier: Apache-2.0
// agner names: asks the epmd of this machine.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "../../actors/gen_tcp.hpp"
#include "../../actors/process.hpp"
#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_text.hpp"
#include "../epmd_messages.hpp"
#include "../node_arguments.hpp"
#include "commands.hpp"

namespace agner::tool {

namespace {

constexpr std::chrono::seconds patience{5};

/// Everything that epmd says until it closes; more than it may say is cut where the reader refuses it.
task<result<dist::epmd::names_answer>> ask_epmd(std::uint16_t port) {
  const auto socket =
      co_await gen_tcp::connect("127.0.0.1", port, {.active = false, .mode = inet::mode::binary}, patience);
  if (!socket) co_return std::unexpected{socket.error()};
  const auto request = dist::epmd::write(dist::epmd::names_request{});
  if (auto sent = co_await gen_tcp::send(*socket, binary(request)); !sent) co_return std::unexpected{sent.error()};

  std::vector<std::byte> answer;
  while (answer.size() <= dist::epmd::names_bytes_max) {
    const auto part = co_await gen_tcp::recv(*socket, 0, patience);
    if (!part) {
      if (part.error().reason() != term{"closed"_atom}) co_return std::unexpected{part.error()};
      break;
    }
    const auto bytes = part->bytes();
    answer.insert(answer.end(), bytes.begin(), bytes.end());
  }
  co_return dist::epmd::read_names_answer(answer);
}

} // namespace

int run_names() {
  const auto arguments = read_node_arguments({}, node_surroundings::here()); // for -epmd_port and ERL_EPMD_PORT
  if (!arguments) return complain(print(arguments.error().front()));
  node here;
  const auto answer = here.run(ask_epmd, arguments->epmd_port);
  if (!answer)
    return complain("epmd on port " + std::to_string(arguments->epmd_port) + ": " +
                    inet::format_error(answer.error().reason()));
  for (const auto& [name, port] : answer->nodes)
    std::printf("%s %d\n", name.c_str(), int{port});
  std::fflush(stdout);
  return exit_success;
}

} // namespace agner::tool
