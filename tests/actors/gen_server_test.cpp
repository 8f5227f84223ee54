// SPDX-License-Identifier: Apache-2.0
// Follows gen_server_SUITE of OTP 25: start, stop, crash, call, cast, info, continue, send_request, calling_self, undef_handle_*, get_state.

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
#include <agner/actors/sys.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "../support/deterministic_node.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using gen_server::outcome;

constexpr std::uint64_t seeds = 20;

struct add {
  static constexpr auto tag = "add"_atom;
  std::int64_t by;
};
struct get {
  static constexpr auto tag = "get"_atom;
};

struct counter {
  using calls = gen_server::messages<get, add>;

  explicit counter(std::int64_t first = 0) : sum(first) {}
  std::int64_t handle_call(get) const { return sum; }
  std::int64_t handle_call(add what) { return sum += what.by; }
  void handle_cast(add what) { sum += what.by; }
  void handle_info(add what) { sum += 10 * what.by; }
  [[nodiscard]] term state() const { return sum; }

  std::int64_t sum;
};

/// What @p body raised with exit; `none` if nothing.
task<term> exit_of(std::function<task<>()> body) {
  try {
    co_await body();
  } catch (const raised& what) {
    if (what.cls() == raised_class::exit) co_return what.reason();
    throw;
  }
  co_return term{"none"_atom};
}

/// Runs @p body in a process, in many orders.
template <class F>
void in_process(F body) {
  test::with_seeds(seeds, [&](std::uint64_t seed) {
    test::deterministic_node here{seed};
    here->run(body);
  });
}

// -- calls and casts ------------------------------------------------------------------------------------------------------------------------

TEST(GenServer, AnswersCallsByTheTypeOfTheRequest) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>(5));

    EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, add{2}), 7);
    EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, get{}), 7);
    EXPECT_EQ(co_await gen_server::call(server, "get"_atom), term(7));
  });
}

TEST(GenServer, HandlesCastsAndOtherMessagesInOrder) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>());

    gen_server::cast(server, add{1});
    send(server, add{2});

    EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, get{}), 21);
  });
}

struct slow_counter {
  using calls = gen_server::messages<get, std::string>;

  task<std::int64_t> handle_call(get) {
    co_await yield{};
    co_return ++count;
  }
  task<std::string> handle_call(std::string text) {
    co_await yield{};
    co_return text + std::to_string(count);
  }
  task<> handle_cast(add what) {
    co_await yield{};
    count += what.by;
  }

  std::int64_t count = 0;
};

TEST(GenServer, CallbacksMayBeCoroutines) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<slow_counter>());

    EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, get{}), 1);
    gen_server::cast(server, add{4});
    EXPECT_EQ(co_await gen_server::call<std::string>(server, "a text that is too long for a small string, "),
              "a text that is too long for a small string, 5");
  });
}

struct door {
  using calls = gen_server::messages<get, add>;

  void handle_call(get, gen_server::from who) { waiting.push_back(who); }
  outcome handle_call(add what, const gen_server::from&) {
    for (const auto& who : waiting)
      gen_server::reply(who, what.by);
    waiting.clear();
    return what.by < 0 ? outcome::noreply() : outcome::reply(what.by);
  }

  std::vector<gen_server::from> waiting;
};

TEST(GenServer, RepliesLater) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<door>());
    const auto first = gen_server::send_request(server, get{});
    const auto second = gen_server::send_request(server, get{});

    EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, add{3}), 3);

    EXPECT_EQ(must(*co_await gen_server::receive_response<std::int64_t>(first, infinity)), 3);
    EXPECT_EQ(must(*co_await gen_server::receive_response<std::int64_t>(second, infinity)), 3);
  });
}

