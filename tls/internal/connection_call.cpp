// SPDX-License-Identifier: Apache-2.0

#include "connection_call.hpp"

#include <algorithm>
#include <utility>

#include "../../actors/process.hpp"

namespace agner::ssl::internal {

term failed(term reason) { return tuple("error"_atom, std::move(reason)); }

void answer(const reference& to, const term& with) { send(to, tuple(to, with)); }

task<term> call_connection(pid process, term what) {
  if (process == pid{}) co_return failed("closed"_atom);
  const receive_marker from = mark();
  const reference ref = monitor(process, {.alias = alias_mode::reply_demonitor});
  send(process, connection_call{ref, std::move(what)});
  co_return co_await receive_from(from, on(match(ref, any<term>), [](term given) { return given; }),
                                  on(match("DOWN"_atom, ref, _, _, _), [] { return failed("closed"_atom); }));
}

term time_term(std::chrono::milliseconds time) {
  return time == infinity ? term("infinity"_atom) : term(std::max<std::int64_t>(time.count(), 0));
}

std::optional<std::chrono::milliseconds> time_in(const term& of) {
  const auto count = of.to_int64();
  return count ? std::optional{std::chrono::milliseconds{*count}} : std::nullopt;
}

} // namespace agner::ssl::internal
