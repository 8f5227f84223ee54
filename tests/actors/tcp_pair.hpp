// SPDX-License-Identifier: Apache-2.0
// Two connected gen_tcp sockets of one process, for tests, and where these run: on threads, and on one thread in orders drawn from seeds, with a clock moved by hand.

#pragma once

#include <agner/actors/gen_tcp.hpp>
#include <agner/actors/process.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iterator>

#include "../support/deterministic_node.hpp"

namespace agner::test {

/// Runs @p body in a process: on the scheduler that programs use, and in some orders. Kernel and peer are in this thread then, so nothing takes time but what waits for it.
template <class F>
void in_process(F body) {
  {
    node here;
    here.run(body);
  }
  constexpr std::uint64_t seeds = 5;
  with_seeds(seeds, [&body](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run(body);
  });
}

/// Longer than anything that works takes, so that what does not work fails the test instead of hanging it.
inline constexpr std::chrono::seconds soon{20};

struct tcp_pair {
  gen_tcp::socket listener;
  gen_tcp::socket client;
  gen_tcp::socket server;
};

/// @p client and @p server on top of: passive, binary.
inline task<tcp_pair> connected_pair(inet::options client = {}, inet::options server = {}) {
  const inet::options passive{.active = false, .mode = inet::mode::binary};
  const inet::options at_loopback{.reuseaddr = true, .ip = ip_address::loopback()};
  tcp_pair pair;
  pair.listener = must(gen_tcp::listen(0, passive.with(at_loopback).with(server)));
  const auto port = must(co_await inet::port(pair.listener));
  pair.client = must(co_await gen_tcp::connect(ip_address::loopback(), port, passive.with(client), soon));
  pair.server = must(co_await gen_tcp::accept(pair.listener, soon));
  co_return pair;
}

/// The reason of a failure, `ok` where there is none.
template <class T>
term reason_of(const result<T>& of) {
  return of ? term{"ok"_atom} : of.error().reason();
}

/// The next message, whatever it is; `nothing` if none comes soon.
inline task<term> next_message(std::chrono::milliseconds within = soon) {
  co_return co_await receive([](term m) { return m; }, after(within, [] { return term{"nothing"_atom}; }));
}

/// How many descriptors this OS process has open.
inline std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, std::filesystem::directory_iterator{});
}

/// Waits until the process of @p of has ended: its descriptor is closed then.
inline task<> until_gone(gen_tcp::socket of) {
  const reference gone = monitor(of.process());
  co_await receive(on(match("DOWN"_atom, gone, _, _, _), [] {}), after(soon, [] { ADD_FAILURE() << "still there"; }));
}

} // namespace agner::test
