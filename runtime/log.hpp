// SPDX-License-Identifier: Apache-2.0
// Logging: events with a level, a format in io_lib's style and terms, given to handlers. Any thread. Mechanism: docs/logging.md.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "term.hpp"

namespace agner::log {

/// @erlang logger levels, most severe first
enum class level : std::uint8_t { emergency, alert, critical, error, warning, notice, info, debug };

/// What happened, as a handler gets it.
struct event {
  level severity;
  std::string_view text; ///< formatted UTF-8, valid during the call
  pid origin;            ///< the process that logged; id 0 outside one
  std::chrono::system_clock::time_point time;
  std::string_view kind =
      {}; ///< what the header says instead of the level: `CRASH`, `SUPERVISOR`, `PROGRESS`; mostly empty
};

using handler = std::function<void(const event&)>;

/// Longest text of an event: people read it, and what it shows may come from a peer.
inline constexpr std::size_t event_bytes_max = 16'384;

/// Events less severe than this are dropped before they are formatted; `notice` until said otherwise. @erlang logger:set_primary_config/2
void set_level(level least) noexcept;
[[nodiscard]] bool enabled(level severity) noexcept;

/// Adds a handler, called on the thread that logs, by several threads at once; what it logs itself is dropped. One that throws is removed.
/// The first one, called `default`, writes to standard error as OTP's does.
/// @errors raises `{already_exist, Name}`  a handler has this name
/// @erlang logger:add_handler/3
void add_handler(std::string name, handler what);
/// @returns false if no handler has this name. It may still be running on other threads.
/// @erlang logger:remove_handler/1
bool remove_handler(std::string_view name);

/// Logs. @p format as io_lib::format; @p arguments in order. A format that does not fit its arguments is logged as such, never raised.
/// Nothing here knows what is secret: callers do not pass keys, passwords or cookies.
/// @erlang logger:log/3
void write(level severity, std::string_view format, std::initializer_list<term> arguments = {}) noexcept;
/// The same for a report of its own @p kind, such as `CRASH`, as OTP's proc_lib and supervisor make them.
void write_report(std::string_view kind, level severity, std::string_view format,
                  std::initializer_list<term> arguments = {}) noexcept;

template <class... Terms>
void debug(std::string_view format, Terms&&... arguments) {
  if (enabled(level::debug)) write(level::debug, format, {term(arguments)...});
}
template <class... Terms>
void info(std::string_view format, Terms&&... arguments) {
  if (enabled(level::info)) write(level::info, format, {term(arguments)...});
}
template <class... Terms>
void notice(std::string_view format, Terms&&... arguments) {
  if (enabled(level::notice)) write(level::notice, format, {term(arguments)...});
}
template <class... Terms>
void warning(std::string_view format, Terms&&... arguments) {
  if (enabled(level::warning)) write(level::warning, format, {term(arguments)...});
}
template <class... Terms>
void error(std::string_view format, Terms&&... arguments) {
  if (enabled(level::error)) write(level::error, format, {term(arguments)...});
}
template <class... Terms>
void critical(std::string_view format, Terms&&... arguments) {
  if (enabled(level::critical)) write(level::critical, format, {term(arguments)...});
}
template <class... Terms>
void alert(std::string_view format, Terms&&... arguments) {
  if (enabled(level::alert)) write(level::alert, format, {term(arguments)...});
}
template <class... Terms>
void emergency(std::string_view format, Terms&&... arguments) {
  if (enabled(level::emergency)) write(level::emergency, format, {term(arguments)...});
}

/// The text of @p what as OTP 25's default handler writes it: a line `=LEVEL REPORT==== 1-Jan-2026::12:00:00.000000 ===`, or with its kind, in local time, then the text. No line break at the end.
/// @source OTP 25 kernel, logger_formatter with legacy_header and without single_line
std::string report(const event& what);

} // namespace agner::log
