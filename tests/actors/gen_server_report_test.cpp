// SPDX-License-Identifier: Apache-2.0
// How a gen_server ends, and what is reported, when something goes wrong in each of its callbacks. Reasons and words are those of OTP 25.2.3, asked for each case.

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/log_capture.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using gen_server::outcome;
using test::deterministic_node;
using test::log_capture;

constexpr const char* callbacks[] = {"init",        "handle_call",     "handle_cast",
                                     "handle_info", "handle_continue", "terminate"};

void fail_by(const std::string& how) {
  if (how == "error") raise_error("boom"_atom);
  if (how == "exit") exit("boom"_atom);
  if (how == "throw") raise_throw("boom"_atom);
  if (how == "exception") throw std::runtime_error{"boom"};
  if (how == "memory") throw std::bad_alloc{};
}

/// Fails in one of its callbacks.
struct unlucky {
  unlucky(std::string where, std::string how) : fails_in(std::move(where)), fails_by(std::move(how)) {}

  outcome init() {
    fail_in("init");
    if (fails_in == "handle_continue") return outcome::ok().continue_with("go"_atom);
    return outcome::ok();
  }
  term handle_call(const term&) {
    fail_in("handle_call");
    return "ok"_atom;
  }
  task<> handle_cast(const term&) { // a coroutine among them
    co_await yield();
    fail_in("handle_cast");
  }
  void handle_info(const term&) { fail_in("handle_info"); }
  void handle_continue(const term&) { fail_in("handle_continue"); }
  void terminate(const term&) { fail_in("terminate"); }
  [[nodiscard]] term state() const { return tuple("state"_atom, 1); }

  void fail_in(std::string_view here) const {
    if (here == fails_in) fail_by(fails_by);
  }

  std::string fails_in;
  std::string fails_by;
};

struct end {
  term start; // what start said, where it failed
  pid server;
  term reason;
  std::vector<log_capture::line> reports;
};

// Starts a server, has it fail, and tells how that ended.
end end_of(const std::string& where, const std::string& how) {
  deterministic_node here;
  const log_capture log;
  end is;
  is.reason = here->run([&]() -> task<term> {
    if (where == "init") {
      const auto started = co_await gen_server::start_monitor<unlucky>(where, how);
      is.start = started ? term{} : started.error().reason();
      co_return is.start;
    }
    const auto server = must(co_await gen_server::start_monitor<unlucky>(where, how));
    is.server = server.process;
    if (where == "handle_call") static_cast<void>(gen_server::send_request(server.process, "now"_atom));
    if (where == "handle_cast") gen_server::cast(server.process, "now"_atom);
    if (where == "handle_info") send(server.process, "now"_atom);
    if (where == "terminate") spawn([to = server.process]() -> task<> { co_await gen_server::stop(to); });
    co_return co_await test::down_reason(server.monitor);
  });
  is.reports = log.lines();
  return is;
}

std::string last_message(const std::string& where) {
  if (where == "handle_cast") return "{'$gen_cast',now}";
  if (where == "handle_continue") return "{continue,go}";
  if (where == "terminate") return "[]";
  return "now";
}

// Each callback but init has two reports: of the server and of its crash.
void expect_reports(const end& is, const std::string& where, const std::string& reason, const std::string& exception) {
  SCOPED_TRACE(where);
  ASSERT_EQ(is.reports.size(), where == "init" ? 1U : 2U);
  const log_capture::line& crash = is.reports.back();
  EXPECT_EQ(crash.kind, "CRASH");
  EXPECT_EQ(crash.severity, log::level::error);
  EXPECT_NE(crash.text.find("    initial call: unlucky:init/1\n    pid: " + print(crash.origin) + '\n'),
            std::string::npos);
  EXPECT_NE(crash.text.find("\n    exception " + exception), std::string::npos) << crash.text;
  if (where == "init") return;
  const std::string begin = "** Generic server " + print(is.server) + " terminating \n** Last message in was " +
                            (where == "handle_call" ? "" : last_message(where));
  const std::string& text = is.reports.front().text;
  EXPECT_EQ(is.reports.front().kind, "");
  EXPECT_TRUE(text.starts_with(begin)) << text;
  EXPECT_NE(text.find("\n** When Server state == {state,1}\n** Reason for termination ==\n** " + reason),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("** Client") != std::string::npos, where == "handle_call") << text;
}

