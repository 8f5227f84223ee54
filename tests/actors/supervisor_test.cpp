// SPDX-License-Identifier: Apache-2.0
// Follows supervisor_SUITE of OTP 25: sup_start_*, sup_stop_*, child_adm, one_for_one*, permanent_*, transient_*, temporary_*, child_unlink, tree, count_*, order_of_children.

#include <agner/actors/process.hpp>
#include <agner/actors/supervisor.hpp>
#include <agner/actors/sys.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "../support/deterministic_node.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using gen_server::outcome;

constexpr std::uint64_t seeds = 20;
using supervisor::child_spec;
using supervisor::restart_type;

/// Does nothing, and tells @p watcher when it starts and when it ends.
struct worker {
  worker(pid told, atom called, bool stubborn = false) : watcher(told), name(called) {
    trap_exit(true);
    send(watcher, tuple("started"_atom, name));
    ignores_shutdown = stubborn;
  }
  ~worker() { send(watcher, tuple("ended"_atom, name)); }
  task<> terminate(term) {
    if (ignores_shutdown) co_await receive(on(match("never"_atom), [] {}));
  }
  outcome handle_cast(term reason) { return outcome::stop(reason); }
  term handle_call(term) {
    unlink(parent_of_self());
    return "ok"_atom;
  }
  pid parent_of_self() const { return *whereis("sup"_atom); }

  pid watcher;
  atom name;
  bool ignores_shutdown;
};

child_spec worker_spec(atom id, restart_type restart = restart_type::permanent, bool stubborn = false) {
  return {.id = id, .start = supervisor::start_link_of<worker>(self(), id, stubborn), .restart = restart};
}

child_spec failing_spec(atom id, const char* why, restart_type restart = restart_type::permanent) {
  return {.id = id,
          .start = [reason = term{atom{why}}]() -> task<result<pid>> { co_return fail(reason); },
          .restart = restart};
}

task<pid> start_supervisor(std::vector<child_spec> children, supervisor::flags how = {}) {
  co_return must(co_await supervisor::start_link(gen_server::local("sup"_atom), how, std::move(children)));
}

/// Waits for the next thing that a worker tells.
task<> expect_told(atom what, atom who) {
  co_await receive([&](term told) { EXPECT_EQ(told, tuple(what, who)); });
}

/// The pid of the child @p id, as the supervisor tells it; `undefined` or `restarting` where it does not run.
task<term> child_of(pid sup, term id) {
  for (const auto& child : co_await supervisor::which_children(sup))
    if (child.id == id) co_return child.child;
  co_return term{"not_found"_atom};
}

/// Ends @p child with @p reason and waits until its supervisor must have heard of it.
task<> end_with(pid child, term reason) {
  const reference watch = monitor(child);
  if (reason.is("kill"_atom))
    exit(child, reason);
  else
    gen_server::cast(child, reason);
  co_await receive(on(match("DOWN"_atom, watch, _, _, _), [] {}));
}

/// Runs @p body in a process, in many orders.
template <class F>
void in_process(F body) {
  test::with_seeds(seeds, [&](std::uint64_t seed) {
    test::deterministic_node here{seed};
    here->run(body);
  });
}

// -- starting -------------------------------------------------------------------------------------------------------------------------------

TEST(Supervisor, StartsChildrenInOrderAndEndsThemInReverse) {
  in_process([]() -> task<> {
    const pid sup = co_await start_supervisor({worker_spec("a"_atom), worker_spec("b"_atom), worker_spec("c"_atom)});
    for (const atom id : {atom{"a"_atom}, atom{"b"_atom}, atom{"c"_atom}})
      co_await expect_told("started"_atom, id);

    co_await gen_server::stop(sup);

    for (const atom id : {atom{"c"_atom}, atom{"b"_atom}, atom{"a"_atom}})
      co_await expect_told("ended"_atom, id);
  });
}

