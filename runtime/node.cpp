// SPDX-License-Identifier: Apache-2.0

#include "node.hpp"

#include <openssl/rand.h>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "internal/name_registry.hpp"
#include "internal/process_table.hpp"
#include "internal/thread_state.hpp"
#include "internal/timer_service.hpp"
#include "process_core.hpp"
#include "signal.hpp"
#include "term_builders.hpp"

namespace agner {

using internal::signal_kind;
using namespace std::chrono_literals;

namespace {

// Nodes that live in this OS process, found by the incarnation in a pid. Few; most programs have one, which is the first.
constexpr std::size_t local_nodes_max = 1024;
struct local_node {
  std::atomic<std::uint32_t> identity{0};
  std::atomic<node*> at{nullptr};
};
std::array<local_node, local_nodes_max> local_nodes;
std::atomic<std::size_t> local_nodes_used{0}; // entries ever used
std::mutex local_nodes_mutex;                 // held while entries change

void add_local(incarnation identity, node* at) {
  const std::lock_guard lock{local_nodes_mutex};
  for (std::size_t i = 0; i < local_nodes_max; ++i) {
    if (local_nodes[i].identity.load() != 0) continue;
    local_nodes[i].at.store(at);
    local_nodes[i].identity.store(identity.index(), std::memory_order_release);
    if (i >= local_nodes_used.load()) local_nodes_used.store(i + 1, std::memory_order_release);
    return;
  }
  raise_error("system_limit"_atom);
}

void remove_local(incarnation identity) noexcept {
  const std::lock_guard lock{local_nodes_mutex};
  for (local_node& entry : local_nodes) {
    if (entry.identity.load() != identity.index()) continue;
    entry.identity.store(0);
    entry.at.store(nullptr); // after identity, see node::local
    return;
  }
}

// Creations 1 to 3 are those of old nodes, 0 means "any". @source OTP 25 erl_epmd:create_creation/0
std::uint32_t fresh_creation() {
  std::uint32_t creation = 0;
  while (creation < 4)
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&creation), sizeof creation) != 1) raise_error("no_entropy"_atom);
  return creation;
}

} // namespace

std::size_t internal::next_service_place() noexcept {
  static std::atomic<std::size_t> places{0};
  return places.fetch_add(1, std::memory_order_relaxed);
}

namespace {

// Numbers for references: each thread takes a block, so that making one touches nothing shared.
std::uint64_t next_unique() noexcept {
  constexpr std::uint64_t block = 1024;
  static std::atomic<std::uint64_t> blocks{1};
  static thread_local std::uint64_t next = 0;
  static thread_local std::uint64_t end = 0;
  if (next == end) {
    next = blocks.fetch_add(1, std::memory_order_relaxed) * block;
    end = next + block;
  }
  return next++;
}

} // namespace

struct node::parts {
  std::mutex mutex; // guards made
  std::map<const void*, std::shared_ptr<void>> made;
  std::vector<const void*> order;
  mutable std::mutex monitoring; // guards monitor
  std::optional<system_monitor_settings> monitor;
};

node::node(node_options options)
    : scheduler_(options.scheduler ? std::move(options.scheduler) : scheduler::process_wide()),
      identity_(atom{options.name}, fresh_creation()),
      table_(std::make_unique<internal::process_table>(*this, identity_, options.processes_max)),
      names_(std::make_unique<internal::name_registry>()),
      parts_(std::make_unique<parts>()) {
  add_local(identity_, this);
  try {
    for (auto& s : options.services) {
      s->start(*this);
      services_.push_back(std::move(s));
    }
  } catch (...) {
    halt();
    throw;
  }
}

node::~node() { halt(); }

void node::halt() noexcept {
  halting_.store(true, std::memory_order_release);
  while (!services_.empty()) {
    services_.back()->stop(*this);
    services_.pop_back();
  }
  table_->refuse();
  scheduler_->quiesce(); // what is being spawned is open now, so that it is killed with the rest
  for (const pid& p : processes())
    exit(p, "kill"_atom);
  scheduler_->wait_until([](void* self) { return static_cast<node*>(self)->process_count() == 0; }, this);
  remove_local(identity_);
  for (auto& known : known_services_)
    known.store(nullptr);
  while (!parts_->order.empty()) {
    parts_->made.erase(parts_->order.back());
    parts_->order.pop_back();
  }
  scheduler_->quiesce();
}

node* node::local(incarnation identity) noexcept {
  if (const auto* here = internal::this_thread().process; here != nullptr && here->home().identity() == identity)
    return &here->home();
  const std::size_t used = local_nodes_used.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < used; ++i) {
    const local_node& entry = local_nodes[i];
    if (entry.identity.load(std::memory_order_acquire) != identity.index() || identity.index() == 0) continue;
    node* const found = entry.at.load(std::memory_order_acquire);
    // An identity never comes back: if it still stands here, what was read is its node and not that of a successor in this entry.
    return entry.identity.load(std::memory_order_relaxed) == identity.index() ? found : nullptr;
  }
  return nullptr;
}

