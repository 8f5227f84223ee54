// SPDX-License-Identifier: Apache-2.0
// What a connection does with bytes: encrypts and sends what is queued, reads and gives out what comes, and finds out how it ends.

#include <array>
#include <utility>

#include "../../actors/gen_tcp_stream.hpp"
#include "connection.hpp"
#include "limits.hpp"
#include "lingering_close.hpp"

namespace agner::ssl::internal {
namespace {

/// Steps of reading before messages and other processes get their turn.
constexpr int steps_in_a_row_max = 32;

} // namespace

void connection::work() {
  if (phase_ == phase::shaking && !asked_verifier_ && !asked_name_) shake_hands();
  if (phase_ == phase::open || phase_ == phase::closing || phase_ == phase::leaving) write_out();
  if (phase_ == phase::open) more_ = read_in();
  // What waited for a renegotiation that has just ended can be encrypted now.
  if (phase_ == phase::open && !outgoing_.empty() && wire_->unsent() == 0 && !wire_->tls().rekeying()) more_ = true;
  if (phase_ == phase::open) tell_renegotiated();
  if (phase_ == phase::leaving) leave();
  if (phase_ != phase::ended) ask_for_readiness();
}

// -- output -------------------------------------------------------------------------------------------------------------------------

void connection::write_out() {
  encrypt_sends();
  if (wire_->output_ended()) {
    // Why it ended reading may tell: an alert of the peer says more than a reset.
    may_read_ = true;
    end_sends("closed"_atom);
  }
  if (outgoing_.empty() && shutdown_) finish_shutdown();
  if (phase_ == phase::closing) finish_close();
}

/// Encrypts what is queued as far as ciphertext may wait; whoever's bytes are encrypted is told.
void connection::encrypt_sends() {
  send_queue::pieces room;
  while (wire_->flush() && !outgoing_.empty()) {
    const auto pieces = outgoing_.front(room, output_high_watermark);
    std::size_t offered = 0;
    for (const auto& piece : pieces)
      offered += piece.size();
    const auto taken = wire_->tls().write(pieces).bytes;
    for (const reference& by : outgoing_.consume(taken))
      answer(by, "ok"_atom);
    if (taken < offered) break; // the peer renegotiates, or it has failed: reading goes on from here
  }
  wire_->flush();
}

void connection::end_sends(const term& reason) {
  for (const reference& by : outgoing_.clear())
    answer(by, failed(reason));
}

/// Ends the output once all is out. As in OTP, close_notify is sent only where both directions end. @source OTP 25 lib/ssl, ssl_gen_statem: shutdown
void connection::finish_shutdown() {
  if (shutdown_->how == shutdown_how::read_write) wire_->tls().close_write();
  if (!wire_->flush()) return;
  const auto what = *std::exchange(shutdown_, std::nullopt);
  answer(what.by, to_term(wire_->below().shutdown(what.how)));
  may_read_ = true;
}

/// Ends the process once all is out, or cannot go out.
void connection::finish_close() {
  if (wire_ && phase_ == phase::closing) {
    const bool stuck = wire_->tls().rekeying() || wire_->tls().status() != engine_status::open;
    if (!outgoing_.empty() && !stuck) return;
    end_sends("closed"_atom);
    wire_->tls().close_write();
    if (!wire_->flush()) return;
    close_lingering(std::move(wire_));
  }
  for (const reference& by : std::exchange(closers_, {}))
    answer(by, "ok"_atom);
  phase_ = phase::ended;
}

// -- back to TCP --------------------------------------------------------------------------------------------------------------------

/// Says that TLS ends once all is out, and drops what the peer sent before it said so too.
void connection::leave() {
  auto& tls = wire_->tls();
  if (!outgoing_.empty()) return;
  tls.close_write();
  if (!wire_->flush()) return;
  for (int steps = 0; steps < steps_in_a_row_max; ++steps) {
    std::array<std::byte, 4096> dropped;
    if (tls.read(dropped).bytes != 0) continue;
    if (tls.status() != engine_status::open) return hand_over();
    may_read_ = wire_->fill(read_bytes);
    if (!may_read_) return;
  }
  more_ = true;
}

/// What came behind the peer's last word belongs to the TCP socket already. It is passive, as OTP's.
void connection::hand_over() {
  const auto next = *std::exchange(successor_, std::nullopt);
  const bool orderly = wire_->tls().status() == engine_status::closed && !wire_->tls().truncated();
  auto below = orderly ? gen_tcp::internal::take_stream(wire_->below()) : std::nullopt;
  phase_ = phase::ended;
  if (!below) return answer(next.by, failed(orderly ? "enotsup"_atom.value() : "closed"_atom.value()));
  auto rest = wire_->tls().take_rest();
  rest.insert(rest.end(), below->unread.begin(), below->unread.end());
  below->unread = std::move(rest);
  wire_.reset();
  below->options = {.active = false, .mode = inet::mode::binary};
  answer(next.by, tuple("ok"_atom, to_term(gen_tcp::internal::attach(*std::move(below), next.process))));
}

// -- input --------------------------------------------------------------------------------------------------------------------------

/// True: there is more to do at once.
bool connection::read_in() {
  for (int steps = 0; phase_ == phase::open; ++steps) {
    if (steps == steps_in_a_row_max) return true;
    if (give_out()) continue;
    if (incoming_.is_spoilt()) return spoil(), false;
    if (!incoming_.wants_bytes() || !(decrypt() || fill())) return false;
  }
  return false;
}

/// Gives one message or packet to who is to have it, if it is complete.
bool connection::give_out() {
  auto one = incoming_.next();
  if (!one) return false;
  if (one->to) {
    if (one->to->timer) cancel_timer(*one->to->timer);
    answer(one->to->by, tuple("ok"_atom, std::move(one->data)));
  } else {
    to_owner(tuple("ssl"_atom, handle_, std::move(one->data)));
  }
  if (one->turned_passive) to_owner(tuple("ssl_passive"_atom, handle_));
  return true;
}

/// Decrypts what the engine has. True: something came, be it the end.
bool connection::decrypt() {
  if (!undecrypted_) return false;
  const auto got = wire_->tls().read(incoming_.room());
  incoming_.filled(got.bytes);
  if (got.bytes != 0) return true;
  undecrypted_ = false;
  if (wire_->tls().status() == engine_status::open) return false;
  finish(wire_->tls().reason());
  return true;
}

bool connection::fill() {
  if (!may_read_) return false;
  const bool came = wire_->fill(read_bytes);
  may_read_ = came && !wire_->drained();
  undecrypted_ = came;
  return came;
}

void connection::ask_for_readiness() {
  incoming_.shrink();
  if (!wire_) return;
  const auto ask = [this](transport::direction what, atom name, bool& asked) {
    if (!std::exchange(asked, true)) wire_->below().notify(what, self(), tuple("$ready"_atom, readable_, name));
  };
  const bool waits = phase_ == phase::shaking ? !asked_verifier_ && !asked_name_
                     : phase_ == phase::open  ? incoming_.wants_bytes()
                                              : phase_ == phase::leaving;
  if (waits && !may_read_) ask(transport::direction::input, "input"_atom, asked_input_);
  // What reading made the engine say, answers to new keys, goes out too.
  if (!wire_->flush()) ask(transport::direction::output, "output"_atom, asked_output_);
}

// -- the end ------------------------------------------------------------------------------------------------------------------------

/// The peer closed, or the connection failed: nothing more goes in or out. What came before is still given out.
void connection::finish(term reason) {
  reason_ = std::move(reason);
  log_alert(reason_);
  phase_ = phase::over;
  end_sends(reason_);
  if (renegotiated_for_) answer(*std::exchange(renegotiated_for_, std::nullopt), failed("renegotiation_rejected"_atom));
  if (shutdown_) answer(std::exchange(shutdown_, std::nullopt)->by, failed("closed"_atom));
  wire_->tls().close_write();
  wire_->flush();
  // Only TLS may be at its end, and TCP be asked for: see begin_downgrade.
  const bool may_go_on =
      reason_.is("closed"_atom) && !wire_->tls().truncated() && !incoming_.is_active() && !output_shut_;
  if (!may_go_on) close_lingering(std::move(wire_));
  settle();
}

/// Gives out what is left, then why it ended: to the owner in active mode, to everybody who asks in passive mode, until the reason has been known for a while.
/// @source OTP 25 lib/ssl, ssl_gen_statem: alert_user
void connection::settle() {
  while (give_out()) {
  }
  if (incoming_.is_active()) {
    const bool orderly = reason_.is("closed"_atom);
    to_owner(orderly ? tuple("ssl_closed"_atom, handle_) : tuple("ssl_error"_atom, handle_, reason_));
    phase_ = phase::ended;
    return;
  }
  while (const auto waiter = incoming_.take_waiter()) {
    if (waiter->timer) cancel_timer(*waiter->timer);
    answer(waiter->by, failed(reason_));
    if (wire_) close_lingering(std::move(wire_));
    if (!timer_) timer_ = arm(reason_time);
  }
}

/// A packet is too long: the rest of the stream cannot be understood.
void connection::spoil() { finish(tuple("invalid_packet"_atom, incoming_.unread_data())); }

} // namespace agner::ssl::internal