TEST(GenServer, CallOfNobodyRaisesNoproc) {
  in_process([]() -> task<> {
    const pid gone = spawn([]() -> task<> { co_return; });
    while (co_await is_process_alive(gone))
      co_await yield{};

    const term by_pid = co_await exit_of([=]() -> task<> { co_await gen_server::call(gone, get{}); });
    const term by_name = co_await exit_of([]() -> task<> { co_await gen_server::call("nobody"_atom, get{}, 7ms); });
    const term by_name_here = co_await exit_of(
        []() -> task<> { co_await gen_server::call<void>({"nobody"_atom, this_node().name()}, get{}, infinity); });

    EXPECT_EQ(by_pid, tuple("noproc"_atom, tuple("gen_server"_atom, "call"_atom, list({gone, "get"_atom}))));
    EXPECT_EQ(by_name,
              tuple("noproc"_atom, tuple("gen_server"_atom, "call"_atom, list({"nobody"_atom, "get"_atom, 7}))));
    EXPECT_EQ(
        by_name_here,
        tuple("noproc"_atom, tuple("gen_server"_atom, "call"_atom,
                                   list({tuple("nobody"_atom, this_node().name()), "get"_atom, "infinity"_atom}))));
  });
}

TEST(GenServer, CallToAnotherNodeRaisesNodedownWhereThisOneIsNotDistributed) {
  in_process([]() -> task<> {
    const term why = co_await exit_of([]() -> task<> { co_await gen_server::call({"a"_atom, "b@c"_atom}, get{}); });

    EXPECT_EQ(why[0], tuple("nodedown"_atom, "b@c"_atom));
  });
}

TEST(GenServer, CallingOneselfRaises) {
  in_process([]() -> task<> {
    const term why = co_await exit_of([]() -> task<> { co_await gen_server::call(self(), get{}); });

    EXPECT_EQ(why[0], term("calling_self"_atom));
  });
}

TEST(GenServer, CallThatTakesTooLongRaisesTimeoutAndLeavesNothingBehind) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<door>());

    const term why = co_await exit_of([=]() -> task<> { co_await gen_server::call(server, get{}, 1ms); });
    co_await gen_server::call(server, add{1}); // the late reply
    const bool silent = co_await receive([](term) { return false; }, after(0ms, [] { return true; }));

    EXPECT_EQ(why, tuple("timeout"_atom, tuple("gen_server"_atom, "call"_atom, list({server, "get"_atom, 1}))));
    EXPECT_TRUE(silent);
  });
}

TEST(GenServer, ReplyOfAnotherTypeThanExpectedRaisesBadmatch) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>(1));
    term why;
    try {
      co_await gen_server::call<std::string>(server, get{});
    } catch (const raised& what) {
      why = what.reason();
    }

    EXPECT_EQ(why, tuple("badmatch"_atom, 1));
  });
}

TEST(GenServer, CallIsNotSlowedByAFullMailbox) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>(1));
    for (int i = 0; i < 10'000; ++i)
      send(self(), tuple(i, i));

    EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, get{}), 1);
  });
}

// -- requests whose reply is fetched later -------------------------------------------------------------------------------------------------

TEST(GenServer, WaitResponseMayBeRepeatedAndReceiveResponseAbandons) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<door>());
    const auto first = gen_server::send_request(server, get{});
    const auto second = gen_server::send_request(server, get{});

    EXPECT_FALSE((co_await gen_server::wait_response(first, 0ms)).has_value());
    EXPECT_FALSE((co_await gen_server::receive_response(second, 1ms)).has_value());
    co_await gen_server::call(server, add{3});

    EXPECT_EQ(must(*co_await gen_server::wait_response(first, infinity)), term(3));
    EXPECT_TRUE(co_await receive([](term) { return false; }, after(0ms, [] { return true; })));
  });
}

