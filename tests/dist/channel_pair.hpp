// SPDX-License-Identifier: Apache-2.0
// A channel that runs, and its peer's end of the pipe in the hands of the test.

#pragma once

#include <agner/dist/internal/channel.hpp>

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "../support/memory_pipe.hpp"
#include "table_node.hpp"

namespace agner::test {

class channel_pair : public table_node {
public:
  explicit channel_pair(std::uint64_t seed = 1, memory_pipe_options how = {}, dist::flag_set flags = agreed,
                        std::vector<std::byte> unread = {}, dist::internal::channel_options options = {})
      : table_node(seed), pipe(how), at(table.reach("peer@host"_atom)) {
    here->spawn(
        [this, flags, options](std::unique_ptr<transport>& over, std::vector<std::byte>& came) -> task<> {
          table.open_outgoing(at, {.flags = flags, .creation = 7, .published = true}, self());
          ended = co_await run_channel(at, std::move(over), std::move(came), options);
          table.close(at, *ended);
        },
        std::move(pipe.left), std::move(unread));
    here.run_until_idle();
  }

  /// The peer writes; what it writes is delivered.
  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const std::span<const std::byte> pieces[] = {bytes};
      const io_result done = pipe.right->write(pieces);
      if (done.what == io_result::status::failed) return; // the channel has gone
      bytes = bytes.subspan(done.bytes);
      here.run_until_idle();
    }
  }
  void write(const dist::control::message& what) { write(frames_of(what)); }

  /// What has come to the peer.
  std::vector<std::byte> read() {
    here.run_until_idle();
    std::vector<std::byte> all;
    std::array<std::byte, 65536> some{};
    for (auto got = pipe.right->read(some); got.is_done(); got = pipe.right->read(some)) {
      all.insert(all.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(got.bytes));
      here.run_until_idle();
    }
    return all;
  }
  std::vector<dist::control::message> read_signals() { return signals_in(read()); }

  memory_pipe pipe;
  std::shared_ptr<dist::internal::connection> at;
  std::optional<term> ended; // why the channel ended
};

} // namespace agner::test
