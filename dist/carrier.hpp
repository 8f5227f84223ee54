// SPDX-License-Identifier: Apache-2.0
// How one node reaches another: what TCP and TLS do differently. A carrier makes transports; the handshake and the channel run over any. Mechanism: docs/distribution.md.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "../actors/inet.hpp"
#include "../actors/task.hpp"
#include "../actors/transport.hpp"
#include "../runtime/error.hpp"
#include "../runtime/node.hpp"

namespace agner::dist {

/// Length header of packets in the handshake; afterwards it is always four bytes.
/// @source OTP 25 inet_tcp_dist ({packet, 2}), inet_tls_dist ({packet, 4})
enum class handshake_header : std::uint8_t { two_bytes = 2, four_bytes = 4 };

class carrier {
public:
  virtual ~carrier() = default;

  /// Called once, with the node that is to speak over it, before anything else. Raises what makes it unusable.
  virtual void start(node&) {}

  /// What `-proto_dist` calls it.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual handshake_header header() const noexcept = 0;

  /// Makes a connected stream one that this carrier speaks over: nothing for TCP, the TLS handshake for TLS. Runs in the process that will own it; it may receive messages
  /// of the transport, and leaves all others.
  /// @param peer  client: the node that is called; server: nobody yet
  /// @errors what keeps the peer out, for the log and the caller
  virtual task<result<std::unique_ptr<transport>>> secure_client(std::unique_ptr<transport> stream, atom peer,
                                                                 clock::time_point deadline) = 0;
  virtual task<result<std::unique_ptr<transport>>> secure_server(std::unique_ptr<transport> stream,
                                                                 clock::time_point deadline) = 0;

  /// May the peer at the other end of @p secured speak for the node @p claimed? @errors why not, naming both names
  [[nodiscard]] virtual result<> may_speak_for(const transport& secured, atom claimed) const = 0;

  /// What @p reason, which a read or write of @p secured gave, stands for: the same in full where the carrier knows more, such as the text of an alert.
  [[nodiscard]] virtual term in_full(const transport& /*secured*/, const term& reason) const { return reason; }
};

} // namespace agner::dist