TEST(GenServer, ResponseOfAServerThatEndedIsAnError) {
  in_process([]() -> task<> {
    const pid server = spawn([]() -> task<> {
      co_await receive([](term) {});
      exit("boo"_atom);
    });

    const auto by_pid = gen_server::send_request(server, get{});
    const auto by_name = gen_server::send_request("nobody"_atom, get{});

    const auto ended = *co_await gen_server::receive_response(by_pid, infinity);
    const auto nobody = *co_await gen_server::receive_response(by_name, infinity);
    EXPECT_EQ(ended.error().reason(), tuple("boo"_atom, server));
    EXPECT_EQ(nobody.error().reason(), tuple("noproc"_atom, "nobody"_atom));
  });
}

TEST(GenServer, CheckResponseKnowsItsMessage) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>(4));
    const auto id = gen_server::send_request(server, get{});
    const auto other = gen_server::send_request(server, add{1});

    const term message = co_await receive([](term m) { return m; });

    EXPECT_FALSE(gen_server::check_response(message, other).has_value());
    EXPECT_EQ(must(*gen_server::check_response<std::int64_t>(message, id)), 4);
  });
}

// -- starting ---------------------------------------------------------------------------------------------------------------------------------

TEST(GenServer, NameIsTakenOnlyOnce) {
  in_process([]() -> task<> {
    const auto named = gen_server::local("one"_atom);
    const pid first = must(co_await gen_server::start_link<counter>(named, 1));

    const auto second = co_await gen_server::start_link<counter>(named, 2);

    EXPECT_EQ(second.error().reason(), tuple("already_started"_atom, first));
    EXPECT_EQ(co_await gen_server::call<std::int64_t>("one"_atom, get{}), 1);
    EXPECT_EQ(co_await gen_server::call<std::int64_t>({"one"_atom, this_node().name()}, get{}), 1);
  });
}

/// Fails its start in the way that it is told.
struct reluctant {
  explicit reluctant(atom way) : how(way) {
    if (how == "exit"_atom) exit("no"_atom);
    if (how == "error"_atom) raise_error("no"_atom);
    if (how == "exception"_atom) throw std::runtime_error("no");
  }
  task<outcome> init() {
    co_await yield{};
    if (how == "ignore"_atom) co_return outcome::ignore();
    if (how == "throw"_atom) raise_throw("ignore"_atom);
    if (how == "stop"_atom) co_return outcome::stop("no"_atom);
    if (how == "never"_atom) co_await receive(on(match("never"_atom), [] {}));
    co_return outcome::ok();
  }
  atom how;
};

TEST(GenServer, FailedStartSaysWhyAndFreesTheName) {
  in_process([]() -> task<> {
    const auto why = [](atom how) -> task<term> {
      const gen_server::start_options named{.name = "reluctant"_atom,
                                            .init_timeout = how == "never"_atom ? 1ms : infinity};
      const auto started = co_await gen_server::start<reluctant>(named, how);
      EXPECT_FALSE(whereis("reluctant"_atom).has_value());
      co_return started.error().reason();
    };

    EXPECT_EQ(co_await why("exit"_atom), term("no"_atom));
    EXPECT_EQ((co_await why("error"_atom))[0], term("no"_atom));
    EXPECT_EQ((co_await why("exception"_atom))[0],
              tuple("cxx_exception"_atom, binary("std::runtime_error"), binary("no")));
    EXPECT_EQ(co_await why("stop"_atom), term("no"_atom));
    EXPECT_EQ(co_await why("ignore"_atom), term("ignore"_atom));
    EXPECT_EQ(co_await why("throw"_atom), term("ignore"_atom));
    EXPECT_EQ(co_await why("never"_atom), term("timeout"_atom));
    EXPECT_TRUE(co_await receive([](term) { return false; }, after(0ms, [] { return true; })));
  });
}

TEST(GenServer, FailedStartLinkSendsItsExitToTheParent) {
  in_process([]() -> task<> {
    trap_exit(true);

    const auto started = co_await gen_server::start_link<reluctant>("stop"_atom);

    EXPECT_EQ(started.error().reason(), term("no"_atom));
    EXPECT_EQ(co_await receive(on(match("EXIT"_atom, _, any<term>), [](term why) { return why; })), term("no"_atom));
  });
}