TEST(GenServerReport, AnErrorInAnyCallback) {
  for (const std::string where : callbacks) {
    const end is = end_of(where, "error");
    EXPECT_EQ(is.reason[0], term{"boom"_atom});
    EXPECT_EQ(is.reason[1].head()[0], term{"gen_server_report_test"_atom}) << print(is.reason);
    expect_reports(is, where, "{boom,", "error: boom\n      in function  ");
  }
}

TEST(GenServerReport, AnExitInAnyCallback) {
  for (const std::string where : callbacks) {
    const end is = end_of(where, "exit");
    EXPECT_EQ(is.reason, term{"boom"_atom});
    expect_reports(is, where, "{boom,", "exit: boom\n      in function  ");
  }
}

TEST(GenServerReport, AThrowIsTakenForTheValueOfTheCallback) {
  for (const std::string where : callbacks) {
    const end is = end_of(where, "throw");
    if (where == "terminate") { // whose value nobody looks at
      EXPECT_EQ(is.reason, term{"normal"_atom});
      EXPECT_TRUE(is.reports.empty());
      continue;
    }
    EXPECT_EQ(is.reason, tuple("bad_return_value"_atom, "boom"_atom));
    expect_reports(is, where, "{bad_return_value,boom}\n", "exit: {bad_return_value,boom}\n    ancestors: ");
  }
}

TEST(GenServerReport, AnExceptionOfTheStandardLibraryInAnyCallback) {
  for (const std::string where : callbacks) {
    const end is = end_of(where, "exception");
    EXPECT_EQ(is.reason[0], tuple("cxx_exception"_atom, binary("std::runtime_error"), binary("boom")));
    expect_reports(is, where, "{{cxx_exception,<<\"std::runtime_error\">>,<<\"boom\">>}",
                   "error: {cxx_exception,<<\"std::runtime_error\">>,<<\"boom\">>}");
  }
}

TEST(GenServerReport, LackOfMemoryInAnyCallbackKillsAsEverywhere) {
  for (const std::string where : callbacks) {
    SCOPED_TRACE(where);
    const end is = end_of(where, "memory");
    EXPECT_EQ(is.reason, term{"killed"_atom});
    ASSERT_EQ(is.reports.size(), 1U);
    EXPECT_NE(is.reports[0].text.find("out of memory"), std::string::npos) << is.reports[0].text;
  }
}

TEST(GenServerReport, AStartThatFailsSaysWhy) {
  EXPECT_EQ(end_of("init", "error").start[0], term{"boom"_atom});
  EXPECT_EQ(end_of("init", "exit").start, term{"boom"_atom});
  EXPECT_EQ(end_of("init", "throw").start, tuple("bad_return_value"_atom, "boom"_atom));
  EXPECT_EQ(end_of("init", "memory").start, term{"killed"_atom});
}

