// SPDX-License-Identifier: Apache-2.0
// The life of a connection, and the calls it answers.

#include "connection.hpp"

#include <utility>

#include "../../actors/hibernate.hpp"
#include "../../actors/packet.hpp"
#include "../../runtime/log.hpp"
#include "../format_error.hpp"
#include "../ssl_socket.hpp"
#include "limits.hpp"
#include "lingering_close.hpp"
#include "live_connections.hpp"

namespace agner::ssl::internal {
namespace {

using std::chrono::milliseconds;

/// Messages taken before bytes are moved: sends that came together go into full records.
constexpr int messages_in_a_row_max = 64;

std::optional<shutdown_how> how_in(const term& name) {
  if (name.is("read"_atom)) return shutdown_how::read;
  if (name.is("write"_atom)) return shutdown_how::write;
  if (name.is("read_write"_atom)) return shutdown_how::read_write;
  return std::nullopt;
}

/// @source OTP 25 lib/ssl, tls_sender: encode_packet
term too_large(int packet, std::size_t bytes) {
  const std::uint64_t most = (std::uint64_t{1} << 8U * static_cast<unsigned>(packet)) - 1;
  return failed(tuple("badarg"_atom, tuple("packet_to_large"_atom, bytes, most)));
}

} // namespace

task<> run_connection(connection_start& with) {
  const live_connection among{this_node(), self()};
  connection own{std::move(with)};
  co_await own.run();
}

connection::connection(connection_start&& with)
    : over_(std::move(with.over)),
      options_(std::move(with.options)),
      host_(std::move(with.host)),
      verify_by_(std::move(with.verify_by)),
      verifier_given_(static_cast<bool>(verify_by_)),
      owner_(with.owner),
      owner_gone_(monitor(with.owner)),
      handle_(to_term(ssl::socket{self()})),
      readable_(make_ref()),
      incoming_(options_->settings.stream) {}

task<> connection::run() {
  trap_exit(true);
  for (;;) {
    more_ = false;
    work();
    if (phase_ == phase::ended) break;
    const auto sleeps = idle_time();
    bool idle = false;
    co_await receive([this](const term& message) { on_message(message); },
                     after(more_ ? milliseconds{0} : sleeps.value_or(infinity), [&] { idle = !more_; }));
    if (idle) {
      give_memory_back();
      co_await hibernate();
      continue;
    }
    bool more = true;
    for (int i = 0; more && i < messages_in_a_row_max; ++i)
      more = co_await receive([this](const term& message) { return on_message(message), true; },
                              after(milliseconds{0}, [] { return false; }));
  }
  if (wire_ && wire_->tls().status() == engine_status::closed) close_lingering(std::move(wire_));
}

std::optional<milliseconds> connection::idle_time() const {
  return phase_ == phase::open ? options_->settings.hibernate_after : std::nullopt;
}

void connection::give_memory_back() {
  wire_->tls().release_memory();
  incoming_.shrink();
  postponed_.shrink_to_fit();
  closers_.shrink_to_fit();
}

// -- messages -----------------------------------------------------------------------------------------------------------------------

void connection::on_message(const term& message) {
  if (phase_ == phase::ended) return;
  if (const auto call = from_term<connection_call>(message)) return on_call(*call);
  if (message.is_tagged("$ready"_atom, 3) && message[1] == readable_.as_term()) return on_ready(message[2]);
  if (message.is_tagged("timeout"_atom, 3))
    if (const auto timer = message[1].to_reference()) return on_timeout(*timer);
  if (asked_verifier_) {
    if (auto answer = asked_verifier_->answer_in(message)) {
      asked_verifier_->conclude();
      asked_verifier_.reset();
      return decide(wire_->tls(), *std::move(answer));
    }
  }
  if (asked_name_) {
    if (const auto answer = asked_name_->answer_in(message)) {
      asked_name_->conclude();
      asked_name_.reset();
      return use_options(options_chosen(*options_, *answer));
    }
  }
  if (message.is_tagged("DOWN"_atom, 5) && message[1] == owner_gone_.as_term())
    return begin_close(std::nullopt, closing_time);
  // Told to end, by a supervisor, say, or linked with what ended.
  if (message.is_tagged("EXIT"_atom, 3) && !message[2].is("normal"_atom)) begin_close(std::nullopt, closing_time);
}

void connection::on_ready(const term& direction) {
  if (direction.is("input"_atom)) {
    asked_input_ = false;
    may_read_ = true;
  } else {
    asked_output_ = false;
  }
}

void connection::on_timeout(const reference& timer) {
  if (const auto late = incoming_.take_waiter(timer)) return answer(late->by, failed("timeout"_atom));
  if (timer_ != timer) return;
  if (phase_ == phase::shaking) end_handshake(failed("timeout"_atom));
  if (successor_) answer(successor_->by, failed("timeout"_atom));
  for (const reference& by : std::exchange(closers_, {}))
    answer(by, "ok"_atom);
  phase_ = phase::ended;
}

reference connection::arm(milliseconds time) const { return start_timer(time, self(), "ssl"_atom); }

// -- calls --------------------------------------------------------------------------------------------------------------------------

void connection::on_call(const connection_call& call) {
  const auto& what = call.what;
  if (what.is_tagged("controlling_process"_atom, 2)) return change_owner(call);
  if (what.is_tagged("close"_atom, 2)) return begin_close(call.by, time_in(what[1]));
  if (what.is("peername"_atom) || what.is("sockname"_atom)) return answer(call.by, *fact(what));
  switch (phase_) {
  case phase::accepted:
    if (what.is_tagged("handshake"_atom, 3)) return begin_handshake(call);
    return answer(call.by, failed("notsup_on_transport_accept_socket"_atom));
  case phase::paused:
    if (on_call_of_paused(call)) return;
    [[fallthrough]];
  case phase::shaking: postponed_.push_back(call); return;
  case phase::closing:
  case phase::leaving: return answer(call.by, failed("closed"_atom));
  case phase::open:
  case phase::over: return on_call_of_open(call);
  case phase::ended: return;
  }
}

void connection::on_call_of_open(const connection_call& call) {
  const auto& what = call.what;
  if (what.is_tagged("recv"_atom, 3)) return begin_recv(call);
  if (what.is_tagged("setopts"_atom, 2)) return set_options(call);
  if (what.is_tagged("getopts"_atom, 2)) return answer(call.by, get_options(what[1]));
  if (phase_ == phase::over && wire_ && what.is_tagged("downgrade"_atom, 3)) return begin_downgrade(call);
  // A passive connection has read ahead: what was agreed stays known until somebody is told the end.
  if (wire_) {
    if (auto made = derived(what)) return answer(call.by, *std::move(made));
    if (auto known = fact(what)) return answer(call.by, *std::move(known));
  }
  if (phase_ == phase::over) return answer(call.by, failed(reason_));
  if (what.is_tagged("send"_atom, 2)) return begin_send(call);
  if (what.is_tagged("shutdown"_atom, 2)) return begin_shutdown(call);
  if (what.is_tagged("downgrade"_atom, 3)) return begin_downgrade(call);
  if (what.is("renegotiate"_atom)) return begin_renegotiation(call);
  if (what.is_tagged("update_keys"_atom, 2)) {
    const bool done = wire_->tls().update_keys(what[1].is("read_write"_atom));
    return answer(call.by, done ? term{"ok"_atom} : failed("enotsup"_atom));
  }
  answer(call.by, failed("einval"_atom));
}

/// Answered when the new handshake is over, or the connection.
void connection::begin_renegotiation(const connection_call& call) {
  handshakes_then_ = wire_->tls().handshakes();
  if (renegotiated_for_ || !wire_->tls().renegotiate()) return answer(call.by, failed("renegotiation_rejected"_atom));
  renegotiated_for_ = call.by;
  may_read_ = true;
}

void connection::tell_renegotiated() {
  if (renegotiated_for_ && wire_->tls().handshakes() > handshakes_then_)
    answer(*std::exchange(renegotiated_for_, std::nullopt), "ok"_atom);
}

void connection::begin_send(const connection_call& call) {
  auto pieces = iodata_to_pieces(call.what[1]);
  if (!pieces) return answer(call.by, failed("badarg"_atom));
  if (output_shut_ || wire_->output_ended()) return answer(call.by, failed("closed"_atom));
  const int packet = incoming_.settings().packet;
  const auto header = encode_packet_header(static_cast<packet_type>(packet), pieces->size_bytes);
  if (!header) return answer(call.by, too_large(packet, pieces->size_bytes));
  outgoing_.push(call.by, *header, *std::move(pieces));
}

void connection::begin_recv(const connection_call& call) {
  const auto length = from_term<std::size_t>(call.what[1]);
  if (incoming_.is_active() || !length) return answer(call.by, failed("einval"_atom));
  recv_waiter who{.by = call.by, .length = *length};
  if (const auto time = time_in(call.what[2])) who.timer = arm(*time);
  incoming_.expect(std::move(who));
  if (phase_ == phase::over) settle();
}

void connection::begin_shutdown(const connection_call& call) {
  const auto how = how_in(call.what[1]);
  if (!how || shutdown_) return answer(call.by, failed("einval"_atom));
  if (*how == shutdown_how::read) return answer(call.by, to_term(wire_->below().shutdown(*how)));
  output_shut_ = true;
  shutdown_ = ending{*how, call.by};
}

/// @source OTP 25 lib/ssl, ssl_gen_statem: handling of {close, {NewController, Timeout}}
void connection::begin_downgrade(const connection_call& call) {
  const auto next = call.what[1].to_pid();
  if (!next) return answer(call.by, failed("badarg"_atom));
  if (output_shut_) return answer(call.by, failed("closed"_atom));
  while (const auto waiter = incoming_.take_waiter())
    answer(waiter->by, failed("closed"_atom));
  successor_ = successor{call.by, *next};
  if (phase_ == phase::over) return hand_over(); // the peer has ended TLS already
  phase_ = phase::leaving;
  may_read_ = true;
  if (const auto time = time_in(call.what[2])) timer_ = arm(*time);
}

/// As in OTP, anybody may: this is not gen_tcp's rule. @source OTP 25 lib/ssl, ssl_gen_statem: new_user
void connection::change_owner(const connection_call& call) {
  const auto next = call.what[1].to_pid();
  if (!next) return answer(call.by, failed("badarg"_atom));
  demonitor(owner_gone_, {.flush = true});
  owner_ = *next;
  owner_gone_ = monitor(owner_);
  answer(call.by, "ok"_atom);
}

/// Nobody to answer: the owner is gone.
void connection::begin_close(const std::optional<reference>& by, std::optional<milliseconds> time) {
  if (by) closers_.push_back(*by);
  if (phase_ == phase::closing) return;
  if (phase_ == phase::shaking || phase_ == phase::paused) end_handshake(failed("closed"_atom));
  if (successor_) answer(std::exchange(successor_, std::nullopt)->by, failed("closed"_atom));
  while (const auto waiter = incoming_.take_waiter())
    answer(waiter->by, failed("closed"_atom));
  if (phase_ != phase::open) return finish_close();
  phase_ = phase::closing;
  if (time) timer_ = arm(*time);
}

// -- the handshake ------------------------------------------------------------------------------------------------------------------

void connection::begin_handshake(const connection_call& call) {
  handshake_by_ = call.by;
  if (const auto done = prepare(call.what[1]); !done) return end_handshake(failed(done.error().reason()));
  phase_ = phase::shaking;
  if (const auto time = time_in(call.what[2])) timer_ = arm(*time);
}

/// Makes the engine, of options that may be added to only now.
result<> connection::prepare(const term& more_options) {
  if (!more_options.is("default"_atom)) {
    auto all = options_->with(more_options);
    if (!all) return std::unexpected{all.error()};
    options_ = *std::move(all);
    incoming_ = reception{options_->settings.stream};
  }
  handshake_hooks hooks{.decision_awaited = static_cast<bool>(verify_by_)};
  if (!verify_by_) {
    verify_by_ = options_->decides();
    hooks.decision_awaited = hooks.validated_later = static_cast<bool>(verify_by_);
  }
  auto context = options_->context_for(hooks);
  if (!context) return std::unexpected{context.error()};
  wire_ = std::make_unique<wire>(std::move(over_), *std::move(context), engine_options_for(options_->settings, host_));
  return {};
}

void connection::shake_hands() {
  switch (wire_->handshake()) {
  case engine_status::open: return opened();
  case engine_status::awaits_hello:
    if (options_->settings.pauses_at_hello && !paused_) return pause();
    if (!asked_name_) answer_hello();
    return;
  case engine_status::awaits_decision:
    if (!asked_verifier_) asked_verifier_.emplace(verify_by_, wire_->tls());
    return;
  case engine_status::failed:
  case engine_status::closed: {
    const term reason = wire_->tls().reason();
    log_alert(reason);
    close_lingering(std::move(wire_));
    return end_handshake(failed(reason));
  }
  default: may_read_ = false; return;
  }
}

/// sni_hosts answers at once, sni_fun later.
void connection::answer_hello() {
  const auto& name = wire_->tls().hello().server_name;
  const auto& choice = options_->settings.server_names.choice;
  if (!name.empty() && choice) {
    asked_name_.emplace(*choice, name);
    return;
  }
  use_options({.options = name.empty() ? nullptr : options_->for_host(name)});
}

/// Every option of the choice counts, those of the stream among them.
void connection::use_options(const chosen_options& chosen) {
  // Those that handshake_continue brought count for every name.
  const bool kept = !chosen.options && !chosen.refused && paused_ && paused_->more_options;
  const chosen_options next = kept ? chosen_options{.options = options_} : chosen;
  if (next.options) {
    options_ = next.options;
    verify_by_ = options_->decides();
    incoming_ = reception{options_->settings.stream};
  }
  if (const auto done = continue_with(wire_->tls(), next); !done) log_alert(done.error().reason());
  more_ = true;
}

/// @source OTP 25 lib/ssl, ssl_alert: alert_txt is logged as a notice
void connection::log_alert(const term& reason) const {
  if (options_->settings.log_alert && reason.is_tagged("tls_alert"_atom, 2))
    log::notice("~ts", string(format_error(reason)));
}

void connection::opened() {
  if (timer_) cancel_timer(*std::exchange(timer_, std::nullopt));
  answer(*std::exchange(handshake_by_, std::nullopt), "ok"_atom);
  phase_ = phase::open;
  may_read_ = true;
  for (const connection_call& call : std::exchange(postponed_, {}))
    on_call(call);
}

/// It failed, or there is no more time for it, or it is closed.
void connection::end_handshake(const term& answered) {
  if (handshake_by_) answer(*std::exchange(handshake_by_, std::nullopt), answered);
  for (const connection_call& call : std::exchange(postponed_, {}))
    answer(call.by, failed("closed"_atom));
  phase_ = phase::ended;
}

} // namespace agner::ssl::internal