TEST(GenServer, StartMonitorWatchesAndWaitsForAFailedServerToBeGone) {
  in_process([]() -> task<> {
    const auto started = must(co_await gen_server::start_monitor<counter>(1));
    co_await gen_server::stop(started.process);
    EXPECT_EQ(co_await receive(on(match("DOWN"_atom, started.monitor, "process"_atom, started.process, any<term>),
                                  [](term why) { return why; })),
              term("normal"_atom));

    const auto failed = co_await gen_server::start_monitor<reluctant>("stop"_atom);
    EXPECT_EQ(failed.error().reason(), term("no"_atom));
    EXPECT_TRUE(co_await receive([](term) { return false; }, after(0ms, [] { return true; })));
  });
}

// -- ending -----------------------------------------------------------------------------------------------------------------------------------

struct crash {
  static constexpr auto tag = "crash"_atom;
};
struct leave {
  static constexpr auto tag = "leave"_atom;
  term reason;
};

/// Tells @p watcher what happens to it, and ends in every way.
struct mortal {
  using calls = gen_server::messages<leave, crash, get>;
  using casts = gen_server::messages<leave, crash>;

  mortal(pid told, bool trap) : watcher(told) { trap_exit(trap); }
  ~mortal() { send(watcher, "destroyed"_atom); }
  outcome handle_call(leave what) { return outcome::stop(what.reason, "bye"_atom); }
  term handle_call(crash) { raise_error("crashed"_atom); }
  outcome handle_call(get) { return outcome::ignore(); }
  outcome handle_cast(leave what) {
    if (what.reason.is("reply"_atom)) return outcome::reply("to whom?"_atom);
    return outcome::stop(what.reason);
  }
  void handle_cast(crash) { exit("crashed"_atom); }
  void terminate(const term& reason) { send(watcher, tuple("terminate"_atom, reason)); }
  [[nodiscard]] term state() const { return "alive"_atom; }

  pid watcher;
};

/// Starts a mortal, does @p what to it, and returns what came of it, in order, without its destruction.
task<term> death_of(bool trap, std::function<task<>(pid)> what) {
  trap_exit(true);
  const pid server = must(co_await gen_server::start_link<mortal>(self(), trap));
  co_await what(server);
  const term end = co_await receive(on(match("EXIT"_atom, server, any<term>), [](term why) { return why; }));
  co_await receive(on(match("terminate"_atom, any<term>), [&](term why) { EXPECT_EQ(why, end); }));
  co_await receive([](term rest) { EXPECT_EQ(rest, term("destroyed"_atom)); },
                   after(0ms, [] { ADD_FAILURE() << "lives on"; }));
  co_return end;
}

TEST(GenServer, StopsWithTheReasonThatACallbackGives) {
  in_process([]() -> task<> {
    const term by_call = co_await death_of(false, [](pid server) -> task<> {
      EXPECT_EQ(co_await gen_server::call(server, leave{"shutdown"_atom}), term("bye"_atom));
    });
    const term by_cast = co_await death_of(false, [](pid server) -> task<> {
      gen_server::cast(server, leave{tuple("shutdown"_atom, "now"_atom)});
      co_return;
    });

    EXPECT_EQ(by_call, term("shutdown"_atom));
    EXPECT_EQ(by_cast, tuple("shutdown"_atom, "now"_atom));
  });
}

TEST(GenServer, CrashesAreReasonsForClientAndLinks) {
  in_process([]() -> task<> {
    const term by_error = co_await death_of(false, [](pid server) -> task<> {
      const term why = co_await exit_of([=]() -> task<> { co_await gen_server::call(server, crash{}); });
      EXPECT_EQ(why[0][0], term("crashed"_atom));
    });
    const term by_exit = co_await death_of(false, [](pid server) -> task<> {
      gen_server::cast(server, crash{});
      co_return;
    });

    EXPECT_EQ(by_error[0], term("crashed"_atom));
    EXPECT_EQ(by_exit, term("crashed"_atom));
  });
}

