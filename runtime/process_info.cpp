// SPDX-License-Identifier: Apache-2.0
// What a process says of itself, when it handles the question of another one. Rules: OTP 25, erl_bif_info.c (process_info) and the manual of erlang:process_info/2.

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "error.hpp"
#include "internal/name_registry.hpp"
#include "internal/process_actor.hpp"
#include "internal/process_extras.hpp"
#include "internal/process_table.hpp"
#include "internal/queue_limit.hpp"
#include "internal/relations.hpp"
#include "node.hpp"
#include "process_core.hpp"
#include "reasons.hpp"
#include "term_builders.hpp"
#include "term_views.hpp"

namespace agner::internal {

namespace {

atom overflow_name(queue_overflow of) {
  switch (of) {
  case queue_overflow::kill: return "kill"_atom;
  case queue_overflow::drop_newest: return "drop_newest"_atom;
  case queue_overflow::drop_oldest: return "drop_oldest"_atom;
  case queue_overflow::suspend_sender: return "suspend_sender"_atom;
  }
  return reasons::undefined;
}

// What a process runs, as the compiler names the type of its closure.
term code_of(const process_body* body) {
  if (body == nullptr) return reasons::undefined;
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name{
      abi::__cxa_demangle(typeid(*body).name(), nullptr, nullptr, &status), std::free};
  std::string_view text = status == 0 ? name.get() : typeid(*body).name();
  // The template that holds the closure says nothing to whoever asks.
  constexpr std::string_view holder = "coroutine_body<";
  if (const auto at = text.find(holder); at != std::string_view::npos && text.ends_with('>')) {
    text.remove_prefix(at + holder.size());
    text.remove_suffix(1);
  }
  return binary(text);
}

} // namespace

// -- items --------------------------------------------------------------------------------------------------------------------------------

/// One process and its items.
struct process_core::informer {
  process_core& of;
  const term& last_resort;

  struct row {
    atom name;
    term (informer::*value)() const;
  };
  static const std::vector<row>& rows();

  [[nodiscard]] term items(const term& wanted) const {
    if (!wanted.is_list()) {
      term value = item(wanted);
      if (wanted.is("registered_name"_atom) && value.is_nil()) return value; // as in OTP: no pair
      return tuple(wanted, std::move(value));
    }
    std::vector<term> all;
    for (const term& each : wanted.as_list())
      all.push_back(tuple(each, item(each)));
    return list_of(std::move(all));
  }

private:
  [[nodiscard]] const process_extras* extras() const noexcept { return of.extras_.get(); }
  [[nodiscard]] bool sensitive() const noexcept { return extras() != nullptr && extras()->sensitive; }

  [[nodiscard]] term item(const term& wanted) const {
    if (wanted.is_tagged("dictionary"_atom, 2)) {
      const term* const found = of.extras_ && !sensitive() ? of.extras_->dictionary.find(wanted[1]) : nullptr;
      return found == nullptr ? term{reasons::undefined} : *found;
    }
    for (const row& r : rows())
      if (wanted.is(r.name)) return (this->*r.value)();
    return reasons::undefined; // whoever asks has asked is_info_item
  }

  // One term for each entry of a map of bonds.
  template <class Map, class F>
  [[nodiscard]] term bonds(Map relations::* which, F make, const term& tail = {}) const {
    std::vector<term> all;
    if (of.relations_)
      ((*of.relations_).*which).for_each([&](const auto& key, const auto& value) {
        if (auto one = make(key, value)) all.push_back(*std::move(one));
      });
    return list_of(std::move(all), tail);
  }

