// SPDX-License-Identifier: Apache-2.0
// A CAF program becomes a node: its actors and the node's processes talk to, ask, watch and end each other, on the workers that CAF has. What maps to what: docs/caf.md.

#include <agner/actors/caf_interop.hpp>
#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
#include <agner/runtime/term_text.hpp>

#include <caf/all.hpp>

#include <chrono>
#include <cstdio>

using namespace agner;
using namespace std::chrono_literals;

// -- what the program had before: a typed actor and an event-based one ------------------------------------------------------------------------

using add_atom = caf::atom_constant<caf::atom("add")>;
using calculator = caf::typed_actor<caf::replies_to<add_atom, int, int>::with<int>>;

calculator::behavior_type calculate(calculator::pointer) {
  return {[](add_atom, int a, int b) { return a + b; }};
}

caf::behavior greet(caf::event_based_actor* self) {
  return {[=](const std::string& name, const caf::actor& guest) {
    self->send(guest, "hello " + name);
    self->quit(caf::exit_reason::user_shutdown);
  }};
}

// -- what is new: a gen_server, which actors ask as they ask any actor --------------------------------------------------------------------------

struct counter {
  std::int64_t sum = 0;
  term handle_call(const term& request, const gen_server::from&) {
    sum += request.as_int64();
    return sum;
  }
};

int main() {
  caf::actor_system_config config;
  caf::actor_system system{config};
  node here{{.scheduler = scheduler::on(system)}};
  caf_bridge bridge{here, system};

  // Processes and actors.
  const calculator adds = system.spawn(calculate);
  const caf::actor greeter = system.spawn(greet);
  here.run([&]() -> task<> {
    const auto sum = co_await gen_server::call<int>(bridge.pid_of(adds), tuple("add"_atom, 40, 2));
    std::printf("the actor says %d\n", sum);

    const pid friendly = bridge.pid_of(greeter);
    const reference watch = monitor(friendly);
    send(friendly, tuple(binary("process"), self()));
    co_await receive([](std::string text) { std::printf("%s\n", text.c_str()); });
    const term why = co_await receive(
        on(match("DOWN"_atom, watch, "process"_atom, friendly, any<term>), [](term reason) { return reason; }));
    std::printf("the actor ended: %s\n", print(why).c_str());
  });

  // Actors and processes.
  const pid counts = here.run([]() -> task<pid> { co_return must(co_await gen_server::start<counter>()); });
  caf::scoped_actor self{system};
  const caf::actor counting = bridge.actor_of(counts);
  self->monitor(counting);
  for (const int each : {1, 2, 3})
    self->request(counting, 5s, each)
        .receive([](std::int64_t sum) { std::printf("the process says %d\n", static_cast<int>(sum)); },
                 [](const caf::error& why) { std::printf("%s\n", print(to_reason(why)).c_str()); });
  self->send_exit(counting, caf::exit_reason::user_shutdown);
  self->receive(
      [](const caf::down_msg& down) { std::printf("the process ended: %s\n", print(to_reason(down.reason)).c_str()); });
}
