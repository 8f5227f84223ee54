// SPDX-License-Identifier: Apache-2.0
// interop_node FLAGS: a node with something on it for peers to talk to. What it registers: counter.hpp, a maker of puppets (puppet.hpp), and `echo`.

#include <cstdio>
#include <exception>
#include <string>
#include <utility>

#include <agner/actors/process.hpp>
#include <agner/actors/supervisor.hpp>
#include <agner/dist/tool/standard_files.hpp>
#include <agner/dist/tool/start_fault.hpp>
#include <agner/dist/tool/termination.hpp>
#include <agner/runtime/term_builders.hpp>

#include "counter.hpp"
#include "puppet.hpp"

namespace agner::interop {

namespace {

/// {From, Term}
struct shout {
  pid from;
  term what;
};

/// Sends {self(), Term} back.
task<> echo() {
  for (;;)
    co_await receive([](shout heard) -> task<> { co_await send(heard.from, tuple(self(), std::move(heard.what))); },
                     [](term) {}); // nothing else is ever taken, and would wait for ever
}

struct fresh {
  static constexpr auto tag = "new"_atom;
};

struct puppet_master {
  static pid handle_call(fresh) { return spawn(puppet); }
};

/// The parent of everything that is registered.
task<> hold(pid starter) {
  const supervisor::flags patient{.intensity = 1000,
                                  .period = std::chrono::seconds{1}}; // peers crash it as often as they like
  must(co_await supervisor::start_link(
      patient,
      {{.id = "counter"_atom, .start = supervisor::start_link_of<counter>(gen_server::local("counter"_atom))}}));
  must(co_await gen_server::start_link<puppet_master>(gen_server::local("puppet_master"_atom)));
  register_("echo"_atom, spawn_link(echo));
  send(starter, "started"_atom);
  for (;;)
    co_await receive([](term) {});
}

/// Returns when all is registered. @errors raises what kept it from that
task<> start() {
  const auto [holder, monitor] = spawn_monitor(hold, self());
  co_await receive([](atom) {}, on(match("DOWN"_atom, monitor, "process"_atom, holder, any<term>),
                                   [](term why) { exit(std::move(why)); }));
}

} // namespace

} // namespace agner::interop

int main(int argc, char** argv) {
  using namespace agner;
  tool::open_standard_files();
  const tool::termination ends;
  try {
    node here{node_options::from_args(argc, argv)};
    here.run(interop::start);
    std::printf("ready %s\n", std::string{here.name().name()}.c_str());
    std::fflush(stdout);
    ends.wait(tool::ends_at::signal_or_end_of_input);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "interop_node: %s\n", tool::start_fault(fault).c_str());
    return 1;
  }
  return 0;
}
