// SPDX-License-Identifier: Apache-2.0
// Nodes of ours and of Erlang/OTP that come together, see each other, and go: each test makes its own.

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
#include <agner/dist/net_kernel.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <string>
#include <vector>

#include "cluster.hpp"
#include "puppets.hpp"

namespace agner::test {
namespace {

using namespace std::chrono_literals;
using std::string;
using atoms = std::vector<atom>;

const atom erl_name{"erl@127.0.0.1"};

class Nodes : public testing::TestWithParam<over> {
protected:
  static void begin(erl_peer& erl) { ASSERT_EQ(erl.eval("agner_peer:start()"), "ok"); }
  /// What `nodes(WHICH)` gives in a process of @p on.
  static atoms nodes_of(node& on, node_type which) {
    return on.run([which]() -> task<atoms> { co_return nodes(which); });
  }
  static bool connects(node& on, atom peer) { return on.run(net_kernel::connect_node, peer); }
};

/// The next messages of the caller, @p count of them.
task<std::vector<term>> next_messages(int count) {
  std::vector<term> all;
  while (count-- > 0)
    all.push_back(
        co_await receive([](term what) { return what; }, after(patience, [] { return term{"nothing"_atom}; })));
  co_return all;
}

// -- coming together -----------------------------------------------------------------------------------------------------------------

TEST_P(Nodes, ThatWeCallSeeUsHidden) {
  erl_peer erl{theirs(GetParam(), "erl")};
  node here{ours(GetParam(), "cpp")};

  EXPECT_EQ(here.run(net_adm::ping, erl_name), net_adm::ping_answer::pong);

  EXPECT_EQ(nodes_of(here, node_type::connected), atoms{erl_name});
  EXPECT_EQ(nodes_of(here, node_type::hidden), atoms{erl_name});
  EXPECT_EQ(nodes_of(here, node_type::visible), atoms{});
  EXPECT_EQ(nodes_of(here, node_type::this_node), atoms{here.name()});
  EXPECT_EQ(nodes_of(here, node_type::known), (atoms{erl_name, here.name()}));
  EXPECT_EQ(erl.eval("{nodes(), nodes(connected), nodes(hidden), nodes(visible), nodes(this)}"),
            "{[],['cpp@127.0.0.1'],['cpp@127.0.0.1'],[],['erl@127.0.0.1']}");
  EXPECT_EQ(erl.eval("['cpp@127.0.0.1', 'erl@127.0.0.1'] -- nodes(known)"), "[]");
  EXPECT_EQ(erl.eval("net_kernel:node_info('cpp@127.0.0.1', type)"), "{ok,hidden}");
}

TEST_P(Nodes, ThatCallUsSeeUsHidden) {
  node here{ours(GetParam(), "cpp")};
  erl_peer erl{theirs(GetParam(), "erl")};

  EXPECT_EQ(erl.eval("net_adm:ping('cpp@127.0.0.1')"), "pong");

  EXPECT_EQ(nodes_of(here, node_type::connected), atoms{erl_name});
  EXPECT_EQ(nodes_of(here, node_type::visible), atoms{});
  EXPECT_EQ(erl.eval("{nodes(), nodes(connected), nodes(hidden)}"), "{[],['cpp@127.0.0.1'],['cpp@127.0.0.1']}");
}

TEST_P(Nodes, PartWhenEitherWants) {
  node here{ours(GetParam(), "cpp")};
  erl_peer erl{theirs(GetParam(), "erl")};
  ASSERT_TRUE(connects(here, erl_name));
  erl.eval("monitor_node('cpp@127.0.0.1', true)");
  // Our side's nodedown, once it is watched for and `part` has been called.
  const auto nodedown = [&](const std::function<void()>& part) {
    std::promise<void> watching;
    auto seen = std::async(std::launch::async, [&] {
      return here.run([&]() -> task<term> {
        co_await monitor_node(erl_name, true);
        watching.set_value();
        co_return (co_await next_messages(1))[0];
      });
    });
    watching.get_future().wait();
    part();
    return print(seen.get());
  };

  const auto we_part = [&] { EXPECT_TRUE(here.run([]() -> task<bool> { co_return disconnect_node(erl_name); })); };
  EXPECT_EQ(nodedown(we_part), "{nodedown,'erl@127.0.0.1'}");
  EXPECT_EQ(erl.eval("receive {nodedown, 'cpp@127.0.0.1'} -> down after 15000 -> none end"), "down");
  EXPECT_EQ(nodes_of(here, node_type::connected), atoms{});

  EXPECT_EQ(erl.eval("net_kernel:connect_node('cpp@127.0.0.1')"), "true");
  const auto erlang_parts = [&] { EXPECT_EQ(erl.eval("erlang:disconnect_node('cpp@127.0.0.1')"), "true"); };
  EXPECT_EQ(nodedown(erlang_parts), "{nodedown,'erl@127.0.0.1'}");
}

TEST_P(Nodes, MayCallEachOtherAtOnce) {
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);
  for (const char* name : {"a_lesser", "z_greater"}) {
    node here{ours(GetParam(), name)};
    here.run(register_peers);
    const string quoted = "'" + string{here.name().name()} + "'";
    for (int round = 0; round < 8; ++round) {
      // The first message of each side makes it call the other, and neither is lost.
      auto answer = std::async(std::launch::async, [&] {
        return here.run([round]() -> task<term> {
          send({"echo"_atom, erl_name}, tuple(self(), round));
          co_return co_await receive(on(match(any<pid>, any<term>), [](pid, term what) { return what; }),
                                     after(patience, [] { return term{"no_answer"_atom}; }));
        });
      });
      const string number = std::to_string(round);
      EXPECT_EQ(erl.eval("agner_peer:echo({echo, " + quoted + "}, " + number + ")"), number) << name;
      EXPECT_EQ(answer.get(), term{round}) << name;

      EXPECT_EQ(erl.eval("nodes(connected)"), "[" + quoted + "]");
      EXPECT_EQ(nodes_of(here, node_type::connected), atoms{erl_name});

      EXPECT_EQ(erl.eval("erlang:disconnect_node(" + quoted + "), agner_peer:parted(" + quoted + ")"), "ok");
      here.run([]() -> task<> { // until this side knows too
        co_await monitor_node(erl_name, !nodes(node_type::connected).empty());
        while (!nodes(node_type::connected).empty())
          co_await next_messages(1);
      });
    }
  }
}

// The very first signal is cut into fragments.
TEST_P(Nodes, TheFirstMessageMayBeLarge) {
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);
  node here{ours(GetParam(), "cpp")};

