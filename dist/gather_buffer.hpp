// SPDX-License-Identifier: Apache-2.0
// Bytes on their way out: small ones copied in a row, large binaries only referred to, so that 16 MiB are not copied to be sent.
// One thread at a time. Mechanism: docs/formats/external_term.md, "What is not copied".

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "../runtime/term.hpp"

namespace agner::dist {

class gather_buffer {
public:
  gather_buffer() noexcept = default;
  gather_buffer(gather_buffer&& other) noexcept { swap(other); }
  gather_buffer& operator=(gather_buffer&& other) noexcept {
    gather_buffer moved{std::move(other)};
    swap(moved);
    return *this;
  }
  void swap(gather_buffer& other) noexcept {
    std::swap(copied_, other.copied_);
    std::swap(capacity_, other.capacity_);
    std::swap(used_, other.used_);
    std::swap(referred_bytes_, other.referred_bytes_);
    std::swap(references_, other.references_);
  }

  // -- writing --------------------------------------------------------------------------------------------------------------------

  /// @p length_bytes more, to be written by the caller before anything else is done here.
  [[nodiscard]] std::byte* extend(std::size_t length_bytes) {
    if (capacity_ - used_ < length_bytes) grow(length_bytes);
    std::byte* const at = copied_.get() + used_;
    used_ += length_bytes;
    return at;
  }
  void append(std::span<const std::byte> bytes) {
    if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
  }
  /// The bytes of @p bitstring come here. They are kept alive, not copied.
  void refer(const term& bitstring) {
    references_.push_back({used_, bitstring});
    referred_bytes_ += bitstring.bytes().size();
  }
  /// Appends what is in @p other.
  void append(const gather_buffer& other);
  /// Appends @p length_bytes of @p other from @p offset_bytes on. What is referred to there is referred to here, where the part of it is not small.
  void append(const gather_buffer& other, std::size_t offset_bytes, std::size_t length_bytes);

  /// Where the next copied byte will be, for `patch_u32`; not an offset into the whole.
  [[nodiscard]] std::size_t mark() const noexcept { return used_; }
  /// Writes @p value, big-endian, over the four copied bytes at @p mark.
  void patch_u32(std::size_t mark, std::uint32_t value) noexcept {
    for (unsigned i = 0; i < 4; ++i)
      copied_[mark + i] = static_cast<std::byte>(value >> (24U - 8U * i) & 0xffU);
  }

  /// Forgets the bytes and keeps the memory for copied ones.
  void clear() noexcept {
    used_ = 0;
    referred_bytes_ = 0;
    references_.clear();
  }

  // -- reading --------------------------------------------------------------------------------------------------------------------

  [[nodiscard]] std::size_t size() const noexcept { return used_ + referred_bytes_; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// How many bytes are referred to, and not counted against the memory of this buffer.
  [[nodiscard]] std::size_t referred_bytes() const noexcept { return referred_bytes_; }

  /// Calls @p take with a span for each stretch of the @p length_bytes from @p offset_bytes on, in order. What lies past the end is left out.
  template <class Take>
  void for_each(std::size_t offset_bytes, std::size_t length_bytes, Take&& take) const {
    for_each_piece(offset_bytes, length_bytes, [&take](std::span<const std::byte> piece, const term*) { take(piece); });
  }
  template <class Take>
  void for_each(Take&& take) const {
    for_each(0, size(), std::forward<Take>(take));
  }

  /// All bytes in a row: copies everything.
  [[nodiscard]] std::vector<std::byte> flatten() const;

private:
  struct reference {
    std::size_t at; // copied bytes before it
    term bits;
  };
  void grow(std::size_t more_bytes);

  /// Calls @p take with each stretch and the bitstring that it is in, null where it is copied.
  template <class Take>
  void for_each_piece(std::size_t offset_bytes, std::size_t length_bytes, Take&& take) const {
    auto visit = [&](std::span<const std::byte> piece, const term* bits) {
      const std::size_t skipped = std::min(offset_bytes, piece.size());
      offset_bytes -= skipped;
      piece = piece.subspan(skipped);
      piece = piece.first(std::min(length_bytes, piece.size()));
      length_bytes -= piece.size();
      if (!piece.empty()) take(piece, bits);
    };
    std::size_t from = 0;
    for (const reference& r : references_) {
      if (length_bytes == 0) return;
      visit({copied_.get() + from, r.at - from}, nullptr);
      visit(r.bits.bytes(), &r.bits);
      from = r.at;
    }
    visit({copied_.get() + from, used_ - from}, nullptr);
  }

  std::unique_ptr<std::byte[]> copied_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::size_t referred_bytes_ = 0;
  std::vector<reference> references_;
};

} // namespace agner::dist
