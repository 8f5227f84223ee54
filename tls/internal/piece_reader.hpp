// SPDX-License-Identifier: Apache-2.0
// Cuts a sequence of pieces into records: what several sends left behind goes into full records, and a large piece is not copied.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

namespace agner::ssl::internal {

class piece_reader {
public:
  using piece = std::span<const std::byte>;

  explicit piece_reader(std::span<const piece> pieces) noexcept : pieces_(pieces) { skip_empty(); }

  /// The next @p memory.size() bytes, or all that is left; in place where one piece holds them, else gathered in @p memory. Does not move on.
  [[nodiscard]] piece next(std::span<std::byte> memory) const noexcept {
    if (pieces_.empty()) return {};
    const piece first = pieces_.front().subspan(offset_);
    if (first.size() >= memory.size() || pieces_.size() == 1) return first.first(std::min(first.size(), memory.size()));
    return gather(memory);
  }

  /// Moves on by @p bytes, which must not be more than are left.
  void consume(std::size_t bytes) noexcept {
    while (bytes != 0) {
      const std::size_t here = std::min(bytes, pieces_.front().size() - offset_);
      offset_ += here;
      bytes -= here;
      skip_empty();
    }
  }

private:
  void skip_empty() noexcept {
    while (!pieces_.empty() && offset_ == pieces_.front().size()) {
      pieces_ = pieces_.subspan(1);
      offset_ = 0;
    }
  }

  [[nodiscard]] piece gather(std::span<std::byte> memory) const noexcept {
    std::size_t filled = 0;
    std::size_t offset = offset_;
    for (const piece one : pieces_) {
      const std::size_t count = std::min(memory.size() - filled, one.size() - offset);
      if (count != 0) std::memcpy(memory.data() + filled, one.data() + offset, count);
      filled += count;
      offset = 0;
      if (filled == memory.size()) break;
    }
    return memory.first(filled);
  }

  std::span<const piece> pieces_;
  std::size_t offset_ = 0; // into the first of pieces_
};

} // namespace agner::ssl::internal
