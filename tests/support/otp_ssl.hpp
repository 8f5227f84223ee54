// SPDX-License-Identifier: Apache-2.0
// OTP's ssl as a peer: a real Erlang node with both ends of a connection as funs, so that the same options, as Erlang text, go to OTP and to agner.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "erl_peer.hpp"

namespace agner::test {

class otp_ssl {
public:
  /// @param patience  how long a handshake may take
  explicit otp_ssl(std::chrono::milliseconds patience = std::chrono::seconds{10});

  /// See erl_peer::eval.
  std::string eval(std::string_view expressions) { return erl_.eval(expressions); }

  /// Listens on the loopback for one client, and goes on in a process of its own. What became of it: served().
  /// @returns the port; 0 where listen refused, of which served() tells too
  /// @param then  a fun of the socket, which is passive and whose value served() gives
  std::uint16_t serve(const std::string& options, const std::string& then);
  std::string served();

  /// Connects to localhost. @returns what @p then, a fun of the passive socket, gives, or the error
  std::string connect(std::uint16_t port, const std::string& options, const std::string& then);

private:
  erl_peer erl_;
};

} // namespace agner::test
