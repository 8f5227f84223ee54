// SPDX-License-Identifier: Apache-2.0
// The order of numbers, exact whatever their types and sizes: no integer is rounded to be compared.

#pragma once

#include <compare>

#include "../term.hpp"

namespace agner::internal {

/// Both are integers.
std::strong_ordering compare_integers(const term& left, const term& right) noexcept;

/// Both are numbers: by value, so that 1 and 1.0, 0.0 and -0.0 are equivalent.
std::weak_ordering compare_numbers(const term& left, const term& right) noexcept;

/// Both are numbers: every integer before every float, -0.0 before 0.0.
std::strong_ordering compare_numbers_exact(const term& left, const term& right) noexcept;

} // namespace agner::internal
