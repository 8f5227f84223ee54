// SPDX-License-Identifier: Apache-2.0
// An epmd of the test's own, at a port of its own, so that no test sees the nodes of another. Every program started meanwhile finds it through ERL_EPMD_PORT.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "child_process.hpp"

namespace agner::test {

/// A port that nobody listens on, as far as one can know.
std::uint16_t free_port();

class private_epmd {
public:
  /// Chooses the port, and starts the epmd that is installed unless told otherwise.
  enum class begin : std::uint8_t { running, absent };
  explicit private_epmd(begin how = begin::running);
  ~private_epmd();
  private_epmd(const private_epmd&) = delete;
  private_epmd& operator=(const private_epmd&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  void start();
  /// Ends it at once, as a crash would.
  void kill();

private:
  std::uint16_t port_;
  std::unique_ptr<child_process> running_;
};

} // namespace agner::test
