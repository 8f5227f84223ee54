// SPDX-License-Identifier: Apache-2.0
// What a supervisor reports: of children that end, do not start or do not stop, and of giving up. The words are those of OTP 25.2.3, asked for each case.

#include <gtest/gtest.h>

#include <new>
#include <string>
#include <vector>

#include <agner/actors/process.hpp>
#include <agner/actors/supervisor.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/log_capture.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::log_capture;

supervisor::start_function starting(std::function<task<result<pid>>()> how) {
  return {std::move(how), "sup"_atom, "k"_atom};
}
supervisor::start_function exits_as_told() {
  return starting([]() -> task<result<pid>> { co_return spawn_link(test::exits_as_told); });
}

std::string report(const std::string& context, const std::string& reason, const std::string& child,
                   const std::string& id) {
  return "    supervisor: {local,s}\n"
         "    errorContext: " +
         context +
         "\n"
         "    reason: " +
         reason +
         "\n"
         "    offender: [{pid," +
         child +
         "},\n"
         "               {id," +
         id +
         "},\n"
         "               {mfargs,{sup,k,undefined}},\n"
         "               {restart_type,permanent},\n"
         "               {significant,false},\n"
         "               {shutdown,100},\n"
         "               {child_type,worker}]\n";
}

task<pid> child_of(pid of) { co_return (co_await supervisor::which_children(of))[0].child.as_pid(); }

TEST(SupervisorReport, OfAChildThatEndsAndOfGivingUp) {
  deterministic_node here;
  const log_capture log;
  std::vector<std::string> expected;

  here->run([&]() -> task<> {
    trap_exit(true);
    const pid sup =
        must(co_await supervisor::start_link(gen_server::local("s"_atom), {.intensity = 1},
                                             {{.id = "a"_atom, .start = exits_as_told(), .shutdown = 100ms}}));
    for (int i = 0; i < 2; ++i) {
      const pid child = co_await child_of(sup);
      const reference gone = monitor(child);
      send(child, "bang"_atom);
      co_await test::down_reason(gone);
      expected.push_back(report("child_terminated", "bang", print(child), "a"));
      if (i == 1) expected.push_back(report("shutdown", "reached_max_restart_intensity", print(child), "a"));
    }
    EXPECT_EQ(co_await receive(on(match("EXIT"_atom, sup, any<term>), [](term why) { return why; })),
              term{"shutdown"_atom});
  });

  const auto lines = log.lines();
  ASSERT_EQ(lines.size(), expected.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].kind, "SUPERVISOR");
    EXPECT_EQ(lines[i].severity, log::level::error);
    EXPECT_EQ(lines[i].text, expected[i]);
  }
}

TEST(SupervisorReport, OfAChildThatDoesNotStartWhicheverWay) {
  struct way {
    std::function<task<result<pid>>()> start;
    std::string reason;
  };
  const way ways[] = {
      {[]() -> task<result<pid>> { co_return fail("nope"_atom); }, "nope\n"},
      {[]() -> task<result<pid>> {
         raise_throw("ball"_atom);
         co_return pid{};
       },
       "ball\n"},
      {[]() -> task<result<pid>> {
         exit("boom"_atom);
         co_return pid{};
       },
       "{'EXIT',boom}\n"},
      {[]() -> task<result<pid>> {
         raise_error("boom"_atom);
         co_return pid{};
       },
       "{'EXIT',\n                {boom,\n"},
  };
  for (const way& each : ways) {
    deterministic_node here;
    const log_capture log;

    here->run([&]() -> task<> {
      trap_exit(true);
      const auto started = co_await supervisor::start_link(gen_server::local("s"_atom), {},
                                                           {{.id = "a"_atom, .start = starting(each.start)}});
      EXPECT_TRUE(started.error().reason().is_tagged("shutdown"_atom, 2)) << print(started.error().reason());
    });

    ASSERT_EQ(log.lines().size(), 1U); // the supervisor itself ends in good order
    EXPECT_TRUE(log.lines()[0].text.starts_with(
        "    supervisor: {local,s}\n    errorContext: start_error\n    reason: " + each.reason))
        << log.lines()[0].text;
  }
}

TEST(SupervisorReport, OfAChildThatMustBeKilled) {
  deterministic_node here;
  const log_capture log;
  pid child;

  here->run([&]() -> task<> {
    const auto deaf = starting([]() -> task<result<pid>> {
      co_return spawn_link([]() -> task<> {
        trap_exit(true);
        co_await receive(on(match("never"_atom, _), [] {}));
      });
    });
    const pid sup = must(co_await supervisor::start_link(gen_server::local("s"_atom), {},
                                                         {{.id = "a"_atom, .start = deaf, .shutdown = 100ms}}));
    child = co_await child_of(sup);
    for (int i = 0; i < 3; ++i) // it has begun to trap exits
      co_await yield();
    must(co_await supervisor::terminate_child(sup, "a"_atom));
    unlink(sup);
    exit(sup, "kill"_atom);
  });

  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_EQ(log.lines()[0].text, report("shutdown_error", "killed", print(child), "a"));
}

TEST(SupervisorReport, ASupervisorWhoseMemoryRunsOutIsKilledAndItsChildrenWithIt) {
  deterministic_node here;
  const log_capture log;

  here->run([&]() -> task<> {
    trap_exit(true);
    pid sibling;
    const auto first = starting([&]() -> task<result<pid>> { co_return sibling = spawn_link(test::until_told); });
    const auto starved = starting([]() -> task<result<pid>> {
      throw std::bad_alloc{};
      co_return pid{};
    });
    const auto started =
        co_await supervisor::start_link({}, {}, {{.id = "a"_atom, .start = first}, {.id = "b"_atom, .start = starved}});
    EXPECT_EQ(started.error().reason(), term{"killed"_atom});
    EXPECT_FALSE(co_await is_process_alive(sibling));
  });

  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_NE(log.lines()[0].text.find("out of memory"), std::string::npos);
}

TEST(SupervisorReport, OfProgress) {
  deterministic_node here;
  const log_capture log;
  log::set_level(log::level::info);
  pid child;

  here->run([&]() -> task<> {
    const pid sup = must(co_await supervisor::start_link(
        gen_server::local("s"_atom), {}, {{.id = "a"_atom, .start = exits_as_told(), .shutdown = 100ms}}));
    child = co_await child_of(sup);
    unlink(sup);
    exit(sup, "kill"_atom);
  });
  log::set_level(log::level::notice);

  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_EQ(log.lines()[0].kind, "PROGRESS");
  EXPECT_TRUE(log.lines()[0].text.starts_with("    supervisor: {local,s}\n    started: [{pid," + print(child) +
                                              "},\n              {id,a},\n"))
      << log.lines()[0].text;
}

} // namespace
} // namespace agner
