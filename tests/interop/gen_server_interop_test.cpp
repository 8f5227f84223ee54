// SPDX-License-Identifier: Apache-2.0
// Servers of ours called by Erlang/OTP's gen_server and sys, and Erlang's called by ours; and aliases, which their replies are sent to.

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
#include <agner/actors/sys.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "cluster.hpp"
#include "programs/counter.hpp"
#include "puppets.hpp"

namespace agner::test {
namespace {

using namespace std::chrono_literals;

using way = std::tuple<over, side>; // carrier, who made the connection

class GenServer : public testing::TestWithParam<way> {
protected:
  GenServer() : nodes_(connected_pair(std::get<0>(GetParam()), std::get<1>(GetParam()))) {}

  [[nodiscard]] const node_pair& nodes() const { return nodes_; }
  /// Erlang's value of @p expression, in which HERE is our node's name, and SERVER a server of ours.
  std::string erlang(std::string expression) {
    const std::string name = "'" + std::string{nodes_.here_name.name()} + "'";
    for (const auto& [word, text] :
         {std::pair<std::string, std::string>{"SERVER", "{test_counter," + name + "}"}, {"HERE", name}})
      for (std::size_t at; (at = expression.find(word)) != std::string::npos;)
        expression.replace(at, word.size(), text);
    return nodes_.erl.eval(expression);
  }
  /// Runs @p body in a process of ours with the name of the Erlang node.
  template <class Body>
  void play(Body body) {
    nodes_.here.run(body, nodes_.erl_name);
  }

private:
  node_pair nodes_;
};

/// A server of ours, registered as test_counter, for one test.
class serving {
public:
  explicit serving(node& on) : on_(on) {
    pid_ = on.run([]() -> task<pid> {
      co_return must(co_await gen_server::start<interop::counter>(gen_server::local("test_counter"_atom)));
    });
  }
  ~serving() {
    on_.run(
        [](pid server) -> task<> {
          const reference watch = monitor(server);
          exit(server, "kill"_atom);
          co_await end_of(watch);
        },
        pid_);
  }
  serving(const serving&) = delete;
  serving& operator=(const serving&) = delete;

private:
  node& on_;
  pid pid_;
};

// -- Erlang calls --------------------------------------------------------------------------------------------------------------------

TEST_P(GenServer, OfOursAnswersEveryWayToCall) {
  const serving server{nodes().here};

  EXPECT_EQ(erlang("gen_server:call(SERVER, {add, 5})"), "5");
  EXPECT_EQ(erlang("gen_server:call(SERVER, get, infinity)"), "5");
  EXPECT_EQ(erlang("gen_server:cast(SERVER, {add, 2}), gen_server:call(SERVER, get)"), "7");
  EXPECT_EQ(erlang("gen_server:receive_response(gen_server:send_request(SERVER, {add, 3}), 5000)"), "{reply,10}");
  EXPECT_EQ(erlang("gen_server:wait_response(gen_server:send_request(SERVER, get), 5000)"), "{reply,10}");
  EXPECT_EQ(erlang("(fun(R) -> receive M -> gen_server:check_response(M, R) after 5000 -> none end "
                   "end)(gen_server:send_request(SERVER, get))"),
            "{reply,10}");
  EXPECT_EQ(erlang("(fun(C) -> gen_server:receive_response(C, 5000, true) end)(gen_server:send_request(SERVER, get, "
                   "label, gen_server:reqids_new()))")
                .substr(0, 18),
            "{{reply,10},label,");
  EXPECT_EQ(erlang("gen_server:multi_call([HERE, node()], test_counter, get) =:= {[{HERE, 10}], [node()]}"), "true");
  EXPECT_EQ(erlang("gen_server:abcast([HERE], test_counter, {add, 1}), gen_server:call(SERVER, get)"), "11");
}

TEST_P(GenServer, OfOursIsLookedInto) {
  const serving server{nodes().here};
  erlang("gen_server:call(SERVER, {add, 5})");

  EXPECT_EQ(erlang("sys:get_state(SERVER)"), "5");
  EXPECT_EQ(erlang("element(1, sys:get_status(SERVER))"), "status");
  EXPECT_EQ(erlang("sys:suspend(SERVER), gen_server:wait_response(gen_server:send_request(SERVER, get), 100)"),
            "timeout");
  EXPECT_EQ(erlang("sys:resume(SERVER), gen_server:call(SERVER, get)"), "5");
}

TEST_P(GenServer, OfOursEndsAndErlangKnowsWhy) {
  {
    const serving server{nodes().here};
    EXPECT_EQ(erlang("agner_peer:call(SERVER, crash)"), erlang("{exit,{crashed,{gen_server,call,[SERVER,crash]}}}"));
  }
  {
    const serving server{nodes().here};
    EXPECT_EQ(erlang("gen_server:stop(SERVER)"), "ok");
    EXPECT_EQ(erlang("agner_peer:call(SERVER, get)"), erlang("{exit,{noproc,{gen_server,call,[SERVER,get]}}}"));
    EXPECT_EQ(erlang("gen_server:wait_response(gen_server:send_request(SERVER, get), 5000)"),
              erlang("{error,{noproc,SERVER}}"));
  }
}

TEST_P(GenServer, OfOursThatIsSlowLeavesNoReplyBehind) {
  const serving server{nodes().here};

  EXPECT_EQ(erlang("agner_peer:flush(), sys:suspend(SERVER), (catch gen_server:call(SERVER, get, 50)) =:= "
                   "{'EXIT',{timeout,{gen_server,call,[SERVER,get,50]}}}"),
            "true");
  EXPECT_EQ(erlang("sys:resume(SERVER), gen_server:call(SERVER, get), agner_peer:flush()"), "[]");
}

// -- agner calls -----------------------------------------------------------------------------------------------------------------------

TEST_P(GenServer, OfErlangAnswersEveryWayToCall) {
  play([](atom erl) -> task<> {
    const destination server{"counter"_atom, erl};
    const auto sum = co_await gen_server::call<std::int64_t>(server, "get"_atom);

    EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, interop::add{5}), sum + 5);
    gen_server::cast(server, interop::add{2});
    EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, "get"_atom, infinity), sum + 7);
    EXPECT_EQ(co_await gen_server::call(server, tuple("later"_atom, list({1}))), list({1}));