  const term large = binary(std::string(300'000, 'x'));

  const term back = here.run(
      [](term message) -> task<term> {
        send({"echo"_atom, erl_name}, tuple(self(), std::move(message)));
        co_return co_await receive(on(match(any<pid>, any<term>), [](pid, term what) { return what; }),
                                   after(patience, [] { return term{"no_answer"_atom}; }));
      },
      large);

  EXPECT_TRUE(back == large) << print_short(back);
}

TEST_P(Nodes, AreToldOfBeforeTheirFirstSignal) {
  node here{ours(GetParam(), "cpp")};
  erl_peer erl{theirs(GetParam(), "erl")};
  std::promise<void> watching;

  auto seen = std::async(std::launch::async, [&] {
    return here.run([&]() -> task<std::vector<term>> {
      register_("watcher"_atom, self());
      net_kernel::monitor_nodes(true, {.plain = true, .node_type = net_kernel::monitor_options::type::all});
      watching.set_value();
      std::vector<term> all = co_await next_messages(1);
      EXPECT_EQ(nodes(node_type::connected), atoms{erl_name});
      all.push_back((co_await next_messages(1))[0]);
      co_return all;
    });
  });
  watching.get_future().wait();
  erl.eval("{watcher, 'cpp@127.0.0.1'} ! hello");

  const auto messages = seen.get();
  EXPECT_EQ(print(messages[0]), "{nodeup,'erl@127.0.0.1'}");
  EXPECT_EQ(messages[1], term{"hello"_atom});
}

// -- going ------------------------------------------------------------------------------------------------------------------------------

TEST_P(Nodes, TellOfAKilledErlangNodeInOrder) {
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);
  node here{ours(GetParam(), "cpp")};

  const auto seen = here.run([&]() -> task<std::vector<term>> {
    net_kernel::monitor_nodes(true, {.plain = true, .node_type = net_kernel::monitor_options::type::all});
    EXPECT_TRUE(co_await net_kernel::connect_node(erl_name));
    EXPECT_EQ(print((co_await next_messages(1))[0]), "{nodeup,'erl@127.0.0.1'}");
    trap_exit(true);
    const pid puppet = co_await puppet_on(erl_name);
    link(puppet);
    monitor(puppet);
    monitor({"counter"_atom, erl_name});
    co_await monitor_node(erl_name, true);
    co_await order(puppet, "self"_atom); // all of it is there
    erl.kill();
    co_return co_await next_messages(5);
  });

  for (int i = 0; i < 3; ++i) {
    const term& why = seen[static_cast<std::size_t>(i)];
    EXPECT_TRUE(why.is_tagged("EXIT"_atom, 3) || why.is_tagged("DOWN"_atom, 5)) << print(why);
    EXPECT_EQ(why[why.size() - 1], term{"noconnection"_atom});
  }
  EXPECT_EQ(print(seen[3]), "{nodedown,'erl@127.0.0.1'}");
  EXPECT_EQ(print(seen[4]), "{nodedown,'erl@127.0.0.1'}");
  EXPECT_EQ(nodes_of(here, node_type::connected), atoms{});
}

TEST_P(Nodes, OfOursThatAreKilledAreGoneForErlang) {
  interop_process ours_killed{theirs(GetParam(), "cpp")};
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);