  [[nodiscard]] term registered_name() const {
    const auto name = of.home().names().name_of(of.self());
    return name ? term{*name} : term{};
  }
  [[nodiscard]] term links() const {
    return bonds(&relations::links, [](const pid& other, const link_state& state) {
      return state.unlinking == 0 ? std::optional{term{other}} : std::nullopt;
    });
  }
  [[nodiscard]] term monitors() const {
    return bonds(&relations::monitors, [](const reference&, const monitor_state& state) {
      return std::optional{tuple("process"_atom, state.object)};
    });
  }
  [[nodiscard]] term monitored_by() const {
    return bonds(&relations::watchers,
                 [](const reference&, const watcher_state& state) { return std::optional{term{state.watcher}}; });
  }
  [[nodiscard]] term aliases() const {
    const term of_monitors = bonds(&relations::monitors, [](const reference& ref, const monitor_state& state) {
      return state.alias ? std::optional{term{ref}} : std::nullopt;
    });
    return bonds(
        &relations::aliases, [](const reference& alias, const alias_state&) { return std::optional{term{alias}}; },
        of_monitors);
  }
  [[nodiscard]] term messages() const {
    std::vector<term> all;
    for (std::size_t i = 0; i < of.mailbox_.size() && !sensitive(); ++i)
      all.push_back(of.mailbox_[i].message);
    return list_of(std::move(all));
  }
  [[nodiscard]] term dictionary() const {
    std::vector<term> all;
    if (of.extras_ && !sensitive())
      of.extras_->dictionary.for_each([&](const term& key, const term& value) { all.push_back(tuple(key, value)); });
    return list_of(std::move(all));
  }
  [[nodiscard]] term message_queue_len() const { return of.mailbox_.size(); }
  // What it would be if it had not been woken for the question.
  [[nodiscard]] term status() const {
    if ((of.unusual_ & is_suspended) != 0) return "suspended"_atom;
    if (of.waiter_ != nullptr) return "waiting"_atom;
    if (of.resume_) return "runnable"_atom;
    return "running"_atom;
  }
  [[nodiscard]] term trap_exit() const { return of.traps_exit(); }
  [[nodiscard]] term priority() const { return priority_name(of.priority()); }
  [[nodiscard]] term group_leader() const {
    const auto leader = of.group_leader();
    return leader ? term{*leader} : last_resort;
  }
  [[nodiscard]] term priority_messages() const { return of.takes_priority_messages(); }
  [[nodiscard]] term reductions() const { return of.reductions(); }
  // The slot and what hangs on it. Frames and the insides of messages are not counted.
  [[nodiscard]] term memory() const {
    std::size_t bytes = sizeof(process_actor) + of.mailbox_.capacity_bytes();
    if (of.relations_) bytes += of.relations_->bytes();
    if (of.extras_) bytes += sizeof(process_extras) + of.extras_->dictionary.bytes();
    return bytes;
  }
  [[nodiscard]] term parent() const { return of.parent_id_ == 0 ? term{reasons::undefined} : term{of.parent()}; }
  [[nodiscard]] term label() const { return of.label().value_or(term{reasons::undefined}); }
  [[nodiscard]] term initial_call() const { return code_of(of.body_); }
  [[nodiscard]] term message_queue_data() const {
    return extras() != nullptr && extras()->message_queue_data ? *extras()->message_queue_data : "on_heap"_atom.value();
  }
  [[nodiscard]] term last_calls() const {
    return extras() != nullptr && extras()->save_calls > 0 ? term{} : term{false};
  }
  [[nodiscard]] term suspending() const { return {}; }
  [[nodiscard]] term message_queue_limit() const {
    if ((of.unusual_ & is_limited) == 0) return "infinity"_atom;
    const auto to = of.limit().limit();
    return tuple(to.messages_max, overflow_name(to.past_it));
  }
};

const std::vector<process_core::informer::row>& process_core::informer::rows() {
  static const std::vector<row> all{
      {"aliases"_atom, &informer::aliases},
      {"dictionary"_atom, &informer::dictionary},
      {"group_leader"_atom, &informer::group_leader},
      {"initial_call"_atom, &informer::initial_call},
      {"label"_atom, &informer::label},
      {"last_calls"_atom, &informer::last_calls},
      {"links"_atom, &informer::links},
      {"memory"_atom, &informer::memory},
      {"message_queue_data"_atom, &informer::message_queue_data},
      {"message_queue_len"_atom, &informer::message_queue_len},
      {"message_queue_limit"_atom, &informer::message_queue_limit},
      {"messages"_atom, &informer::messages},
      {"monitored_by"_atom, &informer::monitored_by},
      {"monitors"_atom, &informer::monitors},
      {"parent"_atom, &informer::parent},
      {"priority"_atom, &informer::priority},
      {"priority_messages"_atom, &informer::priority_messages},
      {"reductions"_atom, &informer::reductions},
      {"registered_name"_atom, &informer::registered_name},
      {"status"_atom, &informer::status},
      {"suspending"_atom, &informer::suspending},
      {"trap_exit"_atom, &informer::trap_exit},
  };
  return all;
}

bool process_core::is_info_item(const term& item) noexcept {
  if (item.is_tagged("dictionary"_atom, 2)) return true;
  return std::ranges::any_of(informer::rows(), [&](const auto& row) { return item.is(row.name); });
}

// -- questions ----------------------------------------------------------------------------------------------------------------------------

void process_core::on_question(const signal& what) {
  const auto kind = static_cast<question_kind>(what.number);
  if (dying_) { // whoever asks waits until it has ended
    signal* later = new_signal(signal_kind::ask);
    later->from = what.from;
    later->number = what.number;
    later->value = what.value;
    home().push(self(), later);
    return;
  }
  term said = answer(kind, what.value);
  if (!home().is_local(what.from)) return; // another node does not wait for it
  signal* s = new_signal(signal_kind::answer);
  s->value = std::move(said);
  home().push(what.from, s);
}

term process_core::answer(question_kind what, const term& detail) {
  switch (what) {
  case question_kind::alive: return true;
  case question_kind::info: return informer{*this, detail[1]}.items(detail[0]);
  case question_kind::group_leader: set_group_leader(detail.as_pid()); return true;
  }
  return answer_of_nobody(what);
}

term process_core::answer_of_nobody(question_kind what) {
  if (what == question_kind::info) return reasons::undefined;
  return false;
}

} // namespace agner::internal