// -- signals --------------------------------------------------------------------------------------------------------------------------

bool node::push(const pid& local, internal::heap_node* signal) noexcept {
  internal::process_core* const to = table_->slot(local.id);
  if (to != nullptr && to->serial() == local.serial) {
    switch (to->arrivals().push(signal, local.serial)) {
    case internal::inbox::pushed::queued: return true;
    case internal::inbox::pushed::woke: scheduler_->enqueue(*to); return true;
    case internal::inbox::pushed::limited:
      switch (to->push_limited(signal, local.serial)) {
      case internal::inbox::pushed::woke: scheduler_->enqueue(*to); return true;
      case internal::inbox::pushed::nobody: break;
      default: return true;
      }
      break;
    case internal::inbox::pushed::nobody: break;
    }
  }
  internal::free_signal(signal);
  return false;
}

namespace {

internal::signal_priority urgency_of(send_options how) noexcept {
  return how.priority ? internal::signal_priority::high : internal::signal_priority::normal;
}

// Sends to another node. A process whose peer is past its budget goes on only when that has drained.
void send_away(node& from, const term& to, term&& message, send_options how) {
  class router* const out = from.router();
  if (out == nullptr) return;
  auto* const here = internal::this_thread().process;
  const bool ours = here != nullptr && &here->home() == &from;
  switch (out->send(ours ? here->self() : pid{}, to, std::move(message), how)) {
  case routed::busy:
    if (ours) here->suspend();
    break;
  case routed::too_large: raise_error("system_limit"_atom);
  default: break;
  }
}

} // namespace

void node::send(const term& to, term message, send_options how) {
  if (const auto p = to.to_pid()) {
    if (is_local(*p))
      push(*p, internal::message_node(std::move(message)));
    else
      send_away(*this, to, std::move(message), how);
    return;
  }
  if (const auto name = to.to_atom()) {
    if (const auto who = whereis(*name)) push(*who, internal::message_node(std::move(message)));
    return;
  }
  if (to.is_reference()) {
    const reference alias = to.as_reference();
    if (alias.home() != identity_) return send_away(*this, to, std::move(message), how);
    internal::signal* s = internal::new_signal(signal_kind::alias_message, urgency_of(how));
    s->ref = alias;
    s->value = std::move(message);
    return push_by_alias(alias, s);
  }
  if (to.is_tuple() && to.size() == 2 && to[0].is_atom() && to[1].is_atom()) {
    if (to[1].is(name())) return send(to[0], std::move(message));
    send_away(*this, to, std::move(message), how);
    return;
  }
  raise_error("badarg"_atom);
}

// The reference names the slot; whether the alias is active the process knows that lives there.
void node::push_by_alias(const reference& alias, internal::signal* s) noexcept {
  std::array<std::uint32_t, reference::words_max> words{};
  internal::process_core* const to = alias.words(words) == 3 ? table_->slot(words[2]) : nullptr;
  switch (to == nullptr ? internal::inbox::pushed::nobody : to->arrivals().push_any(s)) {
  case internal::inbox::pushed::queued: break;
  case internal::inbox::pushed::woke: scheduler_->enqueue(*to); break;
  default: internal::free_signal(s); break;
  }
}

void node::exit(const pid& to, const term& reason, const pid& from) {
  if (!is_local(to)) {
    if (class router* out = router()) out->exit(from, to, reason, {});
    return;
  }
  internal::signal* s = internal::new_signal(signal_kind::exit);
  s->from = from;
  s->value = reason;
  push(to, s);
}

void node::exit(const reference& alias, const term& reason, const pid& from, send_options how) {
  if (alias.home() != identity_) {
    if (class router* out = router()) out->exit(from, alias, reason, how);
    return;
  }
  internal::signal* s = internal::new_signal(signal_kind::exit, urgency_of(how));
  s->from = from;
  s->ref = alias;
  s->value = reason;
  push_by_alias(alias, s);
}

void node::answer_for_nobody(const pid& nobody, const internal::signal& what) noexcept {
  class router* const out = router();
  const bool local = is_local(what.from);
  const auto tell = [&](signal_kind kind, term ref, term value) {
    internal::signal* s = internal::new_signal(kind);
    s->from = nobody;
    s->ref = std::move(ref);
    s->value = std::move(value);
    s->number = what.number;
    push(what.from, s);
  };
  switch (what.what()) {
  case signal_kind::link:
    if (local)
      tell(signal_kind::link_exit, {}, "noproc"_atom);
    else if (out != nullptr)
      out->link_exit(nobody, what.from, "noproc"_atom);
    break;
  case signal_kind::request:
  case signal_kind::monitor:
    if (local)
      tell(signal_kind::down, what.ref, "noproc"_atom);
    else if (const auto ref = what.ref.to_reference(); ref && out != nullptr)
      out->down(nobody, what.value, what.from, *ref, "noproc"_atom);
    break;
  case signal_kind::unlink:
    if (local)
      tell(signal_kind::unlink_ack, {}, {});
    else if (out != nullptr)
      out->unlink_ack(nobody, what.from, what.number);
    break;
  case signal_kind::ask:
    if (local)
      tell(signal_kind::answer, {},
           internal::process_core::answer_of_nobody(static_cast<internal::question_kind>(what.number)));
    break;
  case signal_kind::spawned: // for one that is gone; what is tied to it ends as if it had just found nobody
    if (out != nullptr && (what.number & internal::spawned_linked) != 0)
      out->link_exit(nobody, what.from, "noproc"_atom);
    if (const auto ref = what.ref.to_reference();
        out != nullptr && ref && (what.number & internal::spawned_monitored) != 0)
      out->demonitor(nobody, what.from, *ref);
    break;
  case signal_kind::held_back: tell(signal_kind::resume, {}, {}); break;
  default: break;
  }
}

