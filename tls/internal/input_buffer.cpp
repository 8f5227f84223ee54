// SPDX-License-Identifier: Apache-2.0

#include "input_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace agner::ssl::internal {

std::span<std::byte> input_buffer::prepare(std::size_t wanted) {
  wanted = std::min(wanted, room());
  if (capacity_ - end_ < wanted) make_room(wanted);
  return {memory_.get() + end_, wanted};
}

/// Moves what waits to the front, into more memory if there is not enough.
void input_buffer::make_room(std::size_t wanted) {
  const std::size_t used = end_ - kept_;
  if (capacity_ < used + wanted) {
    const std::size_t capacity = std::max(used + wanted, std::min(capacity_ * 2, bytes_max_));
    auto memory = std::make_unique_for_overwrite<std::byte[]>(capacity);
    if (used != 0) std::memcpy(memory.get(), memory_.get() + kept_, used);
    memory_ = std::move(memory);
    capacity_ = capacity;
  } else if (used != 0) {
    std::memmove(memory_.get(), memory_.get() + kept_, used);
  }
  begin_ -= kept_;
  end_ -= kept_;
  kept_ = 0;
}

std::size_t input_buffer::take(std::span<std::byte> into) noexcept {
  const std::size_t count = std::min(into.size(), size());
  if (count == 0) return 0;
  std::memcpy(into.data(), memory_.get() + begin_, count);
  begin_ += count;
  if (!keeping_) forget();
  return count;
}

void input_buffer::forget() noexcept {
  keeping_ = false;
  kept_ = begin_;
  if (begin_ == end_) kept_ = begin_ = end_ = 0;
}

void input_buffer::release() noexcept {
  if (end_ != kept_) return;
  memory_.reset();
  capacity_ = 0;
}

} // namespace agner::ssl::internal
