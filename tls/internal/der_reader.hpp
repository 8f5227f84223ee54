// SPDX-License-Identifier: Apache-2.0
// The outer form of DER: a tag, a length, and what is in between. Bounds only, no meaning: asn1_decoder.hpp has that. Pure; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "../../runtime/term.hpp"

namespace agner::ssl::internal {

/// Classes of tags. @source X.690, section 8.1.2.2: frozen
enum class tag_class : std::uint8_t { universal = 0, application = 1, context = 2, private_ = 3 };

/// One element; spans into the bytes that were read.
struct der_element {
  tag_class of = tag_class::universal;
  bool constructed = false;
  std::uint32_t number = 0;
  std::span<const std::byte> content;
  std::span<const std::byte> whole; // with tag and length
};

/// Why something is no DER of the type wanted: the term that stands in `{error, {asn1, Reason}}`.
using asn1_fault = term;

/// The first element of @p from, which is cut behind it. Lengths are definite: what BER allows beside that is refused.
std::expected<der_element, asn1_fault> read_element(std::span<const std::byte>& from);

/// All elements of @p content, without a byte left over.
std::expected<std::vector<der_element>, asn1_fault> read_elements(std::span<const std::byte> content);

} // namespace agner::ssl::internal
