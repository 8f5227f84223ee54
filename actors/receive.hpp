// SPDX-License-Identifier: Apache-2.0
// receive: waits for the first message that one of its clauses takes. Messages that none takes stay in the mailbox, in order. Mechanism: docs/receive.md.

#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <source_location>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "../runtime/process_core.hpp"
#include "clause.hpp"
#include "task.hpp"

namespace agner {

/// Where a receive begins to look: nothing that came before the marker can be what it waits for. @see receive_from
class receive_marker {
public:
  receive_marker() noexcept = default;
  explicit receive_marker(const internal::mailbox& at) noexcept : pushed_(at.pushed()), set_(true) {}
  /// The first message to look at.
  [[nodiscard]] std::uint32_t start(const internal::mailbox& in) const noexcept {
    return set_ ? in.first_since(pushed_) : 0;
  }

private:
  std::uint32_t pushed_ = 0;
  bool set_ = false;
};

namespace internal {

template <class... Clauses>
class receive_operation final : public waiter {
  static constexpr std::uint32_t count = sizeof...(Clauses);
  static constexpr std::uint32_t none = count;
  template <std::size_t I>
  using clause = std::tuple_element_t<I, std::tuple<Clauses...>>;
  static constexpr bool has_after = count > 0 && is_after<clause<count - 1>>;
  static_assert((std::size_t{is_after<Clauses>} + ... + 0) == (has_after ? 1 : 0),
                "`after` is the last clause, and the only one of its kind");
  static constexpr std::size_t message_clauses = has_after ? count - 1 : count;

  using value = std::common_type_t<awaited_t<typename Clauses::result>...>;
  static_assert(((std::is_void_v<awaited_t<typename Clauses::result>> == std::is_void_v<value>) && ...),
                "all clauses of a receive give a value, or none does");
  static constexpr bool any_coroutine = (is_task<typename Clauses::result> || ...);

public:
  template <class... Given>
  explicit receive_operation(receive_marker from, Given&&... given)
      : clauses_(std::forward<Given>(given)...), from_(from) {}
  receive_operation(const receive_operation&) = delete;
  receive_operation& operator=(const receive_operation&) = delete;

  /// Where it is awaited, for the stack of what a clause that is a coroutine raises.
  receive_operation&& awaited_at([[maybe_unused]] const std::source_location& at) && noexcept {
    if constexpr (any_coroutine) at_.value = at;
    return std::move(*this);
  }

  bool await_ready() {
    process_core& self = current_process();
    self_ = &self;
    const bool turn_left = self.spend(1);
    if (!self.take_signals_now_and_then()) return false;
    next_ = from_.start(self.messages());
    if (!scan(self)) {
      if (!self.take_signals()) return false;
      if (!scan(self) && !zero_timeout()) return false;
    }
    return turn_left && !chose_coroutine();
  }

  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) {
    awaiting_ = awaiting;
    process_core& self = *self_;
    if (chosen_ == none) {
      if constexpr (has_after) {
        const auto time = std::get<count - 1>(clauses_).time();
        if (time != infinity) self.arm_timeout(time);
      }
      self.park(this, awaiting);
    } else if (self.spend(0)) {
      return start_coroutine(); // something was chosen, there is time left: it is a coroutine
    } else {
      self.park(this, awaiting);
    }
    return std::noop_coroutine();
  }

  value await_resume() {
    if constexpr (any_coroutine) {
      if (chose_coroutine()) return finish(std::make_index_sequence<count>{});
    }
    return call(std::make_index_sequence<count>{});
  }

  bool poll(process_core& self) override {
    if (chosen_ == none && !scan(self)) {
      if constexpr (has_after) {
        if (!self.timed_out() && !zero_timeout()) return false;
        chosen_ = count - 1;
      } else {
        return false;
      }
    }
    if constexpr (has_after) self.disarm_timeout();
    if (chose_coroutine()) self.resume_at(start_coroutine());
    return true;
  }

private:
  // Looks at the messages from next_ on. True: one was taken.
  bool scan(process_core& self) {
    mailbox& messages = self.messages();
    if (messages.take_rewound()) next_ = 0;
    return next_ < messages.size() && look(self);
  }
  // Apart, so that finding nothing new costs no call.
  [[gnu::noinline]] bool look(process_core& self) {
    mailbox& messages = self.messages();
    const auto filters = filters_of(std::make_index_sequence<message_clauses>{});
    for (; next_ < messages.size(); ++next_) {
      const mailbox::entry& entry = messages[next_];
      if (!choose(entry, filters, std::make_index_sequence<message_clauses>{})) continue;
      message_ = messages.take(next_);
      return true;
    }
    return false;
  }

  template <std::size_t... I>
  [[nodiscard]] std::array<message_filter, message_clauses> filters_of(std::index_sequence<I...>) const {
    return {std::get<I>(clauses_).filter()...};
  }

  template <std::size_t... I>
  bool choose(const mailbox::entry& entry, const std::array<message_filter, message_clauses>& filters,
              std::index_sequence<I...>) {
    return ((filters[I].passes(entry.key) && std::get<I>(clauses_).take(entry.message) && (chosen_ = I, true)) || ...);
  }

