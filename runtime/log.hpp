// SPDX-License-Identifier: Apache-2.0
// Logging: events with a level, a format in io_lib's style and terms, given to handlers. Any thread. Mechanism: docs/logging.md.

#pragma once

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
  std::string_view text; // formatted, valid during the call
  pid origin;            // the process that logged; id 0 outside one
};

using handler = std::function<void(const event&)>;

/// Events less severe than this are dropped before they are formatted. @erlang logger:set_primary_config/2
void set_level(level least) noexcept;
[[nodiscard]] bool enabled(level severity) noexcept;

/// Adds a handler, called on the thread that logs; it must not log. The default one, called `default`, writes lines to standard error.
/// @errors raises `already_exist`  a handler has this name
void add_handler(std::string name, handler what);
/// @returns false if no handler has this name
bool remove_handler(std::string_view name);

/// Logs. @p format as io_lib:format: ~p ~tp ~w ~s ~ts ~b ~n ~~; @p arguments in order. Too few or many are shown as such, never raised.
void write(level severity, std::string_view format, std::initializer_list<term> arguments = {});

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

} // namespace agner::log