TEST(GenServer, OutcomeThatMakesNoSenseIsABadReturnValue) {
  in_process([]() -> task<> {
    const term why = co_await death_of(false, [](pid server) -> task<> {
      co_await exit_of([=]() -> task<> { co_await gen_server::call(server, get{}); });
    });

    const term reply = co_await death_of(false, [](pid server) -> task<> {
      gen_server::cast(server, leave{"reply"_atom});
      co_return;
    });

    EXPECT_EQ(why, tuple("bad_return_value"_atom, "ignore"_atom));
    EXPECT_EQ(reply, tuple("bad_return_value"_atom, tuple("reply"_atom, "to whom?"_atom)));
  });
}

TEST(GenServer, RequestThatNoOverloadTakesIsAFunctionClause) {
  in_process([]() -> task<> {
    term call;
    const term by_call = co_await death_of(false, [&](pid server) -> task<> {
      co_await exit_of([=]() -> task<> { co_await gen_server::call(server, "what"_atom); });
      call = server;
    });
    const term by_cast = co_await death_of(false, [](pid server) -> task<> {
      gen_server::cast(server, "what"_atom);
      co_return;
    });

    EXPECT_EQ(by_call[0], term("function_clause"_atom));
    const term& where = by_call[1].head();
    EXPECT_EQ(where[0], term("mortal"_atom));
    EXPECT_EQ(where[1], term("handle_call"_atom));
    EXPECT_EQ(where[2].head(), term("what"_atom));
    EXPECT_EQ(by_cast,
              tuple("function_clause"_atom,
                    list({tuple("mortal"_atom, "handle_cast"_atom, list({"what"_atom, "alive"_atom}), term{})})));
  });
}

TEST(GenServer, RequestWithoutAnyCallbackIsUndef) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid server = must(co_await gen_server::start_link<reluctant>("ok"_atom));

    const term why = co_await exit_of([=]() -> task<> { co_await gen_server::call(server, get{}); });

    EXPECT_EQ(why[0][0], term("undef"_atom));
  });
}

TEST(GenServer, MessageThatNoOverloadTakesIsDropped) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>(1));
    const pid none = must(co_await gen_server::start_link<door>());

    send(server, "what"_atom);
    send(none, "what"_atom);
    send(server, tuple("$gen_call"_atom, "no from"_atom, "get"_atom));

    EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, get{}), 1);
    EXPECT_EQ(co_await gen_server::call<std::int64_t>(none, add{1}), 1);
  });
}

TEST(GenServer, EndsWithItsParentWhereItTrapsExits) {
  in_process([]() -> task<> {
    const pid me = self();
    const pid parent = spawn([=]() -> task<> {
      must(co_await gen_server::start_link<mortal>(me, true));
      exit("gone"_atom);
    });
    (void)parent;

    EXPECT_EQ(co_await receive(on(match("terminate"_atom, any<term>), [](term why) { return why; })),
              term("gone"_atom));
    co_await receive([](decltype("destroyed"_atom)) {});
  });
}

TEST(GenServer, ExitOfAnotherIsAMessageWhereItTrapsExits) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start<mortal>(self(), true));

    exit(server, "gone"_atom);

    EXPECT_EQ(co_await sys::get_state(server), term("alive"_atom));
  });
}

TEST(GenServer, KilledServerIsDestroyedWithoutTerminate) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start<mortal>(self(), true));

    exit(server, "kill"_atom);

    EXPECT_EQ(co_await receive([](term m) { return m; }), term("destroyed"_atom));
  });
}

TEST(GenServer, StopWaitsForTheEnd) {
  in_process([]() -> task<> {
    const term normal = co_await death_of(false, [](pid server) -> task<> {
      co_await gen_server::stop(server);
      EXPECT_FALSE(co_await is_process_alive(server));
    });
    const term other =
        co_await death_of(false, [](pid server) -> task<> { co_await gen_server::stop(server, "why"_atom, 1s); });

    EXPECT_EQ(normal, term("normal"_atom));
    EXPECT_EQ(other, term("why"_atom));
  });
}

