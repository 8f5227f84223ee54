// SPDX-License-Identifier: Apache-2.0

#include "number_order.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "../term_views.hpp"
#include "term_layout.hpp"

namespace agner::internal {

namespace {

using magnitude = std::span<const std::byte>; // least significant byte first, without leading zeros

bool is_small(const term& t) noexcept { return t.kind() == term_kind::integer; }
std::int64_t small(const term& t) noexcept { return static_cast<std::int64_t>(term_access::payload(t)); }
double floating(const term& t) noexcept { return std::bit_cast<double>(term_access::payload(t)); }
bool is_negative_big(const term& t) noexcept { return term_access::aux(t) != 0; }

magnitude magnitude_of(const term& big) noexcept {
  const auto& node = term_access::as<const big_node>(big);
  return {node.bytes(), node.head.size()};
}

std::strong_ordering reversed(std::strong_ordering order) noexcept { return 0 <=> order; }

std::strong_ordering compare_magnitudes(magnitude left, magnitude right) noexcept {
  if (left.size() != right.size()) return left.size() <=> right.size();
  return std::lexicographical_compare_three_way(left.rbegin(), left.rend(), right.rbegin(), right.rend());
}

std::strong_ordering compare_signed(bool left_negative, magnitude left, bool right_negative, magnitude right) noexcept {
  if (left_negative != right_negative)
    return left_negative ? std::strong_ordering::less : std::strong_ordering::greater;
  const auto order = compare_magnitudes(left, right);
  return left_negative ? reversed(order) : order;
}

constexpr double two_to_63 = 9223372036854775808.0;

/// Magnitude of a whole number of at least 2^63 that a float holds.
class whole_magnitude {
public:
  explicit whole_magnitude(double absolute) noexcept {
    constexpr int mantissa_bits = std::numeric_limits<double>::digits;
    int exponent = 0;
    const auto mantissa = static_cast<std::uint64_t>(std::ldexp(std::frexp(absolute, &exponent), mantissa_bits));
    const auto shift = static_cast<unsigned>(exponent - mantissa_bits); // absolute = mantissa * 2^shift, and shift > 0
    const std::uint64_t low = mantissa << shift % 8;                    // 53 + 7 bits fit
    std::memcpy(bytes_.data() + shift / 8, &low, sizeof low);
    size_ = bytes_.size();
    while (bytes_[size_ - 1] == std::byte{0})
      --size_;
  }
  [[nodiscard]] magnitude get() const noexcept { return {bytes_.data(), size_}; }

private:
  std::array<std::byte, std::numeric_limits<double>::max_exponent / 8 + sizeof(std::uint64_t)> bytes_{};
  std::size_t size_;
};

std::weak_ordering compare_floats(double left, double right) noexcept {
  if (left == right) return std::weak_ordering::equivalent;
  return left < right ? std::weak_ordering::less : std::weak_ordering::greater;
}

std::weak_ordering compare_small_with_float(std::int64_t left, double right) noexcept {
  if (right >= two_to_63) return std::weak_ordering::less;
  if (right < -two_to_63) return std::weak_ordering::greater;
  const double whole = std::trunc(right);
  if (const auto order = left <=> static_cast<std::int64_t>(whole); order != 0) return order;
  return compare_floats(whole, right);
}

std::weak_ordering compare_big_with_float(const term& left, double right) noexcept {
  if (std::fabs(right) < two_to_63)
    return is_negative_big(left) ? std::weak_ordering::less : std::weak_ordering::greater;
  return compare_signed(is_negative_big(left), magnitude_of(left), right < 0, whole_magnitude{std::fabs(right)}.get());
}

std::weak_ordering compare_integer_with_float(const term& left, double right) noexcept {
  return is_small(left) ? compare_small_with_float(small(left), right) : compare_big_with_float(left, right);
}

} // namespace

std::strong_ordering compare_integers(const term& left, const term& right) noexcept {
  if (is_small(left) && is_small(right)) return small(left) <=> small(right);
  if (is_small(left)) return is_negative_big(right) ? std::strong_ordering::greater : std::strong_ordering::less;
  if (is_small(right)) return is_negative_big(left) ? std::strong_ordering::less : std::strong_ordering::greater;
  return compare_signed(is_negative_big(left), magnitude_of(left), is_negative_big(right), magnitude_of(right));
}

std::weak_ordering compare_numbers(const term& left, const term& right) noexcept {
  if (!left.is_float() && !right.is_float()) return compare_integers(left, right);
  if (!left.is_float()) return compare_integer_with_float(left, floating(right));
  if (!right.is_float()) return 0 <=> compare_integer_with_float(right, floating(left));
  return compare_floats(floating(left), floating(right));
}

std::strong_ordering compare_numbers_exact(const term& left, const term& right) noexcept {
  if (!left.is_float() && !right.is_float()) return compare_integers(left, right);
  if (left.is_float() != right.is_float())
    return right.is_float() ? std::strong_ordering::less : std::strong_ordering::greater;
  const auto order = compare_floats(floating(left), floating(right));
  if (order != 0) return order < 0 ? std::strong_ordering::less : std::strong_ordering::greater;
  return std::signbit(floating(right)) <=> std::signbit(floating(left));
}

} // namespace agner::internal
