// SPDX-License-Identifier: Apache-2.0
// An engine on a blocking socket of the loopback address, for talking to real peers.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine_pair.hpp"

namespace agner::test {

/// A listening socket on any free port of 127.0.0.1.
class loopback_listener {
public:
  loopback_listener();
  ~loopback_listener();
  loopback_listener(const loopback_listener&) = delete;
  loopback_listener& operator=(const loopback_listener&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// The next connection's descriptor. Throws where none comes within twenty seconds.
  [[nodiscard]] int accept() const;

private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

/// A connection to a port of 127.0.0.1 that may not be listening yet: tries for twenty seconds.
int connect_to(std::uint16_t port);
/// A port that was free a moment ago.
std::uint16_t free_port();

/// Every wait ends after twenty seconds, as if the peer had closed.
class engine_link {
public:
  engine_link(int descriptor, std::shared_ptr<const ssl::internal::context> shared, engine_options options = {});
  ~engine_link();
  engine_link(const engine_link&) = delete;
  engine_link& operator=(const engine_link&) = delete;

  [[nodiscard]] engine& end() noexcept { return engine_; }
  /// Goes on until the engine is open, waits for a decision, or has ended.
  engine_status handshake();
  bool send(std::string_view text);
  /// Reads until @p text has come, or to the end.
  std::string receive(std::string_view text);
  /// Reads what is there, or waits until something is.
  std::string receive_some();
  /// Reads to the end.
  std::string receive_all() { return receive({}); }
  /// Sends what the engine has written.
  void flush();
  /// Says close_notify, and closes the socket.
  void finish();

private:
  /// False at the end.
  bool fill();

  int descriptor_;
  engine engine_;
};

} // namespace agner::test