// -- names, references, counts ----------------------------------------------------------------------------------------------------------

bool node::keep_for(const pid& local) noexcept {
  internal::process_core* const of = is_local(local) ? table_->slot(local.id) : nullptr;
  if (of == nullptr || of->serial() != local.serial) return false;
  of->keep(); // in one order with the look at the inbox, and with its closing before the process looks here
  return of->arrivals().is_open(local.serial);
}

bool node::is_alive(const pid& local) const noexcept { return is_local(local) && table_->is_alive(local); }
std::size_t node::process_count() const noexcept { return table_->count(); }
std::vector<pid> node::processes() const { return table_->pids(); }

result<> node::register_name(atom name, const pid& of) {
  if (!is_alive(of)) return fail("badarg"_atom);
  auto added = names_->add(name, of);
  // A process closes before it forgets its name: if it is still open now, it will see the name.
  if (added && !is_alive(of)) {
    names_->forget(of);
    return fail("badarg"_atom);
  }
  return added;
}

result<> node::unregister_name(atom name) { return names_->remove(name); }
std::optional<pid> node::whereis(atom name) const { return names_->find(name); }
std::vector<atom> node::registered() const { return names_->names(); }

// -- timers -----------------------------------------------------------------------------------------------------------------------------

namespace {

// When a timer is due. @source OTP 25 erl_hl_timer.c: what is refused
clock::time_point due_time(const scheduler& on, const internal::timer_service& timers, std::chrono::milliseconds time,
                           timer_time meant) {
  const clock::time_point now = on.time().now();
  const auto least = meant == timer_time::relative
                         ? std::chrono::milliseconds{0}
                         : std::chrono::floor<std::chrono::milliseconds>(timers.origin().time_since_epoch());
  const auto most =
      meant == timer_time::relative
          ? internal::timer_service::time_max
          : std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()) + internal::timer_service::time_max;
  if (time < least || time > most) raise_error("badarg"_atom);
  return meant == timer_time::relative ? now + time : clock::time_point{time};
}

} // namespace

reference node::start_timer(std::chrono::milliseconds time, const term& to, term message, timer_message form,
                            timer_time meant) {
  const auto target = to.to_pid();
  if (!to.is_atom() && (!target || !is_local(*target))) raise_error("badarg"_atom);
  internal::timer_service& timers = scheduler_->timers();
  const clock::time_point at = due_time(*scheduler_, timers, time, meant);
  reference ref = timers.start_message(at, identity_, to, std::move(message), form);
  if (!target) return ref;
  // A process closes before it looks whether it has timers: if it is still open now, it will see that it has.
  internal::process_core* const whose = table_->slot(target->id);
  if (whose != nullptr) whose->expect_timers();
  if (whose == nullptr || !whose->arrivals().is_open(target->serial)) timers.forget(*target);
  return ref;
}
std::optional<std::chrono::milliseconds> node::cancel_timer(const reference& timer) {
  return scheduler_->timers().cancel(timer);
}
std::optional<std::chrono::milliseconds> node::read_timer(const reference& timer) const {
  return scheduler_->timers().left(timer);
}

// -- system monitor -----------------------------------------------------------------------------------------------------------------------

std::optional<system_monitor_settings> node::system_monitor() const {
  const std::lock_guard lock{parts_->monitoring};
  if (parts_->monitor && !is_alive(parts_->monitor->to)) parts_->monitor.reset();
  return parts_->monitor;
}

std::optional<system_monitor_settings> node::system_monitor(const std::optional<system_monitor_settings>& next) {
  if (next && (!is_alive(next->to) || next->long_schedule.value_or(0ms) < 0ms)) raise_error("badarg"_atom);
  auto before = system_monitor();
  const std::lock_guard lock{parts_->monitoring};
  parts_->monitor = next;
  if (next && next->long_schedule == 0ms) parts_->monitor->long_schedule = 1ms; // as in OTP 25
  return before;
}

reference node::make_reference(std::uint32_t alias_slot) const { return {next_unique(), alias_slot, identity_}; }

std::shared_ptr<void> node::service_of(const void* key, std::shared_ptr<void> (*make)(node&)) {
  const std::lock_guard lock{parts_->mutex};
  auto& at = parts_->made[key];
  if (!at) {
    at = make(*this);
    parts_->order.push_back(key);
  }
  return at;
}

} // namespace agner
