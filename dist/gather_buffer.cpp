// SPDX-License-Identifier: Apache-2.0

#include "gather_buffer.hpp"

#include "../runtime/term_builders.hpp"

namespace agner::dist {

void gather_buffer::grow(std::size_t more_bytes) {
  constexpr std::size_t smallest_bytes = 256;
  const std::size_t wanted = std::max({used_ + more_bytes, capacity_ * 2, smallest_bytes});
  auto larger = std::make_unique_for_overwrite<std::byte[]>(wanted);
  if (used_ != 0) std::memcpy(larger.get(), copied_.get(), used_);
  copied_ = std::move(larger);
  capacity_ = wanted;
}

void gather_buffer::append(const gather_buffer& other) {
  const std::size_t before = used_;
  append(std::span<const std::byte>{other.copied_.get(), other.used_});
  for (const reference& r : other.references_)
    references_.push_back({before + r.at, r.bits});
  referred_bytes_ += other.referred_bytes_;
}

void gather_buffer::append(const gather_buffer& other, std::size_t offset_bytes, std::size_t length_bytes) {
  constexpr std::size_t refer_bytes_min =
      1024; // shorter: another node and another piece for the kernel cost more than a copy
  other.for_each_piece(offset_bytes, length_bytes, [this](std::span<const std::byte> piece, const term* bits) {
    if (bits == nullptr || piece.size() < refer_bytes_min) return append(piece);
    const auto whole = bits->bytes();
    if (piece.size() == whole.size()) return refer(*bits);
    const auto offset = static_cast<std::size_t>(piece.data() - whole.data());
    const bool ends_in_bits = offset + piece.size() > bits->bit_size() / 8;
    ends_in_bits ? append(piece) : refer(binary_part(*bits, offset, piece.size()));
  });
}

std::vector<std::byte> gather_buffer::flatten() const {
  std::vector<std::byte> all;
  all.reserve(size());
  for_each([&](std::span<const std::byte> piece) { all.insert(all.end(), piece.begin(), piece.end()); });
  return all;
}

} // namespace agner::dist
