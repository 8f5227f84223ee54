// SPDX-License-Identifier: Apache-2.0

#include "gather_buffer.hpp"

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

std::vector<std::byte> gather_buffer::flatten() const {
  std::vector<std::byte> all;
  all.reserve(size());
  for_each([&](std::span<const std::byte> piece) { all.insert(all.end(), piece.begin(), piece.end()); });
  return all;
}

} // namespace agner::dist
