// SPDX-License-Identifier: Apache-2.0
// What fits 64 bits is computed in them; what does not is handed to Boost.Multiprecision.

#include "arithmetic.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include "error.hpp"
#include "reasons.hpp"
#include "term_builders.hpp"
#include "term_views.hpp"

namespace agner::arithmetic {

namespace {

using wide = boost::multiprecision::cpp_int;

// @source ERTS: BIG_ARITY_MAX words of 8 bytes
constexpr std::size_t integer_bits_max = ((1UL << 19U) - 1) * 64;

void require_integer(const term& of) {
  if (!of.is_integer()) raise_error(reasons::badarith);
}

wide widen(const term& of) {
  require_integer(of);
  if (const auto small = of.to_int64()) return *small;
  const integer_view view = of.as_integer();
  const auto* const first = reinterpret_cast<const unsigned char*>(view.big.data());
  wide value;
  import_bits(value, first, first + view.big.size(), 8, false);
  return view.negative ? -value : value;
}

term narrow(const wide& value) {
  if (value >= std::numeric_limits<std::int64_t>::min() && value <= std::numeric_limits<std::int64_t>::max())
    return static_cast<std::int64_t>(value);
  if (msb(abs(value)) >= integer_bits_max) raise_error(reasons::system_limit);
  std::vector<unsigned char> magnitude;
  export_bits(wide{abs(value)}, std::back_inserter(magnitude), 8, false);
  return integer(value < 0, std::as_bytes(std::span{magnitude}));
}

double floating(const term& of) {
  if (const auto value = of.to_double()) return *value;
  if (const auto small = of.to_int64()) return static_cast<double>(*small);
  const double value = widen(of).convert_to<double>();
  if (!std::isfinite(value)) raise_error(reasons::badarith);
  return value;
}

bool both_integers(const term& left, const term& right) { return left.is_integer() && right.is_integer(); }

/// Both in 64 bits, where @p small computes without overflow; both wide; or as floats.
template <class Small, class Other>
term compute(const term& left, const term& right, Small small, Other other) {
  if (const auto l = left.to_int64()) {
    if (const auto r = right.to_int64()) {
      std::int64_t value = 0;
      if (!small(*l, *r, value)) return value;
    }
  }
  if (both_integers(left, right)) return narrow(other(widen(left), widen(right)));
  return other(floating(left), floating(right));
}

template <class Operation>
term bitwise(const term& left, const term& right, Operation operation) {
  if (const auto l = left.to_int64()) {
    if (const auto r = right.to_int64()) return static_cast<std::int64_t>(operation(*l, *r));
  }
  // Two's complement wide enough for both and a sign.
  const wide l = widen(left);
  const wide r = widen(right);
  const auto bits = [](const wide& of) { return of == 0 ? 0U : msb(abs(of)) + 1; };
  const wide modulus = wide{1} << (std::max(bits(l), bits(r)) + 1);
  const wide value = operation(wide{l < 0 ? l + modulus : l}, wide{r < 0 ? r + modulus : r});
  return narrow(value >= modulus / 2 ? wide{value - modulus} : value);
}

wide divisor(const term& of) {
  wide value = widen(of);
  if (value == 0) raise_error(reasons::badarith);
  return value;
}

term shift(const term& of, const wide& left) {
  const wide value = widen(of);
  if (value == 0 || left == 0) return of;
  if (left < 0) {
    if (-left > integer_bits_max) return value < 0 ? -1 : 0;
    return narrow(value >> static_cast<unsigned>(-left)); // rounds down, as a shift of two's complement does
  }
  if (left > integer_bits_max) raise_error(reasons::system_limit);
  return narrow(value << static_cast<unsigned>(left));
}

void require_number(const term& of) {
  if (!of.is_number()) raise_error(reasons::badarg);
}

term whole(double value) {
  if (std::abs(value) < 9223372036854775808.0) return static_cast<std::int64_t>(value);
  return narrow(wide{value});
}

} // namespace

term add(const term& left, const term& right) {
  return compute(
      left, right, [](auto l, auto r, auto& sum) { return __builtin_add_overflow(l, r, &sum); },
      [](const auto& l, const auto& r) { return std::decay_t<decltype(l)>{l + r}; });
}
term subtract(const term& left, const term& right) {
  return compute(
      left, right, [](auto l, auto r, auto& sum) { return __builtin_sub_overflow(l, r, &sum); },
      [](const auto& l, const auto& r) { return std::decay_t<decltype(l)>{l - r}; });
}
term multiply(const term& left, const term& right) {
  return compute(
      left, right, [](auto l, auto r, auto& sum) { return __builtin_mul_overflow(l, r, &sum); },
      [](const auto& l, const auto& r) { return std::decay_t<decltype(l)>{l * r}; });
}

term divide(const term& left, const term& right) {
  const double by = floating(right);
  if (by == 0) raise_error(reasons::badarith);
  return floating(left) / by;
}
term quotient(const term& left, const term& right) {
  const wide by = divisor(right);
  return narrow(widen(left) / by);
}
term remainder(const term& left, const term& right) {
  const wide by = divisor(right);
  return narrow(widen(left) % by);
}

term bit_and(const term& left, const term& right) {
  return bitwise(left, right, [](const auto& l, const auto& r) { return std::decay_t<decltype(l)>{l & r}; });
}
term bit_or(const term& left, const term& right) {
  return bitwise(left, right, [](const auto& l, const auto& r) { return std::decay_t<decltype(l)>{l | r}; });
}
term bit_xor(const term& left, const term& right) {
  return bitwise(left, right, [](const auto& l, const auto& r) { return std::decay_t<decltype(l)>{l ^ r}; });
}
term bit_not(const term& of) {
  require_integer(of);
  return subtract(-1, of);
}
term shift_left(const term& of, const term& by) { return shift(of, widen(by)); }
term shift_right(const term& of, const term& by) { return shift(of, -widen(by)); }

term negate(const term& of) {
  if (const auto value = of.to_double()) return -*value;
  require_integer(of);
  return subtract(0, of);
}
term absolute(const term& of) {
  require_number(of);
  if (const auto value = of.to_double()) return std::abs(*value);
  const integer_view view = of.as_integer();
  return view.negative ? negate(of) : of;
}
term round(const term& of) {
  require_number(of);
  if (const auto value = of.to_double()) return whole(std::round(*value));
  return of;
}
term truncate(const term& of) {
  require_number(of);
  if (const auto value = of.to_double()) return whole(std::trunc(*value));
  return of;
}
term to_float(const term& of) {
  require_number(of);
  return floating(of);
}

} // namespace agner::arithmetic