  erl.eval("ok = net_kernel:monitor_nodes(true, [{node_type, all}]), process_flag(trap_exit, true)");
  EXPECT_EQ(erl.eval("P = gen_server:call({puppet_master, 'cpp@127.0.0.1'}, new), receive {nodeup, N, _} -> N end"),
            "'cpp@127.0.0.1'");
  erl.eval("link(P), M1 = monitor(process, P), M2 = monitor(process, {counter, 'cpp@127.0.0.1'}), "
           "agner_peer:order(P, self)");
  ours_killed.kill();

  EXPECT_EQ(erl.eval("Next = fun() -> receive Any -> Any after 15000 -> none end end, lists:sort([begin case Next() of "
                     "{'EXIT', P, W} -> {exit, W}; {'DOWN', M1, process, P, W} -> {down1, W}; {'DOWN', M2, process, "
                     "{counter, _}, W} -> {down2, W}; Other -> Other end end || _ <- [1, 2, 3]])"),
            "[{down1,noconnection},{down2,noconnection},{exit,noconnection}]");
  EXPECT_EQ(erl.eval("element(1, Next())"), "nodedown");
}

TEST_P(Nodes, ThatAreNotThereAreTellableFromThoseThatAre) {
  node here{ours(GetParam(), "cpp")};
  const atom gone{"gone@127.0.0.1"};

  here.run([gone]() -> task<> {
    const destination nobody{"nobody"_atom, gone};
    send(nobody, "lost"_atom);
    EXPECT_EQ(co_await end_of(monitor(nobody)), term{"noconnection"_atom});
    EXPECT_EQ(co_await net_adm::ping(gone), net_adm::ping_answer::pang);
    EXPECT_FALSE(co_await net_kernel::connect_node(gone));
    co_await monitor_node(gone, true);
    EXPECT_EQ((co_await next_messages(1))[0], tuple("nodedown"_atom, gone));
    try {
      co_await gen_server::call(nobody, "get"_atom);
      ADD_FAILURE();
    } catch (const raised& why) {
      EXPECT_EQ(why.reason()[0], tuple("nodedown"_atom, gone));
    }
    EXPECT_EQ(nodes(node_type::connected), atoms{});
  });
}

// A thread that is no process has no pid; a message and an exit signal of its have one that never was.
TEST_P(Nodes, TakeMessagesAndExitsOfThreads) {
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);
  node here{ours(GetParam(), "cpp")};
  erl.eval("register(tester, self()), process_flag(trap_exit, true)");
  const pid tester = here.run([]() -> task<pid> {
    send({"echo"_atom, erl_name}, tuple(self(), 1));
    co_await next_messages(1);
    const term found = co_await order(co_await puppet_on(erl_name), tuple("whereis"_atom, "tester"_atom));
    co_return found.as_pid();
  });

  here.send(destination{"tester"_atom, erl_name}.as_term(), "to_a_name"_atom);
  here.send(tester, "to_a_pid"_atom);
  here.exit(tester, "boo"_atom);

  EXPECT_EQ(erl.eval("receive to_a_name -> ok after 15000 -> none end"), "ok");
  EXPECT_EQ(erl.eval("receive to_a_pid -> ok after 15000 -> none end"), "ok");
  EXPECT_EQ(erl.eval("receive {'EXIT', From, boo} -> node(From) after 15000 -> none end"), "'cpp@127.0.0.1'");
}

