// SPDX-License-Identifier: Apache-2.0
// Many sessions that mostly wait: each is a process that hibernates between two visits, a table tells everybody where each is, and what they log may be lost, not the node.

#include <agner/actors/ets.hpp>
#include <agner/actors/hibernate.hpp>
#include <agner/actors/process.hpp>

#include <cstdint>
#include <cstdio>
#include <string>
#include <tuple>

using namespace agner;

struct visit { // {visit, From}
  static constexpr auto tag = "visit"_atom;
  pid from;
};
struct visited { // {visited, User, Times}
  static constexpr auto tag = "visited"_atom;
  std::string user;
  std::int64_t times;
};

task<> session(std::string user, std::int64_t times) {
  co_await receive([&](visit by) {
    send("audit"_atom, visited{user, ++times});
    send(by.from, visited{user, times});
  });
  co_await hibernate(session, user, times); // the frames go; links, name and messages stay; a message begins it again
}

task<> audit(std::int64_t lines) {
  for (;;)
    co_await receive([&](visited) { ++lines; }, on(match("lines"_atom, any<pid>), [&](pid who) { send(who, lines); }));
}

int main() {
  node here;
  here.run([]() -> task<> {
    spawn_opt({.link = true,
               .priority = priority_level::low,
               .name = "audit"_atom,
               .message_queue = message_queue_limit{1'000, queue_overflow::drop_oldest}},
              audit, 0);
    const ets::table sessions = ets::new_("sessions"_atom, {.named_table = true, .read_concurrency = true});
    for (const std::string user : {"ada", "grace", "joe"})
      ets::insert(sessions, std::tuple{user, spawn_link(session, user, 0)});

    for (const std::string user : {"ada", "joe", "ada"}) {
      send(ets::lookup_element("sessions"_atom, to_term(user), 2).as_pid(), visit{self()});
      const visited v = co_await receive([](visited told) { return told; });
      std::printf("%s was here %d times\n", v.user.c_str(), static_cast<int>(v.times));
    }
    send("audit"_atom, tuple("lines"_atom, self()));
    const auto lines = co_await receive([](std::int64_t count) { return count; });
    std::printf("%d sessions, %d lines\n", static_cast<int>(ets::info(sessions, "size"_atom)->as_int64()),
                static_cast<int>(lines));
  });
}
