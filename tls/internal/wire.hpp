// SPDX-License-Identifier: Apache-2.0
// An engine on a transport: carries ciphertext between the two as far as it goes now, and never waits. Used by the process that owns it. Mechanism: docs/ssl.md.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "../../actors/transport.hpp"
#include "engine.hpp"

namespace agner::ssl::internal {

class wire {
public:
  wire(std::unique_ptr<transport> over, std::shared_ptr<const context> shared, engine_options options);

  [[nodiscard]] engine& tls() noexcept { return tls_; }
  [[nodiscard]] const engine& tls() const noexcept { return tls_; }
  [[nodiscard]] transport& below() noexcept { return *below_; }
  [[nodiscard]] const transport& below() const noexcept { return *below_; }

  /// Sends what the engine has written. Says whether all of it is gone; where the transport takes nothing more for ever, it is dropped and counts as gone.
  bool flush();
  /// Bytes that the engine has written and the transport has not taken.
  [[nodiscard]] std::size_t unsent() noexcept { return tls_.output().size(); }

  /// Brings up to @p wanted bytes of the peer into the engine. The end of the stream and its failure are told to the engine, which has all that came before to work off.
  /// @returns false where nothing came and nothing ended: wait for input, or read the engine first
  bool fill(std::size_t wanted);

  /// The last fill got less than it asked for: there is hardly more now, and waiting costs less than trying.
  [[nodiscard]] bool drained() const noexcept { return drained_; }

  /// Goes on with the handshake until it is done, fails, or has to wait for somebody: for the peer where it wants input.
  engine_status handshake();

  /// No more bytes go to the peer: the transport said so.
  [[nodiscard]] bool output_ended() const noexcept { return output_ended_; }
  /// No more bytes come from the peer.
  [[nodiscard]] bool input_ended() const noexcept { return input_ended_; }
  /// Why the transport failed, if it did: a POSIX reason.
  [[nodiscard]] const std::optional<atom>& broken() const noexcept { return broken_; }

private:
  bool nothing_came() noexcept;
  void end_input() noexcept;

  std::unique_ptr<transport> below_;
  engine tls_;
  std::optional<atom> broken_;
  bool drained_ = false;
  bool input_ended_ = false;
  bool output_ended_ = false;
};

} // namespace agner::ssl::internal
