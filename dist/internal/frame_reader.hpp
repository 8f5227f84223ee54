// SPDX-License-Identifier: Apache-2.0
// Cuts what comes over a transport into frames: four bytes of length, then that many. Memory grows with what has come, not with what a length promises.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "../../runtime/error.hpp"

namespace agner::dist::internal {

class frame_reader {
public:
  /// @p unread: what came before.
  explicit frame_reader(std::vector<std::byte> unread) : buffer_(std::move(unread)), filled_(buffer_.size()) {}

  /// Where to read to; then `commit`.
  std::span<std::byte> prepare();
  void commit(std::size_t bytes) noexcept { filled_ += bytes; }

  /// The next whole frame, without its length; nothing while it is not there. Good until the next `prepare`.
  std::optional<std::span<const std::byte>> next();
  /// Set once a length is more than a frame may have: {frame_too_long, Length, Most}.
  [[nodiscard]] const std::optional<error>& failed() const noexcept { return failed_; }

private:
  std::vector<std::byte> buffer_;
  std::size_t filled_ = 0; // bytes of the buffer that have come
  std::size_t begin_ = 0;  // of the first frame not yet given
  std::optional<error> failed_;
};

} // namespace agner::dist::internal
