// SPDX-License-Identifier: Apache-2.0
// The limit on a process' messages, and how it gives back memory. Mechanisms: docs/message-queue-limits.md, docs/hibernation.md.

#include <algorithm>

#include "error.hpp"
#include "internal/process_extras.hpp"
#include "internal/process_table.hpp"
#include "internal/queue_limit.hpp"
#include "internal/relations.hpp"
#include "internal/thread_state.hpp"
#include "node.hpp"
#include "process_core.hpp"
#include "reasons.hpp"

namespace agner::internal {

using room = queue_limit::room;

queue_limit& process_core::limit() const noexcept { return home().table().limit(index_); }

void process_core::limit_messages(const message_queue_limit& to) {
  if (to.messages_max == 0 || to.messages_max > queue_limit::messages_most) raise_error(reasons::badarg);
  home().table().make_limit(index_).set(serial(), mailbox_.taken(), to);
  set_unusual(is_limited, true);
}

// -- by the sender: any thread ----------------------------------------------------------------------------------------------------------

inbox::pushed process_core::push_limited(heap_node* what, std::uint32_t serial) {
  if (what->kind() == node_kind::signal) {
    auto& s = static_cast<signal&>(*what);
    return s.what() == signal_kind::request ? push_request(s, serial) : inbox_.push_limited(what, serial);
  }
  queue_limit& of = limit();
  const room found = of.arrive(serial, mailbox_.taken());
  if (found == room::nobody) return inbox::pushed::nobody;
  if (found != room::free && of.past_it() == queue_overflow::drop_newest) {
    free_signal(what);
    return inbox::pushed::queued;
  }
  if (found != room::free && of.past_it() == queue_overflow::kill)
    return found == room::full ? overflow(what, serial) : (free_signal(what), inbox::pushed::queued);
  const inbox::pushed done = inbox_.push_limited(what, serial);
  process_core* const sender = this_thread().process;
  if (done == inbox::pushed::nobody || found == room::free || of.past_it() != queue_overflow::suspend_sender ||
      sender == nullptr || sender == this || sender->node_ != node_)
    return done;
  sender->suspend();
  signal* s = new_signal(signal_kind::held_back);
  s->from = sender->self();
  const inbox::pushed told = inbox_.push_limited(s, serial);
  if (told == inbox::pushed::nobody) {
    free_signal(s);
    home().push(sender->self(), new_signal(signal_kind::resume));
  }
  return done == inbox::pushed::woke ? done : told == inbox::pushed::nobody ? inbox::pushed::queued : told;
}

// Takes the place of a message that is the first past the limit.
inbox::pushed process_core::overflow(heap_node* message, std::uint32_t serial) {
  signal* s = nullptr;
  try {
    s = new_signal(signal_kind::overflow);
  } catch (...) {
    limit().untell(serial, mailbox_.taken());
    throw;
  }
  const inbox::pushed done = inbox_.push_limited(s, serial);
  free_signal(done == inbox::pushed::nobody ? s : message);
  return done;
}

// A request comes in two: its message may be past the limit, its monitor never is.
inbox::pushed process_core::push_request(signal& what, std::uint32_t serial) {
  heap_node* const message = message_node(std::exchange(what.value, pid{index_ + 1, serial, node_->identity()}));
  what.become(signal_kind::monitor);
  const inbox::pushed watched = inbox_.push_limited(&what, serial);
  const inbox::pushed sent = watched == inbox::pushed::nobody ? watched : push_limited(message, serial);
  if (sent == inbox::pushed::nobody) free_signal(message);
  return watched == inbox::pushed::queued && sent == inbox::pushed::woke ? sent : watched;
}

// -- by the process itself --------------------------------------------------------------------------------------------------------------

// What is not to be done for most processes at the beginning of a turn. False: the process does not go on.
bool process_core::attend() {
  if ((unusual_ & is_limited) != 0) keep_limit();
  if ((unusual_ & begins_again) != 0) begin_again();
  return (unusual_ & is_suspended) == 0;
}

void process_core::keep_limit() {
  const message_queue_limit to = limit().limit();
  if (to.past_it == queue_overflow::drop_oldest && mailbox_.size() > to.messages_max)
    mailbox_.drop_oldest(to.messages_max);
  if (mailbox_.size() <= to.messages_max / 2) let_senders_go();
}

void process_core::let_senders_go() noexcept {
  if (!extras_ || extras_->held_back.empty()) return;
  for (const pid& sender : std::exchange(extras_->held_back, {}))
    home().push(sender, new_signal(signal_kind::resume));
}

void process_core::count_message() { limit().count(serial()); }

// A message by alias says nothing of its sender. The answer to the process' own request always fits.
bool process_core::alias_message_fits(alias_mode mode) {
  const message_queue_limit to = limit().limit();
  if (mode == alias_mode::reply_demonitor || mailbox_.size() < to.messages_max) return true;
  if (to.past_it == queue_overflow::kill) die(reasons::killed, ending::queue_full);
  return to.past_it == queue_overflow::drop_oldest || to.past_it == queue_overflow::suspend_sender;
}

// -- giving back memory -------------------------------------------------------------------------------------------------------------------

namespace {

/// What a process without frames waits for.
class any_message final : public waiter {
public:
  bool poll(process_core& self) override { return self.messages().size() != 0; }
};
constinit any_message until_message;

} // namespace

void process_core::begin_again_with(std::unique_ptr<process_body> next, std::coroutine_handle<> at) {
  extras().next_body = std::move(next);
  set_unusual(begins_again, true);
  yield(at);
}

void process_core::begin_again() {
  set_unusual(begins_again, false);
  destroy_body();
  body_ = extras_->next_body.release();
  waiter_ = &until_message;
  give_back_memory();
}

void process_core::give_back_memory() {
  stop_timer(); // what it fired for would wake the process
  mailbox_.shrink();
  if (relations_) {
    relations_->shrink();
    if (relations_->empty()) relations_.reset();
  }
  if (extras_) {
    extras_->dictionary.shrink();
    if (extras_->empty()) extras_.reset();
  }
}

} // namespace agner::internal
