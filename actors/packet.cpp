// SPDX-License-Identifier: Apache-2.0

#include "packet.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace agner {

result<packet_header> encode_packet_header(packet_type type, std::size_t body_bytes) {
  const auto size = static_cast<std::uint8_t>(type);
  if (size != 0 && body_bytes > std::numeric_limits<std::uint32_t>::max() >> 8U * (4U - size))
    return fail("emsgsize"_atom);
  packet_header made{.size = size};
  for (std::size_t i = 0; i < size; ++i)
    made.bytes[i] = static_cast<std::byte>(body_bytes >> 8U * (size - 1 - i));
  return made;
}

packet_decoder::packet_decoder(packet_type type, std::size_t size_max, std::size_t buffer_bytes) noexcept
    : type_(type) {
  set_size_max(size_max);
  set_buffer(buffer_bytes);
}

void packet_decoder::set_type(packet_type type) noexcept {
  type_ = type;
  wanted_ = 0;
}
void packet_decoder::set_size_max(std::size_t size_max) noexcept {
  size_max_ = size_max == 0 ? packet_size_max : std::min(size_max, packet_size_max);
}
void packet_decoder::set_buffer(std::size_t buffer_bytes) noexcept {
  buffer_ = std::max(buffer_bytes, sizeof packet_header::bytes);
}

// -- reading ----------------------------------------------------------------------------------------------------------------------------

std::span<std::byte> packet_decoder::room() {
  const bool fits = wanted_ == 0 || begin_ + std::min(wanted_, buffer_) <= capacity_;
  if (!chunk_ || end_ == capacity_ || !fits) {
    const std::size_t capacity = capacity_for_more();
    binary_builder fresh{capacity};
    std::ranges::copy(unread(), fresh.bytes().begin());
    end_ -= std::exchange(begin_, 0);
    capacity_ = capacity;
    chunk_.emplace(std::move(fresh));
    shared_.reset();
    base_ = chunk_->bytes().data();
  }
  return chunk_->bytes().subspan(end_);
}

// A message that is longer than the buffer gets a chunk of its own, which grows no faster than the bytes come.
std::size_t packet_decoder::capacity_for_more() const noexcept {
  const std::size_t have = end_ - begin_;
  if (wanted_ > have) return std::max(buffer_, std::min(wanted_, 2 * have));
  return have + buffer_;
}

std::span<const std::byte> packet_decoder::unread() const noexcept {
  if (empty()) return {};
  return {base_ + begin_, end_ - begin_};
}

void packet_decoder::put(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto into = room();
    const std::size_t n = std::min(into.size(), bytes.size());
    std::ranges::copy(bytes.first(n), into.begin());
    filled(n);
    bytes = bytes.subspan(n);
  }
}

void packet_decoder::shrink() noexcept {
  if (!empty()) return;
  chunk_.reset();
  shared_.reset();
  capacity_ = begin_ = end_ = 0;
}

// -- cutting ----------------------------------------------------------------------------------------------------------------------------

result<std::optional<term>> packet_decoder::next() {
  const auto there = unread();
  if (type_ == packet_type::raw) return there.empty() ? std::nullopt : std::optional{cut(0, there.size())};
  const auto header = static_cast<std::size_t>(type_);
  if (there.size() < header) return std::nullopt;
  std::size_t body = 0;
  for (const std::byte each : there.first(header))
    body = body << 8U | std::to_integer<std::size_t>(each);
  if (body > size_max_) return fail("emsgsize"_atom);
  if (there.size() - header < body) {
    wanted_ = header + body;
    return std::nullopt;
  }
  return cut(header, body);
}

std::optional<term> packet_decoder::take(std::size_t length_bytes) {
  if (end_ - begin_ >= length_bytes) return cut(0, length_bytes);
  wanted_ = length_bytes;
  return std::nullopt;
}

// A message that fills at least half of the chunk shares it; a smaller one is copied, so that it does not keep much more memory than it needs.
term packet_decoder::cut(std::size_t header_bytes, std::size_t body_bytes) {
  const auto body = unread().subspan(header_bytes, body_bytes);
  const bool share = body_bytes != 0 && 2 * body_bytes >= capacity_;
  if (share && !shared_) {
    shared_ = std::move(*chunk_).finish(end_);
    chunk_.reset();
  }
  term message = share ? binary_part(*shared_, begin_ + header_bytes, body_bytes) : binary(body);
  begin_ += header_bytes + body_bytes;
  wanted_ = 0;
  if (empty()) {
    begin_ = end_ = 0;
    if (shared_) capacity_ = 0;
    shared_.reset();
  }
  return message;
}

} // namespace agner