// -- lives of a node ------------------------------------------------------------------------------------------------------------------------

TEST_P(Nodes, PidsOfAnEarlierLifeOfOursAreNobody) {
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);
  {
    node first{ours(GetParam(), "cpp")};
    first.run(register_peers);
    erl.eval("process_flag(trap_exit, true), Old = gen_server:call({puppet_master, 'cpp@127.0.0.1'}, new), "
             "monitor_node('cpp@127.0.0.1', true), true = is_pid(agner_peer:order(Old, self))");
  }
  EXPECT_EQ(erl.eval("receive {nodedown, _} -> down after 15000 -> none end"), "down");
  node second{ours(GetParam(), "cpp")};
  second.run(register_peers);

  // As many puppets, so that one lives where the old one did.
  erl.eval("News = [gen_server:call({puppet_master, 'cpp@127.0.0.1'}, new) || _ <- lists:seq(1, 20)], [true = "
           "agner_peer:order(New, {forward_to, self()}) || New <- News]");
  EXPECT_EQ(
      erl.eval("Old ! lost, exit(Old, kill), M = monitor(process, Old), receive {'DOWN', M, process, Old, W} -> W "
               "after 15000 -> none end"),
      "noproc");
  EXPECT_EQ(erl.eval("link(Old), receive {'EXIT', Old, L} -> L after 15000 -> none end"), "noproc");
  EXPECT_EQ(erl.eval("[agner_peer:order(New, self) || New <- News] =:= News andalso agner_peer:flush()"), "[]");
}

TEST_P(Nodes, PidsOfAnEarlierLifeOfErlangsAreNobody) {
  node here{ours(GetParam(), "cpp")};
  pid old;
  {
    erl_peer first{theirs(GetParam(), "erl")};
    begin(first);
    old = here.run(puppet_on, erl_name);
    first.kill();
  }
  erl_peer second{theirs(GetParam(), "erl")};
  begin(second);

  here.run([old]() -> task<> {
    // The first life's connection may not have been seen to go.
    for (int attempts = 0; attempts < 100 && co_await net_adm::ping(erl_name) != net_adm::ping_answer::pong; ++attempts)
      co_await yield();
    trap_exit(true);
    send(old, "lost"_atom);
    EXPECT_EQ(co_await end_of(monitor(old)), term{"noproc"_atom});
    link(old);
    EXPECT_EQ((co_await next_messages(1))[0], tuple("EXIT"_atom, old, "noproc"_atom));
  });
}

// -- long messages and many of them -----------------------------------------------------------------------------------------------------

// While Erlang does not read, a message of many fragments waits; a small one of another sender, sent later, comes first.
TEST_P(Nodes, ASmallMessageOvertakesALargeOneOfAnotherSender) {
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);
  node here{ours(GetParam(), "cpp")};

  here.run([&]() -> task<> {
    const pid witness = co_await witness_on(erl_name);
    const term large = binary(string(24'000'000, 'l'));
    erl.pause();
    const auto sender = spawn_monitor(
        [](pid to, term message) -> task<> {
          send(to, std::move(message));
          co_return;
        },
        witness, large);
    co_await end_of(sender.monitor); // it is on its way
    send(witness, "small"_atom);
    erl.resume();

    EXPECT_EQ(co_await got(witness), term{"small"_atom});
    EXPECT_TRUE(co_await got(witness) == large);
  });
}

