// SPDX-License-Identifier: Apache-2.0

#include "timers.hpp"

#include "../runtime/term_builders.hpp"

namespace agner {

namespace {

term as_term(const std::optional<std::chrono::milliseconds>& left) {
  return left ? term{std::int64_t{left->count()}} : term{"false"_atom};
}

term tell(atom what, const reference& timer, term result) {
  send(self(), tuple(what, timer, std::move(result)));
  return "ok"_atom;
}

} // namespace

reference internal::start_timer(std::chrono::milliseconds time, const term& to, term message, timer_message form,
                                timer_time meant) {
  return this_node().start_timer(time, to, std::move(message), form, meant);
}

std::chrono::nanoseconds internal::monotonic_now() { return this_node().scheduler().time().now().time_since_epoch(); }

std::optional<std::chrono::milliseconds> cancel_timer(const reference& timer) {
  return this_node().cancel_timer(timer);
}

std::optional<std::chrono::milliseconds> read_timer(const reference& timer) { return this_node().read_timer(timer); }

term cancel_timer(const reference& timer, cancel_timer_options options) {
  const auto left = cancel_timer(timer);
  if (!options.info) return "ok"_atom;
  return options.async ? tell("cancel_timer"_atom, timer, as_term(left)) : as_term(left);
}

term read_timer(const reference& timer, read_timer_options options) {
  const auto left = read_timer(timer);
  return options.async ? tell("read_timer"_atom, timer, as_term(left)) : as_term(left);
}

} // namespace agner
