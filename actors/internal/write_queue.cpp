// SPDX-License-Identifier: Apache-2.0

#include "write_queue.hpp"

#include <algorithm>

namespace agner::internal {

std::span<const std::byte> write_queue::part::left() const noexcept {
  return (kept.is_binary() ? kept.bytes() : header.as_span()).subspan(done);
}

void write_queue::push(const packet_header& header, const iodata_pieces& body) {
  if (header.size != 0) parts_.push_back({.header = header, .kept = {}});
  for (const term& piece : body.binaries)
    parts_.push_back({.header = {}, .kept = piece});
  size_bytes_ += header.size + body.size_bytes;
}

std::span<const std::span<const std::byte>> write_queue::front(parts& into) const noexcept {
  const std::size_t count = std::min(parts_.size(), into.size());
  for (std::size_t i = 0; i < count; ++i)
    into[i] = parts_[i].left();
  return std::span{into}.first(count);
}

void write_queue::consume(std::size_t bytes) noexcept {
  size_bytes_ -= bytes;
  while (bytes > 0) {
    part& first = parts_.front();
    const std::size_t n = std::min(bytes, first.left().size());
    first.done += n;
    bytes -= n;
    if (first.left().empty()) parts_.pop_front();
  }
}

void write_queue::clear() noexcept {
  parts_.clear();
  size_bytes_ = 0;
}

} // namespace agner::internal
