// SPDX-License-Identifier: Apache-2.0

#include "engine_hooks.hpp"

#include <string_view>

#include "application_protocol.hpp"
#include "engine.hpp"
#include "engine_state.hpp"

namespace agner::ssl::internal {

/// What the callbacks do to an engine. No exception may pass OpenSSL's frames: each ends in a refusal.
struct engine_hooks {
  static engine& of(const SSL* ssl) { return *static_cast<engine*>(SSL_get_app_data(ssl)); }

  // -- the peer's certificate -----------------------------------------------------------------------------------------------------

  static int refuse(X509_STORE_CTX* store, alert_number with) {
    X509_STORE_CTX_set_error(store, error_for_alert(with));
    return 0;
  }

  static int accept(X509_STORE_CTX* store) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }

  /// In TLS 1.3 a client goes on, with its output kept back, until it has the key for its alert: see engine::settle_refusal.
  static int refuse_found(engine& in, X509_STORE_CTX* store) {
    if (in.side() == role::server || SSL_version(in.ssl_.get()) != TLS1_3_VERSION)
      return refuse(store, in.verdict_.alert);
    in.refusing_ = true;
    in.streams_.output.hold();
    return accept(store);
  }

  /// In a renegotiation the peer must be who it was: nobody is asked again.
  static int same_peer(engine& in, X509_STORE_CTX* store) {
    if (in.peer_certificate_ && *in.peer_certificate_ == der_of(X509_STORE_CTX_get0_cert(store))) return accept(store);
    in.verdict_.valid = false;
    in.verdict_.text = "the certificate changed in a renegotiation";
    return refuse(store, bad_certificate_alert);
  }

  /// A client stops here by itself and asks again; a server would go on, so it gets no more input and what it writes is kept back.
  static int wait_for_decision(engine& in, X509_STORE_CTX* store) {
    in.chain_ = peer_chain(store);
    in.decision_ = engine::decision::pending;
    if (in.side() == role::client) {
      SSL_set_retry_verify(in.ssl_.get());
      return 1;
    }
    in.streams_.input_withheld = true;
    in.streams_.output.hold();
    return accept(store);
  }

  static int judge(engine& in, X509_STORE_CTX* store) {
    const auto& settings = in.context_->settings();
    if (in.opened_) return same_peer(in, store);
    if (in.decision_ == engine::decision::accepted) return accept(store);
    if (in.decision_ == engine::decision::refused) return refuse_found(in, store);
    if (!settings.verify_peer && !settings.decision_awaited) return accept(store);

    if (!settings.validated_later) in.verdict_ = judge_peer(store, in.options_.expected_name);
    if (settings.decision_awaited) return wait_for_decision(in, store);
    return in.verdict_.valid ? accept(store) : refuse_found(in, store);
  }

  static int verify(X509_STORE_CTX* store, void* /*unused*/) {
    const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    try {
      return judge(of(ssl), store);
    } catch (...) {
      return refuse(store, internal_error_alert);
    }
  }

  // -- the ClientHello ------------------------------------------------------------------------------------------------------------

