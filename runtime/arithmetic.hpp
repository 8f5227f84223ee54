// SPDX-License-Identifier: Apache-2.0
// Erlang's arithmetic on terms: integers of any size and floats. For what computes with terms of unknown type: match specifications, counters in tables. Any thread.

#pragma once

#include <cstdint>

#include "term.hpp"

namespace agner::arithmetic {

/// `Left op Right` for numbers: of integers an integer, else a float.
/// @errors raises `badarith`  an operand is no number, or the result is no finite float; `system_limit`  an integer of more than 2^22 bytes
/// @erlang erlang:'+'/2, '-'/2, '*'/2
[[nodiscard]] term add(const term& left, const term& right);
[[nodiscard]] term subtract(const term& left, const term& right);
[[nodiscard]] term multiply(const term& left, const term& right);

/// Always a float. @errors raises `badarith`  as above, or @p right is zero @erlang erlang:'/'/2
[[nodiscard]] term divide(const term& left, const term& right);

/// Of integers, towards zero. @errors raises `badarith`  an operand is no integer, or @p right is zero @erlang erlang:'div'/2, 'rem'/2
[[nodiscard]] term quotient(const term& left, const term& right);
[[nodiscard]] term remainder(const term& left, const term& right);

/// Of integers as two's complement without end. @errors raises `badarith`  an operand is no integer @erlang erlang:'band'/2, 'bor'/2, 'bxor'/2, 'bnot'/1
[[nodiscard]] term bit_and(const term& left, const term& right);
[[nodiscard]] term bit_or(const term& left, const term& right);
[[nodiscard]] term bit_xor(const term& left, const term& right);
[[nodiscard]] term bit_not(const term& of);
/// Shifts; a negative @p by shifts the other way. @errors raises `badarith`, `system_limit` @erlang erlang:'bsl'/2, 'bsr'/2
[[nodiscard]] term shift_left(const term& of, const term& by);
[[nodiscard]] term shift_right(const term& of, const term& by);

/// @errors raises `badarith`  no number @erlang erlang:'-'/1
[[nodiscard]] term negate(const term& of);
/// @errors raises `badarg`  no number @erlang abs/1, round/1, trunc/1, float/1
[[nodiscard]] term absolute(const term& of);
[[nodiscard]] term round(const term& of);
[[nodiscard]] term truncate(const term& of);
[[nodiscard]] term to_float(const term& of);

} // namespace agner::arithmetic
