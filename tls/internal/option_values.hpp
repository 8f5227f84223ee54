// SPDX-License-Identifier: Apache-2.0
// Reading the values of options from terms: what fits is returned, what does not is nothing. The check says what was expected.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "../../runtime/term.hpp"
#include "../options.hpp"

namespace agner::ssl::internal {

/// Text from an Erlang string or a binary; nothing for other terms, for text with a NUL in it, and for integers that are no characters.
std::optional<std::string> text_value(const term& of);

/// text_value, but not empty.
std::optional<std::string> name_value(const term& of);

std::optional<bool> boolean_value(const term& of);

/// An integer from @p least to @p most.
std::optional<std::int64_t> integer_value(const term& of, std::int64_t least, std::int64_t most);

/// true, false, once, or -32768 to 32767.
std::optional<inet::active_option> active_value(const term& of);
/// The way back.
term active_term(inet::active_option of);

/// raw, 0, 1, 2 or 4.
std::optional<int> packet_value(const term& of);

/// An address for {ip, _}: a tuple of 4 or 8 integers, `any`, `loopback`, or text such as "127.0.0.1". The tuple, or the atom.
std::optional<term> address_value(const term& of);

/// True where @p name is an IPv4 or IPv6 address and no host name.
bool is_address(const std::string& name);

} // namespace agner::ssl::internal
