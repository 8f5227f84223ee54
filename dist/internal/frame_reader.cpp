// SPDX-License-Identifier: Apache-2.0

#include "frame_reader.hpp"

#include <algorithm>

#include "../../runtime/term_builders.hpp"
#include "../frame.hpp"

namespace agner::dist::internal {

namespace {

constexpr std::size_t header_bytes = frame_length_bytes;
constexpr std::size_t read_bytes_min = 64UL << 10U; // a read is worth at least this much room
constexpr std::size_t keep_bytes = 256UL << 10U;    // a larger buffer is given back when it is empty

std::size_t length_at(const std::byte* at) noexcept {
  std::size_t length = 0;
  for (std::size_t i = 0; i < header_bytes; ++i)
    length = length << 8U | std::to_integer<std::size_t>(at[i]);
  return length;
}

} // namespace

std::span<std::byte> frame_reader::prepare() {
  const std::size_t have = filled_ - begin_;
  if (have == 0 && buffer_.size() > keep_bytes) buffer_ = {};
  if (begin_ != 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
    begin_ = 0;
    filled_ = have;
  }
  // Doubles for a long frame, so that copying stays in proportion to what came.
  if (buffer_.size() - filled_ < read_bytes_min / 2) buffer_.resize(std::max(filled_ + read_bytes_min, filled_ * 2));
  return std::span{buffer_}.subspan(filled_);
}

std::optional<std::span<const std::byte>> frame_reader::next() {
  if (failed_ || filled_ - begin_ < header_bytes) return std::nullopt;
  const std::size_t length = length_at(buffer_.data() + begin_);
  if (length > frame_bytes_max) {
    failed_ = error{tuple("frame_too_long"_atom, length, frame_bytes_max)};
    return std::nullopt;
  }
  if (filled_ - begin_ - header_bytes < length) return std::nullopt;
  const std::span<const std::byte> frame{buffer_.data() + begin_ + header_bytes, length};
  begin_ += header_bytes + length;
  return frame;
}

} // namespace agner::dist::internal
