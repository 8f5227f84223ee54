// SPDX-License-Identifier: Apache-2.0
// What came, decrypted, and who gets it: in active mode messages to the controlling process, in passive mode those who wait in recv, one after the other.
// Decides and does nothing: no process, no clock.

#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>

#include "../../actors/packet.hpp"
#include "../../runtime/reference.hpp"
#include "settings.hpp"

namespace agner::ssl::internal {

/// Who waits in recv.
struct recv_waiter {
  reference by;
  std::size_t length = 0;              // 0: what is there, or a packet
  std::optional<reference> timer = {}; // of its time
};

/// One thing to give out.
struct delivery {
  std::optional<recv_waiter> to; // nobody: a message to the controlling process
  term data;                     // as the mode has it
  bool turned_passive = false;   // the count of `active` has come to zero: say so
};

class reception {
public:
  explicit reception(const stream_settings& how) { adopt(how); }

  // -- bytes that come --------------------------------------------------------------------------------------------------------------

  /// Where the next go.
  [[nodiscard]] std::span<std::byte> room() { return decoder_.room(); }
  void filled(std::size_t bytes) noexcept { decoder_.filled(bytes); }
  /// Somebody wants more than is there. A passive connection reads one load ahead, so that it sees its end.
  [[nodiscard]] bool wants_bytes() const noexcept;
  /// Gives back memory in which nothing is unread.
  void shrink() noexcept { decoder_.shrink(); }

  // -- who gets them ----------------------------------------------------------------------------------------------------------------

  /// The next thing to give out, if it is complete.
  std::optional<delivery> next();
  /// A packet is longer than it may be: nothing more can be cut out of the stream. What came, as the mode has it.
  [[nodiscard]] bool is_spoilt() const noexcept { return spoilt_; }
  [[nodiscard]] term unread_data() const { return as_data(binary(decoder_.unread())); }

  [[nodiscard]] bool is_active() const noexcept { return how_.active.what() != inet::active_option::kind::off; }
  [[nodiscard]] bool anybody_waits() const noexcept { return !waiters_.empty(); }
  void expect(recv_waiter who) { waiters_.push_back(std::move(who)); }
  /// Takes out who waits the longest, or the one whose time is up.
  std::optional<recv_waiter> take_waiter();
  std::optional<recv_waiter> take_waiter(const reference& timer);

  // -- options ----------------------------------------------------------------------------------------------------------------------

  [[nodiscard]] const stream_settings& settings() const noexcept { return how_; }
  /// Obeys setopts: a count of `active` is added to one that stands.
  /// @returns whether the sum is zero or below, which makes the connection passive: say so
  /// @errors `einval`  the sum does not fit in 16 bits
  /// @source OTP 25 lib/ssl, ssl_gen_statem: set_socket_opts
  result<bool> change(stream_settings to, bool active_given);

private:
  void adopt(const stream_settings& how) noexcept;
  [[nodiscard]] term as_data(term bytes) const;
  bool count_delivery() noexcept;

  stream_settings how_;
  packet_decoder decoder_;
  std::deque<recv_waiter> waiters_;
  bool spoilt_ = false;
};

} // namespace agner::ssl::internal
