// SPDX-License-Identifier: Apache-2.0
// Packets over a transport while a connection is set up: whole ones in, whole ones out, before a deadline. Used by the process that owns it.

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "../../actors/task.hpp"
#include "../../actors/transport.hpp"
#include "../carrier.hpp"

namespace agner::dist::internal {

class packet_link {
public:
  packet_link(std::unique_ptr<transport> over, handshake_header header, clock::time_point deadline)
      : over_(std::move(over)), header_(header), deadline_(deadline) {}

  /// The next packet, without its length.
  /// @errors `timeout`  the deadline passed; `closed`  the peer closed; `{packet_too_long, Length, Most}`;
  ///         `{peer_speaks_tls, alert | handshake}`  on a link that does not; POSIX reasons
  task<result<std::vector<std::byte>>> read(std::size_t length_max);
  /// @errors `timeout`, `closed`, POSIX reasons
  task<result<>> write(std::span<const std::byte> packet);

  [[nodiscard]] transport& stream() noexcept { return *over_; }
  /// Ends the packets: the transport, and in @p rest what came after the last packet.
  std::unique_ptr<transport> release(std::vector<std::byte>& rest) {
    rest = std::move(input_);
    return std::move(over_);
  }

private:
  /// Reads until @p wanted bytes are there.
  task<result<>> fill(std::size_t wanted);

  std::unique_ptr<transport> over_;
  handshake_header header_;
  clock::time_point deadline_;
  std::vector<std::byte> input_;
};

} // namespace agner::dist::internal
