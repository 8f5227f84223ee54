// SPDX-License-Identifier: Apache-2.0
// Well-known reasons: why calls fail and processes end. Each is an atom with Erlang's spelling.

#pragma once

#include "atom.hpp"

namespace agner::reasons {

// -- of errors raised -----------------------------------------------------------------------------------------------------------------

inline constexpr auto badarg = "badarg"_atom;           ///< an argument of the wrong type or value
inline constexpr auto badarith = "badarith"_atom;       ///< arithmetic without a result
inline constexpr auto badarity = "badarity"_atom;       ///< a fun called with the wrong number of arguments
inline constexpr auto badfun = "badfun"_atom;           ///< something called that is no fun
inline constexpr auto badkey = "badkey"_atom;           ///< {badkey, Key}
inline constexpr auto badmap = "badmap"_atom;           ///< {badmap, Term}
inline constexpr auto badmatch = "badmatch"_atom;       ///< {badmatch, Value}
inline constexpr auto badrecord = "badrecord"_atom;     ///< {badrecord, Term}
inline constexpr auto case_clause = "case_clause"_atom; ///< {case_clause, Value}
inline constexpr auto function_clause = "function_clause"_atom;
inline constexpr auto nocatch = "nocatch"_atom; ///< {nocatch, Thrown}
inline constexpr auto notsup = "notsup"_atom;
inline constexpr auto system_limit = "system_limit"_atom;   ///< a table is full, or a value grows past its limit
inline constexpr auto timeout_value = "timeout_value"_atom; ///< a time-out that is no time
inline constexpr auto undef = "undef"_atom;                 ///< no such function

// -- of processes ---------------------------------------------------------------------------------------------------------------------

inline constexpr auto kill = "kill"_atom;                 ///< as a signal: cannot be trapped
inline constexpr auto killed = "killed"_atom;             ///< what `kill` became
inline constexpr auto noconnection = "noconnection"_atom; ///< the node is gone
inline constexpr auto noproc = "noproc"_atom;             ///< nobody there
inline constexpr auto normal = "normal"_atom;
inline constexpr auto shutdown = "shutdown"_atom; ///< ordered by a supervisor

// -- of calls, sockets and connections ------------------------------------------------------------------------------------------------

inline constexpr auto already_started = "already_started"_atom; ///< {already_started, Pid}
inline constexpr auto closed = "closed"_atom;
inline constexpr auto eaddrinuse = "eaddrinuse"_atom;
inline constexpr auto econnrefused = "econnrefused"_atom;
inline constexpr auto einval = "einval"_atom;
inline constexpr auto emsgsize = "emsgsize"_atom;
inline constexpr auto enotconn = "enotconn"_atom;
inline constexpr auto ignore = "ignore"_atom;
inline constexpr auto not_owner = "not_owner"_atom;
inline constexpr auto nxdomain = "nxdomain"_atom;
inline constexpr auto timeout = "timeout"_atom;
inline constexpr auto undefined = "undefined"_atom;

} // namespace agner::reasons