TEST_P(Nodes, KeepTheOrderOfTwentyThousandMessagesAmongLargeOnesOfOthers) {
  node here{ours(GetParam(), "cpp")};
  here.run(register_peers);
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);

  // Erlang to us and back, while other processes send large messages both ways.
  erl.eval("Large = binary:copy(<<1,2,3>>, 1000000), Echo = {echo, 'cpp@127.0.0.1'}");
  erl.eval("Others = [spawn_monitor(fun() -> [true = (agner_peer:echo(Echo, {I, Large}) =:= {I, Large}) || I <- "
           "lists:seq(1, 5)] end) || _ <- [1, 2, 3]]");
  EXPECT_EQ(
      erl.eval("[Echo ! {self(), I} || I <- lists:seq(1, 20000)], [receive {E, I} when is_pid(E) -> I after 20000 "
               "-> none end || I <- lists:seq(1, 20000)] =:= lists:seq(1, 20000)"),
      "true");
  EXPECT_EQ(erl.eval("[receive {'DOWN', R, _, _, W} -> W after 20000 -> none end || {_, R} <- Others]"),
            "[normal,normal,normal]");
}

TEST_P(Nodes, ASenderThatWaitsForAStoppedNodeGoesOnWhenThatIsGone) {
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);
  node here{ours(GetParam(), "cpp")};

  const auto [why, down] = here.run([&]() -> task<std::pair<term, term>> {
    const pid puppet = co_await puppet_on(erl_name);
    erl.pause();
    const auto sender = spawn_monitor(
        [](pid parent, pid to) -> task<> {
          const term piece = binary(string(1 << 20, 'p'));
          send(parent, "begun"_atom);
          for (int i = 0; i < 100; ++i)
            co_await send(to, piece);
        },
        self(), puppet);
    const reference watch = monitor(puppet);
    co_await receive([](atom) {});
    erl.kill();
    const term of_sender = co_await end_of(sender.monitor);
    co_return std::pair{of_sender, co_await end_of(watch)};
  });

  EXPECT_EQ(why, term{"normal"_atom});
  EXPECT_EQ(down, term{"noconnection"_atom});
}

TEST_P(Nodes, PartInTheMiddleOfLargeMessagesAndComeTogetherAgain) {
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);
  node here{ours(GetParam(), "cpp")};
  here.run(register_peers);

  for (int round = 0; round < 3; ++round) {
    erl.eval("Large = binary:copy(<<1,2,3,4>>, 500000), [spawn(fun() -> {echo, 'cpp@127.0.0.1'} ! {self(), {I, Large}} "
             "end) || I <- lists:seq(1, 4)]");
    for (int i = 0; i < 4; ++i)
      here.spawn(
          []() -> task<> { co_await send({"echo"_atom, erl_name}, tuple(self(), binary(string(2'000'000, 'm')))); });
    here.run([]() -> task<> { // the connection is up: what follows comes into its middle
      co_await net_adm::ping(erl_name);
      disconnect_node(erl_name);
    });

    // A call may fail with the connection that was, or that either side makes for what was still to be sent; then not for ever.
    EXPECT_EQ(
        erl.eval("(fun Again(0) -> never; Again(N) -> try gen_server:call({counter, 'cpp@127.0.0.1'}, get, 15000) "
                 "catch _:_ -> Again(N - 1) end end)(20)"),
        "0");
    EXPECT_TRUE(here.run([]() -> task<bool> {
      for (int attempts = 0; attempts < 20; ++attempts)
        try {
          co_return (co_await puppet_on(erl_name)).node() == erl_name;
        } catch (const raised&) {
        }
      co_return false;
    }));
  }
}

// -- what else happens between Erlang nodes ------------------------------------------------------------------------------------------------

TEST_P(Nodes, LeaveGlobalOfOthersAlone) {
  node here{ours(GetParam(), "cpp")};
  erl_peer one{theirs(GetParam(), "one")};
  erl_peer two{theirs(GetParam(), "two")};
  ASSERT_TRUE(connects(here, "one@127.0.0.1"_atom));
  ASSERT_TRUE(connects(here, "two@127.0.0.1"_atom));

  EXPECT_EQ(one.eval("net_kernel:connect_node('two@127.0.0.1')"), "true");
  EXPECT_EQ(one.eval("{global:sync(), global:register_name(here, self())}"), "{ok,yes}");
  EXPECT_EQ(two.eval("global:sync(), node(global:whereis_name(here))"), "'one@127.0.0.1'");
  EXPECT_EQ(two.eval("global:trans({lock, self()}, fun() -> done end)"), "done");
  EXPECT_EQ(one.eval("{nodes(), nodes(hidden)}"), "{['two@127.0.0.1'],['cpp@127.0.0.1']}");
}