    const auto first = gen_server::send_request(server, interop::add{1});
    const auto second = gen_server::send_request(server, interop::add{1});
    const auto third = gen_server::send_request(server, interop::add{1});
    const auto of_second = co_await gen_server::receive_response<std::int64_t>(second, patience);
    const auto of_first = co_await gen_server::wait_response<std::int64_t>(first, patience);
    EXPECT_TRUE(of_first && *of_first && **of_first == sum + 8);
    EXPECT_TRUE(of_second && *of_second && **of_second == sum + 9);
    const term message = co_await receive([](term what) { return what; });
    const auto of_third = gen_server::check_response<std::int64_t>(message, third);
    EXPECT_TRUE(of_third && *of_third && **of_third == sum + 10);
    EXPECT_EQ(co_await sys::get_state(server), term{sum + 10});
  });
}

TEST_P(GenServer, OfErlangThatIsSlowLeavesNoReplyBehind) {
  play([](atom erl) -> task<> {
    const destination server{"counter"_atom, erl};
    co_await sys::suspend(server);

    term why;
    try {
      co_await gen_server::call(server, "get"_atom, 50ms);
    } catch (const raised& what) {
      why = what.reason();
    }
    co_await sys::resume(server);
    co_await gen_server::call(server, "get"_atom);

    EXPECT_EQ(why[0], term{"timeout"_atom});
    const term left = co_await receive([](term what) { return what; }, after(0ms, [] { return term{"nothing"_atom}; }));
    EXPECT_EQ(left, term{"nothing"_atom});
  });
}

