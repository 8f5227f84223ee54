// SPDX-License-Identifier: Apache-2.0
// A node of ours and a node of Erlang/OTP, over TCP and over TLS 1.2 and 1.3.

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
#include <agner/dist/distribution.hpp>
#include <agner/dist/epmd_directory.hpp>
#include <agner/dist/net_kernel.hpp>
#include <agner/dist/tcp_carrier.hpp>
#include <agner/dist/tls_carrier.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "../support/erl_peer.hpp"
#include "../support/private_epmd.hpp"
#include "../support/test_ca.hpp"

namespace agner::test {
namespace {

using namespace std::chrono_literals;

enum class over : std::uint8_t { tcp, tls_1_2, tls_1_3 };

struct wide_name {
  template <class Info>
  std::string operator()(const Info& info) const {
    switch (info.param) {
    case over::tcp: return "Tcp";
    case over::tls_1_2: return "Tls12";
    case over::tls_1_3: return "Tls13";
    }
    return "";
  }
};

class Distribution : public testing::TestWithParam<over> {
protected:
  Distribution() : certificate_(ca_.issue(plan())) {}

  static ssl::certificate_plan plan() {
    ssl::certificate_plan p = plan_for("127.0.0.1");
    p.dns_names = {"127.0.0.1"};
    p.addresses = {"127.0.0.1"};
    return p;
  }

  [[nodiscard]] std::string tls_options() const {
    const std::string version = GetParam() == over::tls_1_2 ? "'tlsv1.2'" : "'tlsv1.3'";
    const std::string common = "{certfile,\"" + certificate_.certfile + "\"},{keyfile,\"" + certificate_.keyfile +
                               "\"},{cacertfile,\"" + ca_.cacertfile() + "\"},{verify,verify_peer},{versions,[" +
                               version + "]}";
    return "[{server,[" + common + ",{fail_if_no_peer_cert,true}]},{client,[" + common + "]}].";
  }

  [[nodiscard]] std::shared_ptr<dist::carrier> carrier() const {
    if (GetParam() == over::tcp) return dist::tcp_carrier();
    const term both = must(parse_term(tls_options()));
    dist::tls_carrier_options options;
    for (const term& side : both.as_list())
      (side[0].is("server"_atom) ? options.server : options.client) = side[1];
    return dist::tls_carrier(options);
  }

  [[nodiscard]] node_options ours(const std::string& name, const std::string& cookie = "secret") const {
    dist::distribution_options options{.secret = dist::cookie{cookie}};
    options.over = carrier();
    options.listen_ip = ip_address::loopback();
    node_options made;
    made.name = name + "@127.0.0.1";
    made.services.push_back(dist::distribution(std::move(options)));
    return made;
  }

