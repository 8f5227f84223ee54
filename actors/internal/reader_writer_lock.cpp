// SPDX-License-Identifier: Apache-2.0

#include "reader_writer_lock.hpp"

namespace agner::internal {

// Never inlined: a coroutine may go on on another thread.
[[gnu::noinline]] std::size_t thread_ordinal() noexcept {
  static std::atomic<std::size_t> threads{0};
  static thread_local const std::size_t mine = threads.fetch_add(1, std::memory_order_relaxed);
  return mine;
}

} // namespace agner::internal