TEST(GenServer, StopOfNobodyRaisesNoproc) {
  in_process([]() -> task<> {
    EXPECT_EQ(co_await exit_of([]() -> task<> { co_await gen_server::stop("nobody"_atom); }), term("noproc"_atom));
    EXPECT_TRUE(co_await receive([](term) { return false; }, after(0ms, [] { return true; })));
  });
}

/// Fails to clean up.
struct untidy {
  task<> terminate(term) {
    co_await yield{};
    exit("untidy"_atom);
  }
};

TEST(GenServer, TerminateThatFailsGivesTheReason) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start<untidy>());

    EXPECT_EQ(co_await exit_of([=]() -> task<> { co_await gen_server::stop(server); }), term("untidy"_atom));
  });
}

// -- time-outs and continuing -----------------------------------------------------------------------------------------------------------------

struct eager {
  using infos = gen_server::messages<gen_server::timeout, get>;

  explicit eager(pid told) : watcher(told) {}
  outcome init() { return outcome::ok().continue_with(add{1}); }
  outcome handle_continue(add what) {
    send(watcher, tuple("continued"_atom, what.by));
    return outcome::noreply().timeout(1ms);
  }
  void handle_info(gen_server::timeout) { send(watcher, "timeout"_atom); }
  outcome handle_info(get) { return outcome::noreply().continue_with(add{2}); }

  pid watcher;
};

TEST(GenServer, ContinuesBeforeAnyMessageAndTimesOutWithoutOne) {
  in_process([]() -> task<> {
    must(co_await gen_server::start_link<eager>(gen_server::local("eager"_atom), self()));

    EXPECT_EQ(co_await receive([](term m) { return m; }), tuple("continued"_atom, 1));
    EXPECT_EQ(co_await receive([](term m) { return m; }), term("timeout"_atom));
    send("eager"_atom, get{});
    EXPECT_EQ(co_await receive([](term m) { return m; }), tuple("continued"_atom, 2));
    EXPECT_EQ(co_await receive([](term m) { return m; }), term("timeout"_atom));
  });
}

// -- system messages ----------------------------------------------------------------------------------------------------------------------------

TEST(GenServer, TellsItsState) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>(6));
    const pid silent = must(co_await gen_server::start_link<door>());

    EXPECT_EQ(co_await sys::get_state(server), term(6));
    EXPECT_EQ(co_await sys::get_state(silent), term("undefined"_atom));
  });
}

/// Does not know its state.
struct confused {
  [[nodiscard]] term state() const { exit("lost"_atom); }
};

TEST(GenServer, StateThatRaisesIsAnErrorOfTheAsker) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<confused>());
    term why;
    try {
      co_await sys::get_state(server);
    } catch (const raised& what) {
      why = what.reason();
    }

    EXPECT_EQ(why, tuple("callback_failed"_atom, tuple("gen_server"_atom, "system_get_state"_atom),
                         tuple("exit"_atom, "lost"_atom)));
  });
}

TEST(GenServer, TellsItsStatusInTheShapeOfOtp) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>(gen_server::local("counter"_atom), 6));

    const term status = co_await sys::get_status(server);

    const term dictionary = list(
        {tuple("$initial_call"_atom, tuple("counter"_atom, "init"_atom, 1)), tuple("$ancestors"_atom, list({self()}))});
    const term misc =
        list({tuple("header"_atom, string("Status for generic server counter")),
              tuple("data"_atom, list({tuple(string("Status"), "running"_atom), tuple(string("Parent"), self()),
                                       tuple(string("Logged events"), term{})})),
              tuple("data"_atom, list({tuple(string("State"), 6)}))});
    EXPECT_EQ(status, tuple("status"_atom, server, tuple("module"_atom, "gen_server"_atom),
                            list({dictionary, "running"_atom, self(), term{}, misc})));
  });
}