TEST_P(GenServer, OfErlangEndsAndWeKnowWhy) {
  play([](atom erl) -> task<> {
    const auto apply = [](atom module, atom function, term arguments) {
      return tuple("apply"_atom, module, function, std::move(arguments));
    };
    const pid puppet = co_await puppet_on(erl);
    const term started =
        co_await order(puppet, apply("gen_server"_atom, "start"_atom, list({"agner_peer"_atom, 0, term{}})));
    const pid server = started[1].as_pid();
    const reference watch = monitor(server);

    term why;
    try {
      co_await gen_server::call(server, tuple("stop"_atom, tuple("because"_atom, 1)));
    } catch (const raised& what) {
      why = what.reason();
    }
    EXPECT_EQ(why[0], tuple("because"_atom, 1));
    EXPECT_EQ(co_await end_of(watch), tuple("because"_atom, 1));
    try {
      co_await gen_server::call({"nobody_has_this_name"_atom, erl}, "get"_atom);
      ADD_FAILURE();
    } catch (const raised& what) {
      EXPECT_EQ(what.reason()[0], term{"noproc"_atom});
    }
    const auto error = co_await gen_server::receive_response(gen_server::send_request(server, "get"_atom), patience);
    EXPECT_TRUE(error && !*error && error->error().reason()[0].is("noproc"_atom));

    const term second =
        co_await order(puppet, apply("gen_server"_atom, "start"_atom, list({"agner_peer"_atom, 0, term{}})));
    co_await gen_server::stop(second[1].as_pid());
  });
}

// -- aliases -----------------------------------------------------------------------------------------------------------------------------

task<term> next_or(term otherwise) {
  co_return co_await receive([](term what) { return what; }, after(0ms, [otherwise] { return otherwise; }));
}

TEST_P(GenServer, AnAliasOfOursIsGoodUntilItIsTakenBack) {
  play([](atom erl) -> task<> {
    const pid puppet = co_await puppet_on(erl);
    const reference name = alias();

    co_await order(puppet, tuple("send"_atom, name, 1));
    EXPECT_EQ(co_await next_or("nothing"_atom), term{1});
    unalias(name);
    co_await order(puppet, tuple("send"_atom, name, 2));

    EXPECT_EQ(co_await next_or("nothing"_atom), term{"nothing"_atom});
  });
}

TEST_P(GenServer, AReplyThroughTheAliasOfAMonitorIsTheOnlyOneAndEndsIt) {
  play([](atom erl) -> task<> {
    const pid puppet = co_await puppet_on(erl);
    const reference ref = monitor(puppet, {.alias = alias_mode::reply_demonitor});
    const reference watch = monitor(puppet);

    co_await order(puppet, tuple("send"_atom, ref, 1));
    co_await order(puppet, tuple("send"_atom, ref, 2));
    tell(puppet, tuple("exit"_atom, "boo"_atom));

    EXPECT_EQ(co_await end_of(watch), term{"boo"_atom});
    EXPECT_EQ(co_await next_or("nothing"_atom), term{1});
    EXPECT_EQ(co_await next_or("nothing"_atom), term{"nothing"_atom});
  });
}

TEST_P(GenServer, AnAliasThatIsTakenBackByHandOutlivesItsMonitor) {
  play([](atom erl) -> task<> {
    const pid watched = co_await puppet_on(erl);
    const pid puppet = co_await puppet_on(erl);
    const reference ref = monitor(watched, {.alias = alias_mode::explicit_unalias});

    tell(watched, tuple("exit"_atom, "boo"_atom));
    EXPECT_EQ(co_await end_of(ref), term{"boo"_atom});
    co_await order(puppet, tuple("send"_atom, ref, 1));
    EXPECT_EQ(co_await next_or("nothing"_atom), term{1});
    demonitor(ref);
    unalias(ref);
    co_await order(puppet, tuple("send"_atom, ref, 2));

    EXPECT_EQ(co_await next_or("nothing"_atom), term{"nothing"_atom});
  });
}

TEST_P(GenServer, AnAliasOfErlangsIsGoodUntilItIsTakenBack) {
  play([](atom erl) -> task<> {
    const pid witness = co_await witness_on(erl);
    const reference name = (co_await order(witness, "alias"_atom)).as_reference();

    send(name, 1);
    EXPECT_EQ(co_await got(witness), term{1});
    co_await order(witness, tuple("unalias"_atom, name));
    send(name, 2);
    send(witness, 3);

    EXPECT_EQ(co_await got(witness), term{3});
  });
}

std::string name_of(const testing::TestParamInfo<way>& info) {
  return text_of(std::get<0>(info.param)) + text_of(std::get<1>(info.param)) + "Calls";
}

INSTANTIATE_TEST_SUITE_P(Ways, GenServer,
                         testing::Combine(testing::Values(over::tcp, over::tls_1_2, over::tls_1_3),
                                          testing::Values(side::ours, side::erlangs)),
                         name_of);

} // namespace
} // namespace agner::test