TEST(Supervisor, EndsItsChildrenWithItsParent) {
  in_process([]() -> task<> {
    const pid me = self();
    const auto parent = spawn_monitor([=]() -> task<> {
      must(co_await supervisor::start_link({}, {{.id = 1, .start = supervisor::start_link_of<worker>(me, "a"_atom)}}));
      exit("shutdown"_atom);
    });

    co_await expect_told("started"_atom, "a"_atom);
    co_await receive(on(match("DOWN"_atom, parent.monitor, _, _, _), [] {}));
    co_await expect_told("ended"_atom, "a"_atom);
  });
}

TEST(Supervisor, ChildThatFailsToStartEndsThoseBeforeIt) {
  in_process([]() -> task<> {
    trap_exit(true);

    const auto started = co_await supervisor::start_link(
        {}, {worker_spec("a"_atom), failing_spec("b"_atom, "broken"), worker_spec("c"_atom)});

    const term why = tuple("shutdown"_atom, tuple("failed_to_start_child"_atom, "b"_atom, "broken"_atom));
    EXPECT_EQ(started.error().reason(), why);
    co_await expect_told("started"_atom, "a"_atom);
    co_await expect_told("ended"_atom, "a"_atom);
    EXPECT_EQ(co_await receive(on(match("EXIT"_atom, _, any<term>), [](term reason) { return reason; })), why);
  });
}

TEST(Supervisor, ChildWhoseStartRaisesFailsWithExit) {
  in_process([]() -> task<> {
    trap_exit(true);

    const auto started = co_await supervisor::start_link({}, {{.id = 1, .start = []() -> task<result<pid>> {
                                                                 raise_error("oops"_atom);
                                                                 co_return fail("unreachable"_atom);
                                                               }}});

    const term why = started.error().reason();
    const term stack = why[1][2][1][1];
    EXPECT_EQ(why, tuple("shutdown"_atom,
                         tuple("failed_to_start_child"_atom, 1, tuple("EXIT"_atom, tuple("oops"_atom, stack)))));
    EXPECT_FALSE(stack.is_nil());
  });
}

TEST(Supervisor, WrongSpecificationIsRefusedBeforeAnythingStarts) {
  in_process([]() -> task<> {
    trap_exit(true);
    const auto why = [](supervisor::flags how, std::vector<child_spec> children) -> task<term> {
      co_return (co_await supervisor::start_link(how, std::move(children))).error().reason();
    };
    auto hasty = worker_spec("a"_atom);
    hasty.shutdown = -7ms;

    EXPECT_EQ(co_await why({}, {worker_spec("a"_atom), worker_spec("a"_atom)}),
              tuple("start_spec"_atom, tuple("duplicate_child_name"_atom, "a"_atom)));
    EXPECT_EQ(co_await why({}, {{.id = 1}}), tuple("start_spec"_atom, "missing_start"_atom));
    EXPECT_EQ(co_await why({}, {hasty}), tuple("start_spec"_atom, tuple("invalid_shutdown"_atom, -7)));
    EXPECT_EQ(co_await why({.period = 0s}, {}), tuple("supervisor_data"_atom, tuple("invalid_period"_atom, 0)));
    co_await receive(on(match("started"_atom, _), [] { ADD_FAILURE(); }), after(0ms, [] {}));
  });
}

TEST(Supervisor, ChildThatSaysIgnoreIsKeptUnlessTemporary) {
  in_process([]() -> task<> {
    const pid sup = co_await start_supervisor(
        {failing_spec("a"_atom, "ignore"), failing_spec("b"_atom, "ignore", restart_type::temporary)});

    EXPECT_EQ(co_await child_of(sup, "a"_atom), term("undefined"_atom));
    EXPECT_EQ(co_await child_of(sup, "b"_atom), term("not_found"_atom));
  });
}

// -- restarts -------------------------------------------------------------------------------------------------------------------------------

struct restart_case {
  restart_type type;
  atom reason;
  enum { restarted, kept, forgotten } outcome;
};

