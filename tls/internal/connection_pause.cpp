// SPDX-License-Identifier: Apache-2.0
// A handshake that stops when the peer has said its hello, until its program goes on with other options or cancels it. Mechanism: docs/ssl.md.

#include <utility>

#include "connection.hpp"
#include "hello_extensions.hpp"

namespace agner::ssl::internal {

/// Whoever asked for the handshake is told, and has all the time there is: only its own program is waited for.
void connection::pause() {
  paused_ = std::make_unique<paused_hello>(hello_extensions(wire_->tls()));
  if (timer_) cancel_timer(*std::exchange(timer_, std::nullopt));
  phase_ = phase::paused;
  answer(*std::exchange(handshake_by_, std::nullopt), "ok"_atom);
}

/// False: the call waits until the handshake is over.
bool connection::on_call_of_paused(const connection_call& call) {
  if (call.what.is("hello"_atom)) return answer(call.by, tuple("ok"_atom, paused_->extensions)), true;
  if (call.what.is_tagged("handshake_continue"_atom, 3)) return continue_handshake(call), true;
  if (!call.what.is("handshake_cancel"_atom)) return false;
  wire_->tls().cancel_hello();
  answer(call.by, "ok"_atom);
  phase_ = phase::shaking; // which ends as one that failed
  return true;
}

/// @source OTP 25 lib/ssl, tls_dtls_connection and tls_connection_1_3: user_hello
void connection::continue_handshake(const connection_call& call) {
  handshake_by_ = call.by;
  const term& more = call.what[1];
  if (!more.is("default"_atom)) {
    auto all = options_->with(more);
    if (!all) return end_handshake(failed(all.error().reason()));
    options_ = *std::move(all);
    paused_->more_options = true;
    incoming_ = reception{options_->settings.stream};
    if (!verifier_given_) verify_by_ = options_->decides();
  }
  phase_ = phase::shaking;
  if (const auto time = time_in(call.what[2])) timer_ = arm(*time);
  if (wire_->tls().side() == role::server) return answer_hello();
  if (!paused_->more_options) return wire_->tls().continue_with(nullptr);
  const bool asks = static_cast<bool>(verify_by_);
  auto context = options_->context_for({.decision_awaited = asks, .validated_later = asks && !verifier_given_});
  if (!context) return end_handshake(failed(context.error().reason()));
  wire_->tls().continue_with(*std::move(context), engine_options_for(options_->settings, host_));
}

} // namespace agner::ssl::internal