// What a node without Erlang's functions cannot do is said at once.
TEST_P(Nodes, RefuseToRunErlangsFunctions) {
  node here{ours(GetParam(), "cpp")};
  erl_peer erl{theirs(GetParam(), "erl")};

  EXPECT_EQ(erl.eval("try erpc:call('cpp@127.0.0.1', erlang, node, []) catch C:R -> {C, R} end"),
            "{error,{erpc,notsup}}");
  EXPECT_EQ(erl.eval("element(1, rpc:call('cpp@127.0.0.1', erlang, node, []))"), "badrpc");
  EXPECT_EQ(erl.eval("Id = spawn_request('cpp@127.0.0.1', erlang, node, []), receive {spawn_reply, Id, error, E} -> E "
                     "after 15000 -> none end"),
            "notsup");
  EXPECT_EQ(erl.eval("spawn_monitor('cpp@127.0.0.1', erlang, node, [])"), "raised {error,notsup}");
  EXPECT_EQ(
      erl.eval("M = monitor(process, spawn('cpp@127.0.0.1', erlang, node, [])), receive {'DOWN', M, process, _, _} "
               "-> down after 15000 -> none end"),
      "down");
  EXPECT_EQ(erl.eval("nodes(connected)"), "['cpp@127.0.0.1']");
}

INSTANTIATE_TEST_SUITE_P(Carriers, Nodes, testing::Values(over::tcp, over::tls_1_2, over::tls_1_3),
                         [](const auto& info) { return text_of(info.param); });

TEST(LongMessages, OfNearly256MiBPassAndLongerOnesEndTheSender) {
  node here{ours(over::tcp, "cpp")};
  erl_peer erl{theirs(over::tcp, "erl")};
  ASSERT_EQ(erl.eval("agner_peer:start()"), "ok");

  // Erlang's length of what we send, and ours of what Erlang sends back.
  EXPECT_EQ(here.run([]() -> task<std::size_t> {
    send({"echo"_atom, erl_name}, tuple(self(), binary(string((256UL << 20U) - 1000, 'l'))));
    const term back = co_await receive(on(match(any<pid>, any<term>), [](pid, term what) { return what; }));
    co_return back.bytes().size();
  }),
            (256UL << 20U) - 1000);
  EXPECT_EQ(here.run([]() -> task<term> {
    const auto sender = spawn_monitor([]() -> task<> {
      co_await send({"echo"_atom, erl_name}, tuple(self(), binary(string((256UL << 20U) + 1, 'l'))));
    });
    co_return (co_await end_of(sender.monitor))[0];
  }),
            term("system_limit"_atom));
  EXPECT_EQ(erl.eval("nodes(connected)"), "['cpp@127.0.0.1']");
}

// OTP renegotiates a connection of TLS 1.2 after so many records.
TEST(Renegotiation, OfOtpIsSurvivedWhoeverCalls) {
  for (const side caller : {side::ours, side::erlangs}) {
    node here{ours(over::tls_1_2, "cpp")};
    here.run(register_peers);
    erl_peer erl{theirs(over::tls_1_2, "erl", {.ssl_options = "{renegotiate_at,50},"})};
    ASSERT_EQ(erl.eval("agner_peer:start()"), "ok");
    if (caller == side::ours)
      ASSERT_TRUE(here.run(net_kernel::connect_node, erl_name));
    else
      ASSERT_EQ(erl.eval("net_kernel:connect_node('cpp@127.0.0.1')"), "true");

    EXPECT_EQ(
        erl.eval("erlang:monitor_node('cpp@127.0.0.1', true), [agner_peer:echo({echo, 'cpp@127.0.0.1'}, I) || I <- "
                 "lists:seq(1, 500)] =:= lists:seq(1, 500)"),
        "true")
        << text_of(caller);
    EXPECT_EQ(erl.eval("agner_peer:echo({echo, 'cpp@127.0.0.1'}, binary:copy(<<7>>, 5000000)) =:= binary:copy(<<7>>, "
                       "5000000)"),
              "true")
        << text_of(caller);
    EXPECT_EQ(erl.eval("agner_peer:flush()"), "[]") << text_of(caller); // no nodedown
  }
}

} // namespace
} // namespace agner::test
