// SPDX-License-Identifier: Apache-2.0
// What tests of processes ask again and again: which messages came, why a process ended, how often something was destroyed.

#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include <agner/actors/process.hpp>

namespace agner::test {

/// All messages, until none comes for a millisecond: on a deterministic node, until every process waits.
inline task<std::vector<term>> flush() {
  std::vector<term> all;
  for (bool more = true; more;)
    more = co_await receive(
        [&](term message) {
          all.push_back(std::move(message));
          return true;
        },
        after(std::chrono::milliseconds{1}, [] { return false; }));
  co_return all;
}

/// Waits for the DOWN of @p monitor and gives its reason.
inline task<term> down_reason(reference monitor) {
  co_return co_await receive(
      on(match("DOWN"_atom, std::move(monitor), "process"_atom, _, any<term>), [](term why) { return why; }));
}

/// Why a process that runs `f(arguments...)` ends.
template <class F, class... Arguments>
task<term> exit_reason_of(F f, Arguments... arguments) {
  co_return co_await down_reason(spawn_monitor(std::move(f), std::move(arguments)...).monitor);
}

/// A process that waits for any message and ends.
inline task<> until_told() {
  co_await receive([](term) {});
}

/// A process that waits for a message and ends with it as reason.
inline task<> exits_as_told() {
  co_await receive([](term reason) { exit(std::move(reason)); });
}

/// Appends its number to a list when it is destroyed.
class death_note {
public:
  death_note(std::vector<int>& into, int number) noexcept : into_(&into), number_(number) {}
  death_note(death_note&& other) noexcept : into_(std::exchange(other.into_, nullptr)), number_(other.number_) {}
  death_note& operator=(death_note&&) = delete;
  ~death_note() {
    if (into_ != nullptr) into_->push_back(number_);
  }

private:
  std::vector<int>* into_;
  int number_;
};

} // namespace agner::test
