// SPDX-License-Identifier: Apache-2.0
// Host names to addresses, as the operating system resolves them (files, DNS), without blocking a worker. Mechanism: docs/gen-tcp.md.

#pragma once

#include <cstdint>
#include <string>

#include "node.hpp"
#include "term.hpp"

namespace agner {

/// Which addresses are asked for.
enum class address_family : std::uint8_t { v4, v6, any };

/// Looks @p host up on a thread of its own and sends {@p tag, {ok, [Address]}} or {@p tag, {error, Reason}} to @p to, once. Addresses come in the order to try them, at least one.
/// Reasons: `nxdomain` the name has no such address; `eagain` no server answered; `einval` it is no host name.
///
/// @context any thread. Look-ups of a scheduler run one after the other.
/// @erlang inet:getaddrs/2
void resolve(node& on, std::string host, address_family family, const pid& to, term tag);

} // namespace agner