TEST(GenServerReport, OfACrashHasTheWordsOfOtp) {
  deterministic_node here;
  const log_capture log;
  struct asked {
    outcome handle_cast(const term& why) { return outcome::stop(why); }
    [[nodiscard]] term state() const { return "s"_atom; }
  };

  const auto [server, parent] = here->run([]() -> task<std::pair<pid, pid>> {
    const auto started = must(co_await gen_server::start_monitor<asked>(gen_server::local("asked"_atom)));
    gen_server::cast(started.process, "boom"_atom);
    co_await test::down_reason(started.monitor);
    co_return std::pair{started.process, self()};
  });

  const auto lines = log.lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, "** Generic server asked terminating \n"
                           "** Last message in was {'$gen_cast',boom}\n"
                           "** When Server state == s\n"
                           "** Reason for termination ==\n"
                           "** boom\n");
  const std::string& crash = lines[1].text;
  const std::size_t reductions = crash.find("    reductions: ");
  ASSERT_NE(reductions, std::string::npos) << crash;
  EXPECT_EQ(crash.substr(0, reductions), "  crasher:\n"
                                         "    initial call: asked:init/1\n"
                                         "    pid: " +
                                             print(server) +
                                             "\n"
                                             "    registered_name: asked\n"
                                             "    exception exit: boom\n"
                                             "    ancestors: [" +
                                             print(parent) +
                                             "]\n"
                                             "    message_queue_len: 0\n"
                                             "    messages: []\n"
                                             "    links: []\n"
                                             "    dictionary: []\n"
                                             "    trap_exit: false\n"
                                             "    status: running\n");
  EXPECT_TRUE(crash.ends_with("\n  neighbours:\n")) << crash;
}

TEST(GenServerReport, IsNotMadeForOrderlyEnds) {
  struct asked {
    outcome handle_cast(const term& why) { return outcome::stop(why); }
  };
  deterministic_node here;
  const log_capture log;

  here->run([]() -> task<> {
    for (const term& why : {term{"normal"_atom}, term{"shutdown"_atom}, tuple("shutdown"_atom, 1)}) {
      const auto server = must(co_await gen_server::start_monitor<asked>());
      gen_server::cast(server.process, why);
      EXPECT_EQ(co_await test::down_reason(server.monitor), why);
    }
  });

  EXPECT_TRUE(log.lines().empty());
}

// -- destructors ----------------------------------------------------------------------------------------------------------------------------

struct throws_at_its_end {
  throws_at_its_end() = default;
  throws_at_its_end(throws_at_its_end&& other) noexcept : armed(std::exchange(other.armed, false)) {}
  ~throws_at_its_end() noexcept(false) {
    if (armed) throw std::runtime_error{"at the end"};
  }
  bool armed = true;
};

struct ends_badly {
  explicit ends_badly(std::vector<int>* into) : note(*into, 1) {}
  outcome handle_cast(const term& why) { return outcome::stop(why); }

  test::death_note note;
  throws_at_its_end bad;
};

TEST(GenServerReport, OfADestructorThatThrowsWhileTheServerEndsOrIsKilled) {
  for (const bool kill : {false, true}) {
    deterministic_node here;
    const log_capture log;
    std::vector<int> ended;

    here->run([&]() -> task<> {
      const auto server = must(co_await gen_server::start_monitor<ends_badly>(&ended));
      kill ? exit(server.process, "kill"_atom) : static_cast<void>(gen_server::cast(server.process, "shutdown"_atom));
      EXPECT_EQ(co_await test::down_reason(server.monitor), term(kill ? atom{"killed"_atom} : atom{"shutdown"_atom}));
    });

    EXPECT_EQ(ended, std::vector{1});
    ASSERT_EQ(log.lines().size(), 1U);
    EXPECT_NE(log.lines()[0].text.find("a destructor threw"), std::string::npos);
    EXPECT_NE(log.lines()[0].text.find("at the end"), std::string::npos);
  }
}

TEST(GenServerReport, OfAnArgumentWhoseDestructorThrows) {
  struct takes {
    explicit takes(const throws_at_its_end&) {}
    void handle_info(const term&) {}
  };
  deterministic_node here;
  const log_capture log;

  here->run([]() -> task<> {
    const auto server = must(co_await gen_server::start_monitor<takes>(throws_at_its_end{}));
    exit(server.process, "kill"_atom);
    EXPECT_EQ(co_await test::down_reason(server.monitor), term("killed"_atom));
  });

  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_NE(log.lines()[0].text.find("a destructor threw"), std::string::npos);
}

} // namespace
} // namespace agner