TEST(Supervisor, RestartsByTypeAndReason) {
  in_process([]() -> task<> {
    const restart_case cases[] = {
        {restart_type::permanent, "normal"_atom, restart_case::restarted},
        {restart_type::permanent, "shutdown"_atom, restart_case::restarted},
        {restart_type::permanent, "boo"_atom, restart_case::restarted},
        {restart_type::transient, "normal"_atom, restart_case::kept},
        {restart_type::transient, "shutdown"_atom, restart_case::kept},
        {restart_type::transient, "boo"_atom, restart_case::restarted},
        {restart_type::temporary, "normal"_atom, restart_case::forgotten},
        {restart_type::temporary, "shutdown"_atom, restart_case::forgotten},
        {restart_type::temporary, "boo"_atom, restart_case::forgotten},
    };
    for (const auto& each : cases) {
      const pid sup = co_await start_supervisor({worker_spec("a"_atom, each.type), worker_spec("other"_atom)});
      const pid before = (co_await child_of(sup, "a"_atom)).as_pid();
      const term other = co_await child_of(sup, "other"_atom);

      co_await end_with(before, each.reason);

      const term now = co_await child_of(sup, "a"_atom);
      switch (each.outcome) {
      case restart_case::restarted:
        EXPECT_TRUE(now.is_pid());
        EXPECT_NE(now, term(before));
        break;
      case restart_case::kept: EXPECT_EQ(now, term("undefined"_atom)); break;
      case restart_case::forgotten: EXPECT_EQ(now, term("not_found"_atom)); break;
      }
      EXPECT_EQ(co_await child_of(sup, "other"_atom), other);
      co_await gen_server::stop(sup);
    }
  });
}

TEST(Supervisor, TooManyRestartsEndIt) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid sup = co_await start_supervisor({worker_spec("a"_atom), worker_spec("b"_atom)}, {.intensity = 2});
    for (int i = 0; i < 2; ++i)
      co_await end_with((co_await child_of(sup, "a"_atom)).as_pid(), "boo"_atom);
    const pid last = (co_await child_of(sup, "a"_atom)).as_pid();

    co_await end_with(last, "boo"_atom);

    EXPECT_EQ(co_await receive(on(match("EXIT"_atom, sup, any<term>), [](term why) { return why; })),
              term("shutdown"_atom));
    EXPECT_FALSE(whereis("sup"_atom).has_value());
  });
}

/// Starts a worker as long as @p tries allows, then fails.
child_spec limited_spec(atom id, std::shared_ptr<int> tries) {
  return {.id = id, .start = [=, me = self()]() -> task<result<pid>> {
            if (--*tries < 0) co_return fail("exhausted"_atom);
            co_return co_await gen_server::start_link<worker>(me, id);
          }};
}

TEST(Supervisor, FailedRestartIsTriedAgainUntilTheIntensityIsReached) {
  in_process([]() -> task<> {
    trap_exit(true);
    const auto tries = std::make_shared<int>(1);
    const pid sup = co_await start_supervisor({limited_spec("a"_atom, tries)}, {.intensity = 5});

    co_await end_with((co_await child_of(sup, "a"_atom)).as_pid(), "boo"_atom);

    EXPECT_EQ(co_await receive(on(match("EXIT"_atom, sup, any<term>), [](term why) { return why; })),
              term("shutdown"_atom));
    EXPECT_EQ(*tries, -5);
  });
}

TEST(Supervisor, ChildThatFailsToRestartMayBeEnded) {
  in_process([]() -> task<> {
    const auto tries = std::make_shared<int>(1);
    const pid sup = co_await start_supervisor({limited_spec("a"_atom, tries)}, {.intensity = 1'000'000});
    const pid child = (co_await child_of(sup, "a"_atom)).as_pid();

    co_await end_with(child, "boo"_atom);
    EXPECT_EQ(co_await child_of(sup, "a"_atom), term("restarting"_atom));
    EXPECT_EQ((co_await supervisor::count_children(sup)).active, 0U);
    EXPECT_EQ((co_await supervisor::restart_child(sup, "a"_atom)).error().reason(), term("restarting"_atom));
    EXPECT_EQ((co_await supervisor::delete_child(sup, "a"_atom)).error().reason(), term("restarting"_atom));
    must(co_await supervisor::terminate_child(sup, "a"_atom));

    EXPECT_EQ(co_await child_of(sup, "a"_atom), term("undefined"_atom));
    *tries = 1;
    EXPECT_TRUE(must(co_await supervisor::restart_child(sup, "a"_atom)).has_value());
  });
}

