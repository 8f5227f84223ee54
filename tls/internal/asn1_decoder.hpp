// SPDX-License-Identifier: Apache-2.0
// DER as the terms that Erlang's asn1 gives, by a table of types. Depth is that of the table, which has no cycles. Pure; any thread.

#pragma once

#include <expected>
#include <span>

#include "asn1_type.hpp"
#include "der_reader.hpp"

namespace agner::ssl::internal {

/// The value of type @p type at the beginning of @p der; what follows it is not looked at, as in OTP.
/// @source OTP 25 lib/asn1, asn1rtt_ber
std::expected<term, asn1_fault> asn1_decode(const asn1_type& type, std::span<const std::byte> der);

} // namespace agner::ssl::internal
