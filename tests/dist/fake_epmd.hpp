// SPDX-License-Identifier: Apache-2.0
// A port that answers every request with the bytes that a test says, as an epmd that lies.

#pragma once

#include <agner/actors/process.hpp>
#include <agner/actors/transport.hpp>
#include <agner/dist/internal/stream_wait.hpp>
#include <agner/runtime/stream_socket.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace agner::test {

struct fake_epmd {
  /// What it does after it has answered.
  enum class then : std::uint8_t { closes, waits };

  fake_epmd(node& on, std::vector<std::byte> answer, then what = then::closes, std::uint16_t at = 0)
      : listening(must(stream_socket::open(stream_socket::family::v4))) {
    must(listening.bind({ip_address::loopback(), at}));
    must(listening.listen(16));
    port = must(listening.sockname()).port;
    on.spawn(
        [this, what](std::vector<std::byte>& says) -> task<> {
          readiness watch{this_node().scheduler(), listening.descriptor()};
          for (;; ++calls) {
            watch.notify(readiness::direction::input, self(), "caller"_atom);
            co_await receive([](decltype("caller"_atom)) {});
            auto caller = must(listening.accept());
            if (!caller) continue;
            const auto to = make_transport(this_node().scheduler(), std::move(*caller));
            std::vector<std::byte> request;
            must(co_await dist::internal::read_some(*to, request, 4096, dist::internal::no_deadline));
            must(co_await dist::internal::write_all(*to, says, dist::internal::no_deadline));
            if (what == then::waits) co_await receive([](decltype("end"_atom)) {});
          }
        },
        std::move(answer));
  }
  fake_epmd(const fake_epmd&) = delete;
  fake_epmd& operator=(const fake_epmd&) = delete;

  stream_socket listening;
  std::uint16_t port = 0;
  int calls = 0; // answered
};

} // namespace agner::test
