// SPDX-License-Identifier: Apache-2.0
// Two processes, a link that tells when one ends, a time limit, and a receive that is selective: the DOWN waits in the mailbox until somebody asks for it.

#include <agner/actors/process.hpp>
#include <agner/runtime/term_text.hpp>

#include <chrono>
#include <cstdio>

using namespace agner;
using namespace std::chrono_literals;

struct ping { // {ping, From, Round}
  static constexpr auto tag = "ping"_atom;
  pid from;
  int round;
};
struct pong { // {pong, Round}
  static constexpr auto tag = "pong"_atom;
  int round;
};
struct stop { // stop
  static constexpr auto tag = "stop"_atom;
};

task<> ponger() {
  for (bool more = true; more;)
    co_await receive([](ping p) { send(p.from, pong{p.round}); }, [&](stop) { more = false; });
  exit("tired"_atom);
}

task<> pinger(pid peer) {
  for (int round = 1; round <= 3; ++round) {
    send(peer, ping{self(), round});
    co_await receive([](pong p) { std::printf("pong %d\n", p.round); }, after(5s, [] { exit("timeout"_atom); }));
  }
  send(peer, stop{});
}

int main() {
  node here;
  here.run([]() -> task<> {
    const auto [peer, watch] = spawn_monitor(ponger);
    co_await pinger(peer);
    const term why = co_await receive(
        on(match("DOWN"_atom, watch, "process"_atom, peer, any<term>), [](term reason) { return reason; }));
    std::printf("the other one ended: %s\n", print(why).c_str());
  });
}
