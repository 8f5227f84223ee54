// SPDX-License-Identifier: Apache-2.0

#include "der_reader.hpp"

#include <optional>

#include "../../runtime/term_builders.hpp"

namespace agner::ssl::internal {
namespace {

/// Bits of the first byte. @source X.690, section 8.1.2
constexpr unsigned constructed_bit = 0x20;
constexpr unsigned number_mask = 0x1f;

/// Longest tag number and longest length that are read: a certificate has neither more.
constexpr std::size_t number_bytes_max = 4;
constexpr std::size_t length_bytes_max = 4;

unsigned value(std::byte of) { return std::to_integer<unsigned>(of); }

class cursor {
public:
  explicit cursor(std::span<const std::byte> from) : from_(from) {}
  std::optional<unsigned> next() {
    if (at_ == from_.size()) return std::nullopt;
    return value(from_[at_++]);
  }
  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] std::size_t left() const noexcept { return from_.size() - at_; }

private:
  std::span<const std::byte> from_;
  std::size_t at_ = 0;
};

std::optional<std::uint32_t> long_number(cursor& in) {
  std::uint32_t made = 0;
  for (std::size_t i = 0; i < number_bytes_max; ++i) {
    const auto byte = in.next();
    if (!byte) return std::nullopt;
    made = made << 7U | (*byte & 0x7fU);
    if ((*byte & 0x80U) == 0) return made;
  }
  return std::nullopt;
}

std::optional<std::size_t> read_length(cursor& in) {
  const auto first = in.next();
  if (!first) return std::nullopt;
  if (*first < 0x80) return *first;
  const std::size_t bytes = *first & 0x7fU;
  if (bytes == 0 || bytes > length_bytes_max) return std::nullopt;
  std::size_t made = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    const auto byte = in.next();
    if (!byte) return std::nullopt;
    made = made << 8U | *byte;
  }
  return made;
}

auto invalid(std::size_t at) { return std::unexpected{asn1_fault{tuple("invalid_value"_atom, at)}}; }

} // namespace

std::expected<der_element, asn1_fault> read_element(std::span<const std::byte>& from) {
  cursor in{from};
  const auto first = in.next();
  if (!first) return invalid(in.at());
  der_element made{.of = static_cast<tag_class>(*first >> 6U),
                   .constructed = (*first & constructed_bit) != 0,
                   .number = *first & number_mask,
                   .content = {},
                   .whole = {}};
  if (made.number == number_mask) {
    const auto number = long_number(in);
    if (!number) return invalid(in.at());
    made.number = *number;
  }
  const auto length = read_length(in);
  if (!length || *length > in.left()) return invalid(in.at());
  made.content = from.subspan(in.at(), *length);
  made.whole = from.first(in.at() + *length);
  from = from.subspan(made.whole.size());
  return made;
}

std::expected<std::vector<der_element>, asn1_fault> read_elements(std::span<const std::byte> content) {
  std::vector<der_element> made;
  while (!content.empty()) {
    auto one = read_element(content);
    if (!one) return std::unexpected{one.error()};
    made.push_back(*one);
  }
  return made;
}

} // namespace agner::ssl::internal
