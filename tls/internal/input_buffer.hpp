// SPDX-License-Identifier: Apache-2.0
// Ciphertext that has come and is not decrypted yet. Bytes are read from the transport straight into it; it has no memory while it is empty and released.

#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace agner::ssl::internal {

class input_buffer {
public:
  explicit input_buffer(std::size_t bytes_max) noexcept : bytes_max_(bytes_max) {}

  /// Room for up to @p wanted bytes, less near the limit, none at it. Valid until the next call of any function that is not const.
  std::span<std::byte> prepare(std::size_t wanted);
  /// The first @p count bytes of what prepare gave are filled.
  void commit(std::size_t count) noexcept { end_ += count; }

  /// How many more bytes may come before some are taken.
  [[nodiscard]] std::size_t room() const noexcept { return bytes_max_ - (end_ - kept_); }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }

  /// Moves up to @p into.size() bytes out; how many.
  std::size_t take(std::span<std::byte> into) noexcept;

  /// What waits, without taking it. Valid until the next call of any function that is not const.
  [[nodiscard]] std::span<const std::byte> waiting() const noexcept { return {memory_.get() + begin_, size()}; }

  // -- reading again --------------------------------------------------------------------------------------------------------------

  /// From here on what is taken stays in the buffer, until forget.
  void keep_taken() noexcept { keeping_ = true; }
  /// Puts back all that was taken since keep_taken.
  void rewind() noexcept { begin_ = kept_; }
  /// Lets go of what was taken, now and from here on.
  void forget() noexcept;

  /// Gives the memory back if no byte waits.
  void release() noexcept;
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

private:
  void make_room(std::size_t wanted);

  std::size_t bytes_max_;
  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t kept_ =
      0; // kept_ <= begin_ <= end_ <= capacity_: [kept_, begin_) is taken and kept, [begin_, end_) waits
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool keeping_ = false;
};

} // namespace agner::ssl::internal
