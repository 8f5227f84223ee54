// SPDX-License-Identifier: Apache-2.0

#include "bit_writer.hpp"

#include "../term_builders.hpp"
#include "../term_views.hpp"

namespace agner::internal {

namespace {

/// The bytes of an integer in two's complement, least significant first, without end.
class twos_complement {
public:
  explicit twos_complement(const term& integer) : view_(integer.as_integer()) {
    if (!view_.negative) return;
    // -m is the complement of m - 1: zeros at the low end stay, the first other byte is negated, the rest complemented.
    while (magnitude(first_nonzero_) == 0)
      ++first_nonzero_;
  }
  [[nodiscard]] std::uint8_t operator[](std::uint64_t at) const noexcept {
    const unsigned byte = magnitude(at);
    if (!view_.negative || at < first_nonzero_) return static_cast<std::uint8_t>(byte);
    return static_cast<std::uint8_t>(at == first_nonzero_ ? 0x100U - byte : ~byte);
  }

private:
  [[nodiscard]] unsigned magnitude(std::uint64_t at) const noexcept {
    if (view_.big.empty()) return at < 8 ? static_cast<unsigned>(view_.small >> 8 * at & 0xffU) : 0;
    return at < view_.big.size() ? std::to_integer<unsigned>(view_.big[at]) : 0;
  }

  integer_view view_;
  std::uint64_t first_nonzero_ = 0;
};

} // namespace

void bit_writer::append(std::uint8_t value, unsigned count_bits) {
  if (count_bits == 0) return;
  const unsigned bits = static_cast<unsigned>(value) << (8 - count_bits) & 0xffU; // at the high end
  if (trailing_bits_ == 0) {
    bytes_.push_back(static_cast<std::byte>(bits));
  } else {
    bytes_.back() |= static_cast<std::byte>(bits >> trailing_bits_);
    if (trailing_bits_ + count_bits > 8) bytes_.push_back(static_cast<std::byte>(bits << (8 - trailing_bits_) & 0xffU));
  }
  trailing_bits_ = (trailing_bits_ + count_bits) % 8;
}

void bit_writer::append_integer(const term& value, std::uint64_t count_bits) {
  const twos_complement bytes{value};
  const std::uint64_t whole = count_bits / 8;
  append(bytes[whole], static_cast<unsigned>(count_bits % 8));
  for (std::uint64_t i = whole; i > 0; --i)
    append(bytes[i - 1], 8);
}

term bit_writer::finish() const { return bitstring(bytes_, trailing_bits_); }

} // namespace agner::internal
