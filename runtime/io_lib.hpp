// SPDX-License-Identifier: Apache-2.0
// Formatted text as Erlang's io_lib makes it. Pure; any thread.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "error.hpp"
#include "term.hpp"

namespace agner::io_lib {

/// The text of @p format with @p arguments in their places.
///
/// | sequence | argument | text |
/// |---|---|---|
/// | `~p` `~tp` | any | as Erlang writes it, broken into lines of 80 characters; with `t`, characters above 255 are printable |
/// | `~0p` `~0tp` | any | the same on one line |
/// | `~w` `~tw` | any | on one line, and no list or binary as text |
/// | `~s` `~ts` | atom, binary, string, or any nesting of the last two | the characters; a binary is Latin-1, with `t` UTF-8 where it is that |
/// | `~b` | integer | decimal |
/// | `~n` `~~` | none | a line break, a tilde |
///
/// @param format     UTF-8; field widths, padding and other sequences of io_lib are none here
/// @param bytes_max  past so many bytes the text is cut and ends in `...`; 0: no limit
/// @returns          UTF-8
/// @errors `badarg`  a sequence that is none, an argument too few, too many or of the wrong kind
/// @erlang io_lib:format/2
/// @source OTP 25.2.3, asked
result<std::string> format(std::string_view format, std::span<const term> arguments, std::size_t bytes_max = 0);

} // namespace agner::io_lib
