// SPDX-License-Identifier: Apache-2.0
// C++ values as terms and back: `to_term(x)` and `from_term<T>(t)`. Numbers, atoms, identifiers, strings, containers, tuples, and aggregates as tagged tuples (Boost.PFR).
// Table of the mapping: docs/struct-mapping.md.

#pragma once

#include <optional>

#include "term.hpp"

namespace agner {

/// How values of type T become terms and back. Specialise it for what PFR cannot see:
///   static term to(const T&);   static std::optional<T> from(const term&);
/// and, where it is a tagged tuple or bare atom, `static constexpr` shape (see message_shape).
template <class T>
struct term_traits;

/// @p value as a term.
template <class T>
term to_term(T&& value);

/// @p from as a T, nothing where it is none.
template <class T>
std::optional<T> from_term(const term& from);

} // namespace agner