  [[nodiscard]] std::vector<std::string> theirs(const std::string& name, const std::string& cookie = "secret") const {
    std::vector<std::string> flags{"-name", name + "@127.0.0.1", "-setcookie", cookie};
    if (GetParam() == over::tcp) return flags;
    const std::string file = ca_.folder().write(name + ".conf", tls_options());
    flags.insert(flags.end(), {"-proto_dist", "inet_tls", "-ssl_dist_optfile", file});
    return flags;
  }

private:
  private_epmd epmd_;
  test_ca ca_;
  credentials certificate_;
};

task<> echo() {
  register_("echo"_atom, self());
  for (;;)
    co_await receive(
        on(match(any<pid>, any<term>), [](pid from, term what) { send(from, tuple(self(), std::move(what))); }),
        [](const term&) {});
}

TEST_P(Distribution, PingsErlang) {
  erl_peer erl{theirs("erl")};
  node here{ours("cpp")};

  EXPECT_EQ(here.run(net_adm::ping, "erl@127.0.0.1"_atom), net_adm::ping_answer::pong);
  EXPECT_EQ(erl.eval("nodes(hidden)"), "['cpp@127.0.0.1']");
}

TEST_P(Distribution, IsPingedByErlang) {
  node here{ours("cpp")};
  erl_peer erl{theirs("erl")};

  EXPECT_EQ(erl.eval("net_adm:ping('cpp@127.0.0.1')"), "pong");
  EXPECT_EQ(here.run([]() -> task<std::vector<atom>> { co_return nodes(node_type::connected); }),
            std::vector<atom>{"erl@127.0.0.1"_atom});
}

TEST_P(Distribution, EveryKindOfTermComesBackAsItWas) {
  node here{ours("cpp")};
  here.spawn(echo);
  erl_peer erl{theirs("erl")};

  erl.eval("Echo = fun(T) -> {echo, 'cpp@127.0.0.1'} ! {self(), T}, receive {P, R} when is_pid(P) -> R =:= T after "
           "5000 -> timeout end end");
  for (const char* expression : {
           "0",
           "-1",
           "255",
           "256",
           "-2147483648",
           "2147483648",
           "1 bsl 63",
           "-(1 bsl 63)",
           "1 bsl 64",
           "(1 bsl 2040) - 1",
           "-(1 bsl 5000)",
           "0.0",
           "-0.0",
           "1.5e300",
           "5.0e-324",
           "''",
           "hello",
           "list_to_atom(lists:duplicate(255, 16#1F600))",
           "[]",
           "[1,2,3]",
           "\"text\"",
           "[a|b]",
           "lists:seq(1, 100000)",
           "lists:duplicate(70000, 7)",
           "{}",
           "{1,{2,{3}}}",
           "list_to_tuple(lists:seq(1, 300))",
           "#{}",
           "maps:from_list([{I, I * I} || I <- lists:seq(1, 1000)])",
           "#{1 => a, 1.0 => b}",
           "<<>>",
           "<<1:3>>",
           "<<255, 1:7>>",
           "<<\"bytes\">>",
           "binary:copy(<<1,2,3,4>>, 4 * 1024 * 1024)",
           "self()",
           "make_ref()",
           "hd(erlang:ports())",
           "fun lists:map/2",
           "fun(X) -> X + 1 end",
           "lists:foldl(fun(_, A) -> [A] end, [], lists:seq(1, 50000))",
           "lists:foldl(fun(_, A) -> {A} end, [], lists:seq(1, 50000))",
       }) {
    EXPECT_EQ(erl.eval("Echo(" + std::string{expression} + ")"), "true") << expression;
  }
}

TEST_P(Distribution, KeepsTheOrderOfTwentyThousandMessagesBothWays) {
  node here{ours("cpp")};
  here.spawn(echo);
  erl_peer erl{theirs("erl")};

  EXPECT_EQ(erl.eval("[{echo, 'cpp@127.0.0.1'} ! {self(), I} || I <- lists:seq(1, 20000)], "
                     "[receive {_, I} -> I after 20000 -> error({no, I}) end || I <- lists:seq(1, 20000)] =:= "
                     "lists:seq(1, 20000)"),
            "true");
}

TEST_P(Distribution, LinksBreakWithTheReasonOfEitherSide) {
  node here{ours("cpp")};
  erl_peer erl{theirs("erl")};
  erl.eval("P = spawn(fun() -> register(victim, self()), process_flag(trap_exit, true), Loop = fun L() -> receive "
           "{'EXIT', F, R} -> tester ! {got, R}, L(); "
           "{link, X} -> link(X), L(); {die, R} -> exit(R) end end, Loop() end), register(tester, self())");

  const term reason = here.run([]() -> task<term> {
    trap_exit(true);
    co_await net_kernel::connect_node("erl@127.0.0.1"_atom);
    const pid victim = co_await gen_server::call<pid>(
        {"rex"_atom, "erl@127.0.0.1"_atom},
        tuple("call"_atom, "erlang"_atom, "whereis"_atom, list({"victim"_atom}), self()));
    const auto linked = spawn_monitor([victim]() -> task<> {
      link(victim);
      exit(tuple("because"_atom, 1, binary("x")));
      co_return;
    });
    co_await receive(on(match("DOWN"_atom, linked.monitor, _, _, _), [] {}));
    link(victim);
    send(victim, tuple("die"_atom, map({{"a"_atom, 1}})));
    co_return co_await receive(on(match("EXIT"_atom, victim, any<term>), [](term why) { return why; }));
  });

  EXPECT_EQ(print(reason), "#{a => 1}");
  EXPECT_EQ(erl.eval("receive {got, R} -> R after 5000 -> none end"), "{because,1,<<\"x\">>}");
}

TEST_P(Distribution, MonitorsFireWithTheReasonOfEitherSide) {
  node here{ours("cpp")};
  const pid server = here.spawn(echo);
  erl_peer erl{theirs("erl")};

  erl.eval("Ref = monitor(process, {echo, 'cpp@127.0.0.1'}), {echo, 'cpp@127.0.0.1'} ! {self(), 1}, receive {_, 1} -> "
           "ok end");
  here.exit(server, tuple("stopped"_atom, 2.5));
  EXPECT_EQ(erl.eval("receive {'DOWN', Ref, process, {echo, 'cpp@127.0.0.1'}, Why} -> Why after 5000 -> none end"),
            "{stopped,2.5}");
  EXPECT_EQ(erl.eval("Ref2 = monitor(process, {echo, 'cpp@127.0.0.1'}), receive {'DOWN', Ref2, process, _, Why2} -> "
                     "Why2 after 5000 -> none end"),
            "noproc");
}

TEST_P(Distribution, NodeDownIsNoticedOnBothSides) {
  auto here = std::make_unique<node>(ours("cpp"));
  here->spawn(echo);
  erl_peer erl{theirs("erl")};
  erl_peer other{theirs("other")};

  // The Erlang node is killed: our monitor sees noconnection, then nodedown.
  const auto seen = here->run([&]() -> task<std::vector<term>> {
    co_await net_kernel::connect_node("other@127.0.0.1"_atom);
    net_kernel::monitor_nodes(true, {.plain = true, .node_type = net_kernel::monitor_options::type::all});
    monitor({"init"_atom, "other@127.0.0.1"_atom});
    // A round trip, so that the monitor is there before the node goes.
    co_await net_adm::ping("other@127.0.0.1"_atom);
    other.kill();
    std::vector<term> messages;
    for (int i = 0; i < 2; ++i)
      messages.push_back(co_await receive([](term m) { return m; }, after(10s, [] { return term("nothing"_atom); })));
    co_return messages;
  });
  ASSERT_TRUE(seen[0].is_tagged("DOWN"_atom, 5)) << print(seen[0]);
  EXPECT_EQ(seen[0][4], term("noconnection"_atom));
  EXPECT_EQ(print(seen[1]), "{nodedown,'other@127.0.0.1'}");

  // Our node goes: Erlang's monitor sees noconnection.
  erl.eval("Ref = monitor(process, {echo, 'cpp@127.0.0.1'}), {echo, 'cpp@127.0.0.1'} ! {self(), 1}, receive {_, 1} -> "
           "ok end");
  here.reset();
  EXPECT_EQ(erl.eval("receive {'DOWN', Ref, process, _, Why} -> Why after 10000 -> none end"), "noconnection");
}

TEST_P(Distribution, AnswersGenServerCallsOfErlangInAllForms) {
  struct counter {
    std::int64_t sum = 0;
    term handle_call(const term& request) {
      if (request.is_tagged("add"_atom, 2)) sum += request[1].as_int64();
      return sum;
    }
  };
  node here{ours("cpp")};
  here.run([]() -> task<> { must(co_await gen_server::start<counter>(gen_server::local("counter"_atom))); });
  erl_peer erl{theirs("erl")};

  EXPECT_EQ(erl.eval("gen_server:call({counter, 'cpp@127.0.0.1'}, {add, 5})"), "5");
  EXPECT_EQ(
      erl.eval("gen_server:receive_response(gen_server:send_request({counter, 'cpp@127.0.0.1'}, {add, 2}), 5000)"),
      "{reply,7}");
  EXPECT_EQ(erl.eval("catch gen_server:call({nobody, 'cpp@127.0.0.1'}, x)"),
            "{'EXIT',{noproc,{gen_server,call,[{nobody,'cpp@127.0.0.1'},x]}}}");
}

TEST_P(Distribution, RefusesAWrongCookieOnBothSides) {
  node here{ours("cpp")};
  erl_peer erl{theirs("erl", "another")};

  EXPECT_EQ(erl.eval("net_adm:ping('cpp@127.0.0.1')"), "pang");
  EXPECT_EQ(here.run(net_adm::ping, "erl@127.0.0.1"_atom), net_adm::ping_answer::pang);
  EXPECT_EQ(erl.eval("nodes(connected)"), "[]");
}

TEST_P(Distribution, BothMayConnectAtOnce) {
  node here{ours("cpp")};
  here.spawn(echo);
  erl_peer erl{theirs("erl")};
  erl.eval("net_kernel:hidden_connect_node('cpp@127.0.0.1')");

  for (int i = 0; i < 5; ++i) {
    here.run([]() -> task<> {
      disconnect_node("erl@127.0.0.1"_atom);
      co_return;
    });
    const pid caller = here.spawn([]() -> task<> { co_await net_kernel::connect_node("erl@127.0.0.1"_atom); });
    EXPECT_EQ(erl.eval("{echo, 'cpp@127.0.0.1'} ! {self(), again}, receive {_, again} -> ok after 1000 -> {echo, "
                       "'cpp@127.0.0.1'} ! {self(), again}, "
                       "receive {_, again} -> ok after 5000 -> none end end"),
              "ok")
        << print(term(caller));
  }
}

INSTANTIATE_TEST_SUITE_P(Carriers, Distribution, testing::Values(over::tcp, over::tls_1_2, over::tls_1_3), wide_name{});

} // namespace
} // namespace agner::test
