// SPDX-License-Identifier: Apache-2.0
// How many messages may wait for a process, and what happens past that. Mechanism: docs/message-queue-limits.md.

#pragma once

#include <cstdint>

namespace agner {

/// What becomes of a message that finds the queue at its limit.
enum class queue_overflow : std::uint8_t {
  kill,        ///< the process ends with `killed`, with a report, as one of OTP does past its max_heap_size
  drop_newest, ///< it vanishes
  drop_oldest, ///< it is queued, and of those that may be dropped the ones that have waited longest vanish when the process has its next turn
  suspend_sender, ///< it is queued, and its sender goes on once half of the queue is empty, or the process waits for something else
};

/// A limit on the messages that have come and were not received. EXIT, DOWN and the replies that an alias of mode `reply_demonitor` carries count, and are never dropped.
struct message_queue_limit {
  std::uint32_t messages_max; ///< 1 to 2^29
  queue_overflow past_it = queue_overflow::kill;
};

} // namespace agner
