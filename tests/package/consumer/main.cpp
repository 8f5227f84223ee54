// SPDX-License-Identifier: Apache-2.0
// Two processes of an installed agner: exits with 0 if a ping is answered.

#include <agner/actors/process.hpp>

using namespace agner;

struct ping {
  static constexpr auto tag = "ping"_atom;
  pid from;
};
struct pong {
  static constexpr auto tag = "pong"_atom;
};

task<> ponger() {
  co_await receive([](ping p) { send(p.from, pong{}); });
}

task<bool> pinger() {
  send(spawn(ponger), ping{self()});
  co_return co_await receive([](pong) { return true; });
}

int main() {
  node here;
  return here.run(pinger) ? 0 : 1;
}