  /// The host name of the extension server_name: list length, type 0, name length, name. @source RFC 6066, section 3
  static std::string server_name(SSL* ssl) {
    const unsigned char* data = nullptr;
    std::size_t size = 0;
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &data, &size) != 1 || size < 5 || data[2] != 0)
      return {};
    const std::size_t length = std::size_t{data[3]} << 8U | data[4];
    if (length > size - 5) return {};
    return {reinterpret_cast<const char*>(data + 5), length};
  }

  static std::vector<std::byte> session_id(SSL* ssl) {
    const unsigned char* data = nullptr;
    const std::size_t size = SSL_client_hello_get0_session_id(ssl, &data);
    const auto* first = reinterpret_cast<const std::byte*>(data);
    return {first, first + size};
  }

  static int hello(SSL* ssl, int* alert, void* /*unused*/) {
    engine& in = of(ssl);
    if (in.hello_state_ == engine::hello_state::answered) {
      *alert = in.hello_refusal_;
      return in.hello_refusal_ == 0 ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR;
    }
    try {
      in.hello_ = {.server_name = server_name(ssl), .session_id = session_id(ssl)};
    } catch (...) {
      *alert = internal_error_alert;
      return SSL_CLIENT_HELLO_ERROR;
    }
    in.hello_state_ = engine::hello_state::pending;
    return SSL_CLIENT_HELLO_RETRY;
  }

  // -- what happens meanwhile -----------------------------------------------------------------------------------------------------

  /// In TLS 1.3 the level says nothing: all but two alerts end the connection, and user_canceled a handshake. @source RFC 8446, section 6
  static bool ends_connection(const engine& in, alert_level level, alert_number number) {
    if (SSL_version(in.ssl_.get()) != TLS1_3_VERSION) return level == alert_level::fatal;
    return number != close_notify_alert && (number != user_canceled_alert || !in.opened_);
  }

  static void note_alert(engine& in, int where, int value) {
    const auto level = static_cast<alert_level>(value >> 8);
    const auto number = static_cast<alert_number>(value & 0xff);
    if (in.alert_ || !ends_connection(in, level, number)) return;
    const bool received = (where & SSL_CB_READ) != 0;
    in.alert_ = alert_event{.level = level,
                            .number = number,
                            .direction = received ? alert_direction::received : alert_direction::sent,
                            .side = in.side(),
                            .state = state_name(in.ssl_.get())};
  }

  /// No exception may leave: without memory the protocol is forgotten.
  static void keep_protocol(engine& in) noexcept {
    try {
      if (auto agreed = in.protocol_before_ ? std::nullopt : agreed_protocol(in.ssl_.get()))
        in.protocol_before_ = std::make_unique<const std::string>(*std::move(agreed));
    } catch (...) {
      in.protocol_before_.reset();
    }
  }

  static void info(const SSL* ssl, int where, int value) noexcept {
    engine& in = of(ssl);
    if ((where & SSL_CB_ALERT) != 0) note_alert(in, where, value);
    if ((where & SSL_CB_HANDSHAKE_DONE) != 0) ++in.handshakes_;
    // A renegotiation, be it refused in the end. In TLS 1.3 tickets and key updates count as handshakes, too.
    if ((where & SSL_CB_HANDSHAKE_START) == 0 || !in.opened_ || SSL_version(ssl) == TLS1_3_VERSION) return;
    ++in.idle_renegotiations_;
    keep_protocol(in);
  }

  static int new_session(SSL* ssl, SSL_SESSION* session) {
    of(ssl).session_.reset(session);
    return 1;
  }

  static std::vector<std::byte> from_hexadecimal(std::string_view digits) {
    const auto value = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); };
    std::vector<std::byte> made;
    made.reserve(digits.size() / 2);
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
      made.push_back(static_cast<std::byte>(value(digits[i]) << 4U | value(digits[i + 1])));
    return made;
  }

  /// "LABEL <client random> <secret>", in hexadecimal. Wanted is the key under which a refusal is sent: a server's for data, a client's for the handshake.
  static void secret(const SSL* ssl, const char* line) noexcept {
    engine& in = of(ssl);
    if (in.context_->settings().keep_secrets) in.key_log_.emplace_back(line);
    const bool server = in.side() == role::server;
    const std::string_view label = server ? "SERVER_TRAFFIC_SECRET_0 " : "CLIENT_HANDSHAKE_TRAFFIC_SECRET ";
    std::string_view text = line;
    if (in.opened_ || !text.starts_with(label)) return;
    text.remove_prefix(std::min(text.find(' ', label.size()) + 1, text.size()));
    in.write_secret_ = from_hexadecimal(text);
  }
};

void install_hooks(SSL_CTX* into, const context_settings& of) {
  SSL_CTX_set_info_callback(into, engine_hooks::info);
  SSL_CTX_set_cert_verify_callback(into, engine_hooks::verify, nullptr);
  if (of.hello_awaited && of.side == role::server) SSL_CTX_set_client_hello_cb(into, engine_hooks::hello, nullptr);
  if (of.sessions && of.side == role::client) SSL_CTX_sess_set_new_cb(into, engine_hooks::new_session);
  const bool may_refuse = of.decision_awaited || (of.side == role::client && of.verify_peer);
  if ((may_refuse && of.tls1_3) || of.keep_secrets) SSL_CTX_set_keylog_callback(into, engine_hooks::secret);
}

void attach(SSL* of, engine& to) { SSL_set_app_data(of, &to); }

} // namespace agner::ssl::internal
