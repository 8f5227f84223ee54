// SPDX-License-Identifier: Apache-2.0
// A deterministic node whose signals to others go into a table of connections, as a distributed one's do, but with nobody who sets connections up: the test does, and reads what
// would be written.

#pragma once

#include <agner/actors/process.hpp>
#include <agner/dist/internal/dist_router.hpp>
#include <agner/dist/internal/peers.hpp>
#include <agner/runtime/term_text.hpp>

#include <memory>
#include <vector>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"
#include "wire.hpp"

namespace agner::test {

struct table_node {
  explicit table_node(std::uint64_t seed = 1, auto_connect connects = auto_connect::always)
      : here(seed, {.name = "here@host"}), table(*here, connects), way_out(*here, table) {
    table.on_wanted([this](std::shared_ptr<dist::internal::connection> at) { wanted.push_back(std::move(at)); });
    here->set_router(&way_out);
  }
  ~table_node() {
    here->set_router(nullptr);
    table.stop();
  }
  table_node(const table_node&) = delete;
  table_node& operator=(const table_node&) = delete;

  /// Connects to @p peer; the channel is a process that does nothing.
  std::shared_ptr<dist::internal::connection> connected(atom peer = "peer@host"_atom, bool published = false) {
    auto at = table.reach(peer);
    table.open_outgoing(at, {.flags = agreed, .creation = 7, .published = published}, {});
    return at;
  }

  /// What waits for the peer, written.
  static std::vector<std::byte> bytes_to(dist::internal::connection& at) {
    std::vector<std::byte> all;
    for (std::vector<std::span<const std::byte>> pieces;; pieces.clear()) {
      at.gather(1U << 20U, pieces);
      if (pieces.empty()) return all;
      std::size_t bytes = 0;
      for (const auto& piece : pieces) {
        all.insert(all.end(), piece.begin(), piece.end());
        bytes += piece.size();
      }
      at.written(bytes);
    }
  }
  static std::vector<dist::control::message> signals_to(dist::internal::connection& at) {
    return signals_in(bytes_to(at));
  }

  /// Starts a process that does @p first and then keeps all its messages in `mail`, exits as such.
  template <class F>
  pid spawn_keeping_mail(F first) {
    const pid who = here->spawn(
        [first](std::vector<term>& into) -> task<> {
          trap_exit(true);
          first();
          for (;;)
            co_await receive([&into](term message) { into.push_back(std::move(message)); });
        },
        std::ref(mail));
    here.run_until_idle();
    return who;
  }

  std::vector<term> mail; // outlives the processes that write to it
  deterministic_node here;
  dist::internal::peers table;
  dist::internal::dist_router way_out;
  std::vector<std::shared_ptr<dist::internal::connection>> wanted; // that nobody sets up yet
};

} // namespace agner::test