  bool zero_timeout() {
    if constexpr (has_after) {
      if (std::get<count - 1>(clauses_).time().count() > 0) return false;
      chosen_ = count - 1;
      return true;
    }
    return false;
  }

  [[nodiscard]] bool chose_coroutine() const noexcept {
    if constexpr (!any_coroutine)
      return false;
    else
      return chosen_ != none && is_coroutine[chosen_];
  }

  std::coroutine_handle<> start_coroutine() {
    if constexpr (any_coroutine)
      return start_chosen(std::make_index_sequence<count>{});
    else
      return std::noop_coroutine();
  }
  template <std::size_t... I>
  std::coroutine_handle<> start_chosen(std::index_sequence<I...>) {
    std::coroutine_handle<> first = awaiting_;
    (void)((I == chosen_ && (start_one<I>(first), true)) || ...);
    return first;
  }
  template <std::size_t I>
  void start_one(std::coroutine_handle<>& first) {
    using result = typename clause<I>::result;
    if constexpr (is_task<result>) {
      try {
        auto& running = running_.template emplace<result>(std::get<I>(clauses_).invoke());
        running.coroutine().promise().continue_with(awaiting_);
        first = running.coroutine();
      } catch (...) { // a callable that raised before it returned its task
        running_.template emplace<std::exception_ptr>(std::current_exception());
      }
    }
  }

  template <std::size_t... I>
  value finish(std::index_sequence<I...>) {
    if (const auto* failure = std::get_if<std::exception_ptr>(&running_)) std::rethrow_exception(*failure);
    return by_index<0>([this](auto index) -> value {
      using result = typename clause<decltype(index)::value>::result;
      if constexpr (is_task<result>)
        return std::get<result>(running_).coroutine().promise().take(at_.value);
      else
        __builtin_unreachable();
    });
  }
  template <std::size_t... I>
  value call(std::index_sequence<I...>) {
    return by_index<0>([this](auto index) -> value {
      using result = typename clause<decltype(index)::value>::result;
      if constexpr (!is_task<result>)
        return std::get<decltype(index)::value>(clauses_).invoke();
      else
        __builtin_unreachable();
    });
  }
  template <std::size_t I, class F>
  value by_index(F&& f) {
    if constexpr (I + 1 < count) {
      if (chosen_ != I) return by_index<I + 1>(std::forward<F>(f));
    }
    return f(std::integral_constant<std::size_t, I>{});
  }

  static constexpr std::array<bool, count> is_coroutine{is_task<typename Clauses::result>...};

  // Which task types the clauses have, each once.
  template <class Seen, class... Rest>
  struct tasks_of {
    using type = Seen;
  };
  template <class... Seen, class First, class... Rest>
  struct tasks_of<std::variant<Seen...>, First, Rest...> {
    static constexpr bool add = is_task<First> && !(std::is_same_v<First, Seen> || ...);
    using type =
        typename tasks_of<std::conditional_t<add, std::variant<Seen..., First>, std::variant<Seen...>>, Rest...>::type;
  };
  using running_tasks =
      std::conditional_t<any_coroutine,
                         typename tasks_of<std::variant<std::exception_ptr>, typename Clauses::result...>::type,
                         std::monostate>;

  // Destroyed from the last to the first: the running clause goes before what it may refer to.
  std::tuple<Clauses...> clauses_;
  term message_;
  receive_marker from_;
  std::uint32_t next_ = 0; // in the mailbox: what comes before was looked at
  std::uint32_t chosen_ = none;
  process_core* self_ = nullptr;
  std::coroutine_handle<> awaiting_;
  struct place {
    std::source_location value;
  };
  struct no_place {};
  [[no_unique_address]] std::conditional_t<any_coroutine, place, no_place> at_;
  [[no_unique_address]] running_tasks running_;
};

} // namespace internal

/// Waits for the first message that a clause takes; of several clauses the first that takes it counts. The clause's value is the value of the receive.
///
/// A clause is a callable with one parameter (a `term` takes everything, a mapped type its own messages), `on(match(...), callable)`, or, last, `after(time, callable)`.
/// @returns  an awaitable to be awaited at once; it refers to no argument
/// @errors   raises what the clause raises, and `not_a_process`  awaited outside a process
/// @context  a process
/// @erlang   receive
template <class... Clauses>
[[nodiscard]] auto receive(Clauses&&... clauses) {
  return internal::receive_operation<internal::clause_of<Clauses>...>{
      receive_marker{}, internal::to_clause(std::forward<Clauses>(clauses))...};
}

/// As receive, but does not look at messages that came before @p from. For replies that carry a reference made since.
template <class... Clauses>
[[nodiscard]] auto receive_from(receive_marker from, Clauses&&... clauses) {
  return internal::receive_operation<internal::clause_of<Clauses>...>{
      from, internal::to_clause(std::forward<Clauses>(clauses))...};
}

/// Where the mailbox of the current process ends now.
inline receive_marker mark() { return receive_marker{internal::current_process().messages()}; }

} // namespace agner