// -- ending children --------------------------------------------------------------------------------------------------------------------------

TEST(Supervisor, KillsAChildThatTakesTooLongToEnd) {
  in_process([]() -> task<> {
    auto spec = worker_spec("a"_atom, restart_type::permanent, true);
    spec.shutdown = 1ms;
    const pid sup = co_await start_supervisor({spec});
    co_await expect_told("started"_atom, "a"_atom);

    must(co_await supervisor::terminate_child(sup, "a"_atom));

    co_await expect_told("ended"_atom, "a"_atom);
  });
}

TEST(Supervisor, BrutalKillAsksNobody) {
  in_process([]() -> task<> {
    auto spec = worker_spec("a"_atom, restart_type::permanent, true);
    spec.shutdown = supervisor::brutal_kill;
    const pid sup = co_await start_supervisor({spec});
    co_await expect_told("started"_atom, "a"_atom);
    const auto child = monitor((co_await child_of(sup, "a"_atom)).as_pid());

    must(co_await supervisor::terminate_child(sup, "a"_atom));

    co_await expect_told("ended"_atom, "a"_atom);
    EXPECT_EQ(co_await receive(on(match("DOWN"_atom, child, _, _, any<term>), [](term why) { return why; })),
              term("killed"_atom));
  });
}

TEST(Supervisor, ChildThatUnlinkedItselfIsEndedToo) {
  in_process([]() -> task<> {
    const pid sup = co_await start_supervisor({worker_spec("a"_atom)});
    const pid child = (co_await child_of(sup, "a"_atom)).as_pid();
    co_await gen_server::call(child, "unlink"_atom);

    exit(child, "kill"_atom);
    must(co_await supervisor::terminate_child(sup, "a"_atom));

    EXPECT_EQ(co_await child_of(sup, "a"_atom), term("undefined"_atom));
  });
}

// -- administration -----------------------------------------------------------------------------------------------------------------------------

TEST(Supervisor, AddsEndsRestartsAndForgetsChildren) {
  in_process([]() -> task<> {
    const pid sup = co_await start_supervisor({});

    const pid first = *must(co_await supervisor::start_child(sup, worker_spec("a"_atom)));
    EXPECT_EQ((co_await supervisor::start_child(sup, worker_spec("a"_atom))).error().reason(),
              tuple("already_started"_atom, first));
    EXPECT_EQ((co_await supervisor::restart_child(sup, "a"_atom)).error().reason(), term("running"_atom));
    EXPECT_EQ((co_await supervisor::delete_child(sup, "a"_atom)).error().reason(), term("running"_atom));

    must(co_await supervisor::terminate_child(sup, "a"_atom));
    EXPECT_FALSE(co_await is_process_alive(first));
    EXPECT_EQ((co_await supervisor::start_child(sup, worker_spec("a"_atom))).error().reason(),
              term("already_present"_atom));
    const pid second = *must(co_await supervisor::restart_child(sup, "a"_atom));
    EXPECT_NE(first, second);

    must(co_await supervisor::terminate_child(sup, "a"_atom));
    must(co_await supervisor::delete_child(sup, "a"_atom));
    EXPECT_EQ((co_await supervisor::terminate_child(sup, "a"_atom)).error().reason(), term("not_found"_atom));
    EXPECT_EQ((co_await supervisor::restart_child(sup, "a"_atom)).error().reason(), term("not_found"_atom));
    EXPECT_EQ((co_await supervisor::delete_child(sup, "a"_atom)).error().reason(), term("not_found"_atom));
    EXPECT_EQ((co_await supervisor::get_childspec(sup, "a"_atom)).error().reason(), term("not_found"_atom));
  });
}