TEST(GenServer, SuspendedServerHandlesOnlySystemMessages) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>(6));

    co_await sys::suspend(server);
    const auto id = gen_server::send_request(server, get{});
    EXPECT_EQ(co_await sys::get_state(server), term(6));
    EXPECT_EQ((co_await sys::get_status(server))[3].tail().head(), term("suspended"_atom));
    EXPECT_FALSE((co_await gen_server::wait_response(id, 0ms)).has_value());
    co_await sys::resume(server);

    EXPECT_EQ(must(*co_await gen_server::wait_response(id, infinity)), term(6));
  });
}

TEST(GenServer, UnknownSystemMessageIsAnError) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>(6));
    const reference ref = make_ref();

    send(server, tuple("system"_atom, tuple(self(), ref), "dance"_atom));

    EXPECT_EQ(co_await receive([](term m) { return m; }),
              tuple(ref, tuple("error"_atom, tuple("unknown_system_msg"_atom, "dance"_atom))));
  });
}

// -- the messages on the wire -----------------------------------------------------------------------------------------------------------------

TEST(GenServer, ReplyToAPlainTagGoesToThePid) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>(1));
    const reference ref = make_ref();

    send(server, tuple("$gen_call"_atom, tuple(self(), ref), "get"_atom));

    EXPECT_EQ(co_await receive([](term m) { return m; }), tuple(ref, 1));
  });
}

TEST(GenServer, ReplyToAnAliasGoesToTheAlias) {
  in_process([]() -> task<> {
    const pid server = must(co_await gen_server::start_link<counter>(1));
    const pid elsewhere = spawn_link([]() -> task<> { co_await receive([](pid) {}); });
    const reference ref = alias();
    const term tag = cons("alias"_atom, ref);

    send(server, tuple("$gen_call"_atom, tuple(elsewhere, tag), "get"_atom));
    EXPECT_EQ(co_await receive([](term m) { return m; }), tuple(tag, 1));

    const term proxied = list_of(std::vector<term>{tag}, "more"_atom);
    send(server, tuple("$gen_call"_atom, tuple(elsewhere, proxied), "get"_atom));
    EXPECT_EQ(co_await receive([](term m) { return m; }), tuple(proxied, 1));
  });
}

TEST(GenServer, CallsWithAnAliasAsTag) {
  in_process([]() -> task<> {
    const pid me = self();
    const pid server =
        spawn_link([=]() -> task<> { co_await receive([&](term m) { send(me, tuple("got"_atom, m)); }); });
    spawn([=]() -> task<> { co_await gen_server::call(server, "hello"_atom); });

    const term call = co_await receive(on(match("got"_atom, any<term>), [](term m) { return m; }));

    EXPECT_TRUE(call.is_tagged("$gen_call"_atom, 3));
    EXPECT_TRUE(call[1].is_tuple());
    EXPECT_TRUE(call[1][0].is_pid());
    EXPECT_TRUE(call[1][1].head().is("alias"_atom));
    EXPECT_TRUE(call[1][1].tail().is_reference());
    EXPECT_EQ(call[2], term("hello"_atom));
  });
}

TEST(GenServer, AServerThatRepliesToThePidIsUnderstood) {
  in_process([]() -> task<> {
    const pid server = spawn([]() -> task<> {
      co_await receive(on(match("$gen_call"_atom, match(any<pid>, any<term>), _),
                          [](pid client, term tag) { send(client, tuple(tag, "hi"_atom)); }));
    });

    EXPECT_EQ(co_await gen_server::call(server, "hello"_atom), term("hi"_atom));
    while (co_await is_process_alive(server))
      co_await yield{};
    EXPECT_TRUE(co_await receive([](term) { return false; }, after(0ms, [] { return true; })));
  });
}

} // namespace
} // namespace agner
