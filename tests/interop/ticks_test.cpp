// SPDX-License-Identifier: Apache-2.0
// Ticks between nodes of ours and of Erlang/OTP. Times are real here: a connection that is idle for more than twice the tick time lives, and a node that is stopped is gone
// some time later.

#include <agner/actors/process.hpp>
#include <agner/dist/net_kernel.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "cluster.hpp"
#include "puppets.hpp"

namespace agner::test {
namespace {

using namespace std::chrono_literals;

const unlike quick{.tick_time = 3s};
constexpr auto idle_time = 7s;

task<term> next_message() {
  co_return co_await receive([](term what) { return what; }, after(patience, [] { return term{"nothing"_atom}; }));
}

std::string as_text(const term& of) { return print(of, {.line_characters = 0}); }

void erlang_is_stopped(over carrier) {
  const std::string own = "cpp" + text_of(carrier);
  const std::string peer = "erl" + text_of(carrier);
  const atom peer_name{full_name(peer)};
  node here{ours(carrier, own, quick)};
  erl_peer erl{theirs(carrier, peer, quick)};
  ASSERT_EQ(erl.eval("agner_peer:start()"), "ok");

  const auto seen = here.run([&]() -> task<std::vector<term>> {
    net_kernel::monitor_nodes(
        true, {.plain = false, .node_type = net_kernel::monitor_options::type::all, .nodedown_reason = true});
    const pid puppet = co_await puppet_on(peer_name);
    monitor(puppet);
    EXPECT_EQ(as_text(co_await next_message()), "{nodeup,'" + full_name(peer) + "',[{node_type,hidden}]}");
    const bool idle = co_await receive([](const term&) { return false; }, after(idle_time, [] { return true; }));
    EXPECT_TRUE(idle) << text_of(carrier);
    erl.pause();
    std::vector<term> both;
    both.push_back(co_await next_message());
    both.push_back(co_await next_message());
    co_return both;
  });

  EXPECT_TRUE(seen[0].is_tagged("DOWN"_atom, 5) && seen[0][4].is("noconnection"_atom)) << print(seen[0]);
  EXPECT_EQ(as_text(seen[1]),
            "{nodedown,'" + full_name(peer) + "',[{nodedown_reason,net_tick_timeout},{node_type,hidden}]}");
  erl.resume();
}

void agner_is_stopped(over carrier) {
  const std::string own = "stopped" + text_of(carrier);
  const interop_process stopped{theirs(carrier, own, quick)};
  erl_peer erl{theirs(carrier, "watching" + text_of(carrier), quick)};

  EXPECT_EQ(erl.eval("P = gen_server:call({puppet_master, '" + full_name(own) +
                     "'}, new), M = monitor(process, P), receive Any -> Any after " +
                     std::to_string(std::chrono::milliseconds{idle_time}.count()) + " -> idle end"),
            "idle");
  stopped.pause();
  EXPECT_EQ(erl.eval("receive {'DOWN', M, process, P, W} -> W after 15000 -> none end"), "noconnection");
}

// All at once: most of the time passes with waiting.
TEST(Ticks, KeepIdleConnectionsAndEndThoseToStoppedNodes) {
  std::vector<std::future<void>> all;
  for (const over carrier : {over::tcp, over::tls_1_3}) {
    all.push_back(std::async(std::launch::async, erlang_is_stopped, carrier));
    all.push_back(std::async(std::launch::async, agner_is_stopped, carrier));
  }
  for (auto& one : all)
    one.get();
}

} // namespace
} // namespace agner::test