TEST(Supervisor, AddedChildThatFailsToStartIsNotKept) {
  in_process([]() -> task<> {
    const pid sup = co_await start_supervisor({});

    const auto failed = co_await supervisor::start_child(sup, failing_spec("a"_atom, "broken"));
    const auto ignored = co_await supervisor::start_child(sup, failing_spec("b"_atom, "ignore"));

    EXPECT_EQ(failed.error().reason()[0], term("broken"_atom));
    EXPECT_EQ(failed.error().reason()[1],
              tuple("child"_atom, "undefined"_atom, "a"_atom,
                    tuple("undefined"_atom, "undefined"_atom, "undefined"_atom), "permanent"_atom, false, 5000,
                    "worker"_atom, list({"undefined"_atom})));
    EXPECT_FALSE(must(ignored).has_value());
    EXPECT_EQ((co_await supervisor::which_children(sup)).size(), 1U);
  });
}

TEST(Supervisor, AnswersInTheTermsOfOtp) {
  in_process([]() -> task<> {
    auto inner = child_spec{.id = "inner"_atom,
                            .start = [] { return supervisor::start_link({}, {}); },
                            .restart = restart_type::transient,
                            .type = supervisor::child_type::supervisor};
    const pid sup = co_await start_supervisor({worker_spec("a"_atom), inner});
    const term first = co_await child_of(sup, "a"_atom);
    const term second = co_await child_of(sup, "inner"_atom);

    EXPECT_EQ(co_await gen_server::call(sup, "which_children"_atom),
              list({tuple("inner"_atom, second, "supervisor"_atom, list({"undefined"_atom})),
                    tuple("a"_atom, first, "worker"_atom, list({"worker"_atom}))}));
    EXPECT_EQ(co_await gen_server::call(sup, "count_children"_atom),
              list({tuple("specs"_atom, 2), tuple("active"_atom, 2), tuple("supervisors"_atom, 1),
                    tuple("workers"_atom, 1)}));
    EXPECT_EQ(co_await gen_server::call(sup, tuple("get_childspec"_atom, "a"_atom)),
              tuple("ok"_atom, map({{"id"_atom, "a"_atom},
                                    {"start"_atom, tuple("worker"_atom, "start_link"_atom, "undefined"_atom)},
                                    {"restart"_atom, "permanent"_atom},
                                    {"significant"_atom, false},
                                    {"shutdown"_atom, 5000},
                                    {"type"_atom, "worker"_atom},
                                    {"modules"_atom, list({"worker"_atom})}})));
    EXPECT_EQ(co_await gen_server::call(sup, tuple("terminate_child"_atom, "a"_atom)), term("ok"_atom));
    EXPECT_EQ(co_await gen_server::call(sup, tuple("delete_child"_atom, "a"_atom)), term("ok"_atom));
    EXPECT_TRUE((co_await gen_server::call(sup, tuple("start_child"_atom, "junk"_atom))).is_tagged("error"_atom, 2));
    EXPECT_TRUE((co_await gen_server::call(sup, "junk"_atom)).is_tagged("error"_atom, 2));
    EXPECT_EQ((co_await sys::get_state(sup)).size(), 12U);
  });
}

TEST(Supervisor, CountsChildrenOfEachKind) {
  in_process([]() -> task<> {
    const pid sup =
        co_await start_supervisor({worker_spec("a"_atom), worker_spec("b"_atom), failing_spec("c"_atom, "ignore")});

    const auto counts = co_await supervisor::count_children("sup"_atom);

    EXPECT_EQ(counts.specs, 3U);
    EXPECT_EQ(counts.active, 2U);
    EXPECT_EQ(counts.workers, 3U);
    EXPECT_EQ(counts.supervisors, 0U);
    (void)sup;
  });
}

TEST(Supervisor, MessageThatIsNoneIsDropped) {
  in_process([]() -> task<> {
    const pid sup = co_await start_supervisor({worker_spec("a"_atom)});
    const term child = co_await child_of(sup, "a"_atom);

    send(sup, "what"_atom);
    gen_server::cast(sup, "what"_atom);

    EXPECT_EQ(co_await child_of(sup, "a"_atom), child);
  });
}

} // namespace
} // namespace agner
