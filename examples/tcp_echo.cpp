// SPDX-License-Identifier: Apache-2.0
// A server that sends back what comes, and a client that talks to it: a process for each connection, packets of their own, back-pressure by `active once`.

#include <agner/actors/gen_tcp.hpp>
#include <agner/actors/process.hpp>

#include <chrono>
#include <cstdio>
#include <string>

using namespace agner;
using namespace std::chrono_literals;

// One process for one connection. The next packet is read only when this one has gone back.
task<> echo(gen_tcp::socket connection) {
  for (bool open = true; open;) {
    must(co_await inet::setopts(connection, {.active = gen_tcp::once}));
    co_await receive([&](const gen_tcp::data& in) -> task<> { must(co_await gen_tcp::send(connection, in.bytes)); },
                     [&](const gen_tcp::closed&) -> task<> {
                       open = false;
                       co_return;
                     });
  }
}

// Who has accepted a connection serves it, and leaves the next one to another.
task<> acceptor(gen_tcp::socket listener) {
  const auto connection = co_await gen_tcp::accept(listener);
  if (!connection) co_return; // the listener is closed
  spawn(acceptor, listener);
  co_await echo(*connection);
}

task<> talk(std::uint16_t port) {
  const auto server = must(co_await gen_tcp::connect(
      "localhost", port, {.active = false, .mode = inet::mode::binary, .packet = 4, .nodelay = true}, 5s));
  for (const std::string line : {"hello", "to be sent back", "goodbye"}) {
    must(co_await gen_tcp::send(server, line));
    const term answer = must(co_await gen_tcp::recv(server, 0, 5s));
    std::printf("%s\n", std::string{answer.text()}.c_str());
  }
  co_await gen_tcp::close(server);
}

int main() {
  node here;
  here.run([]() -> task<> {
    const auto listener = must(gen_tcp::listen(
        0,
        {.active = false, .mode = inet::mode::binary, .packet = 4, .reuseaddr = true, .ip = ip_address::loopback()}));
    spawn(acceptor, listener);
    co_await talk(must(co_await inet::port(listener)));
  });
}
