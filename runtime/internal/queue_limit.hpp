// SPDX-License-Identifier: Apache-2.0
// The limit of one process' queue as its senders see it: how many messages have come, for which life. Lies beside the process table and is never freed while that lives, as a
// late sender may still look at it. Any thread. Mechanism: docs/message-queue-limits.md.

#pragma once

#include <atomic>
#include <cstdint>

#include "../message_queue_limit.hpp"

namespace agner::internal {

class queue_limit {
public:
  static constexpr std::uint32_t messages_most = 1U << 29U; // so that what counts as many more than that is told apart

  /// What a message finds.
  enum class room : std::uint8_t {
    free, // it is counted
    full, // it is the first past the limit, counted; one that kills: and nobody has told the process yet
    past, // it is counted only if the overflow lets messages in
    nobody,
  };

  /// Before the process is open. @p taken: how many messages its mailbox has ever given out.
  void set(std::uint32_t serial, std::uint32_t taken, const message_queue_limit& to) noexcept {
    messages_max_.store(to.messages_max, std::memory_order_relaxed);
    past_it_.store(to.past_it, std::memory_order_relaxed);
    arrived_.store(word(serial, taken), std::memory_order_release);
  }
  [[nodiscard]] message_queue_limit limit() const noexcept {
    return {messages_max_.load(std::memory_order_relaxed), past_it()};
  }
  [[nodiscard]] queue_overflow past_it() const noexcept { return past_it_.load(std::memory_order_relaxed); }

  /// One more message for the life @p serial, of whose messages @p taken were taken out.
  room arrive(std::uint32_t serial, std::uint32_t taken) noexcept {
    std::uint64_t now = arrived_.load(std::memory_order_acquire);
    for (;;) {
      if (now >> 32U != serial) return room::nobody;
      const auto arrived = static_cast<std::uint32_t>(now);
      const std::uint32_t apart = arrived - taken;
      const std::uint32_t waiting = apart > INT32_MAX ? 0 : apart; // `taken` may be the newer of the two
      const std::uint32_t most = messages_max_.load(std::memory_order_relaxed);
      const queue_overflow then = past_it();
      if (then == queue_overflow::kill && waiting >= most) {
        if (waiting >= told_at_least) return room::past;
        if (!arrived_.compare_exchange_weak(now, word(serial, taken + told), std::memory_order_relaxed)) continue;
        return room::full;
      }
      if (then == queue_overflow::drop_newest && waiting >= most) return room::past;
      if (!arrived_.compare_exchange_weak(now, word(serial, arrived + 1), std::memory_order_relaxed)) continue;
      return waiting < most ? room::free : waiting == most ? room::full : room::past;
    }
  }
  /// Whoever was to tell the process of its overflow could not: the next one does.
  void untell(std::uint32_t serial, std::uint32_t taken) noexcept {
    std::uint64_t now = arrived_.load(std::memory_order_relaxed);
    while (now >> 32U == serial &&
           !arrived_.compare_exchange_weak(now, word(serial, taken + messages_max_.load(std::memory_order_relaxed)),
                                           std::memory_order_relaxed)) {
    }
  }
  /// One more that the process itself has put into its mailbox.
  void count(std::uint32_t serial) noexcept {
    std::uint64_t now = arrived_.load(std::memory_order_relaxed);
    while (!arrived_.compare_exchange_weak(now, word(serial, static_cast<std::uint32_t>(now) + 1),
                                           std::memory_order_relaxed)) {
    }
  }

private:
  // What seems to wait once the process was told that it is to end; it may still take some out of its mailbox.
  static constexpr std::uint32_t told = 0x7fff'0000;
  static constexpr std::uint32_t told_at_least = told - messages_most;

  static constexpr std::uint64_t word(std::uint32_t serial, std::uint32_t count) noexcept {
    return std::uint64_t{serial} << 32U | count;
  }

  std::atomic<std::uint64_t> arrived_{0}; // the life in the upper half, modulo 2^32 the messages in the lower
  std::atomic<std::uint32_t> messages_max_{0};
  std::atomic<queue_overflow> past_it_{queue_overflow::kill};
};

} // namespace agner::internal
