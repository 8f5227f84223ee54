// SPDX-License-Identifier: Apache-2.0
// What a timer sends, and how its time is meant.

#pragma once

#include <cstdint>

namespace agner {

/// What comes when a timer is due.
enum class timer_message : std::uint8_t {
  bare,    // the message: send_after
  wrapped, // {timeout, Ref, Message}: start_timer
};

/// @erlang the option {abs, Bool} of erlang:start_timer/4
enum class timer_time : std::uint8_t {
  relative, // from now on
  absolute, // a point of Erlang monotonic time, as agner::monotonic_time gives it
};

} // namespace agner
