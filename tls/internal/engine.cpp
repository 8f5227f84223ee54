// SPDX-License-Identifier: Apache-2.0

#include "engine.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "../../runtime/term_builders.hpp"
#include "application_protocol.hpp"
#include "engine_hooks.hpp"
#include "engine_state.hpp"
#include "openssl_errors.hpp"
#include "option_values.hpp"
#include "piece_reader.hpp"
#include "sealed_record.hpp"
#include "server_hello.hpp"

namespace agner::ssl::internal {
namespace {

std::string without_trailing_dot(std::string host) {
  if (host.ends_with('.')) host.pop_back();
  return host;
}

} // namespace

engine_options client_options(const name_settings& names, const std::string& host) {
  if (names.what == name_settings::form::disabled) return {};
  const bool given = names.what == name_settings::form::given;
  const std::string name = without_trailing_dot(given ? names.name : host);
  engine_options made;
  if (!name.empty()) made.expected_name = name;
  // RFC 6066, section 3: an address is no server name.
  if (!name.empty() && !is_address(name)) made.server_name = name;
  return made;
}

engine_options engine_options_for(const settings& of, const std::string& host) {
  auto made = of.context.side == role::client ? client_options(of.name, host) : engine_options{};
  made.bytes_per_key = of.key_update_at;
  made.user_lookup = of.user_lookup;
  return made;
}

engine::engine(std::shared_ptr<const context> shared, engine_options options)
    : context_(std::move(shared)), options_(std::move(options)), streams_{.input = input_buffer{input_bytes_max}} {
  start();
}

engine::~engine() {
  for (std::string& line : key_log_)
    OPENSSL_cleanse(line.data(), line.size());
  if (!write_secret_.empty()) OPENSSL_cleanse(write_secret_.data(), write_secret_.size());
}

/// A fresh SSL on the streams as they are.
void engine::start() {
  clear_openssl_errors();
  const auto& settings = context_->settings();
  ssl_.reset(SSL_new(context_->native()));
  if (!ssl_) throw std::bad_alloc{};
  attach(ssl_.get(), *this);
  BIO* bio = make_memory_bio(streams_).release();
  SSL_set_bio(ssl_.get(), bio, bio);
  if (settings.side == role::server) {
    SSL_set_accept_state(ssl_.get());
    // Nobody resumes what is not accepted yet: send_tickets sends them later.
    if (settings.decision_awaited) SSL_set_num_tickets(ssl_.get(), 0);
    if (settings.hello_awaited && hello_state_ == hello_state::none) streams_.input.keep_taken();
  } else {
    SSL_set_connect_state(ssl_.get());
    streams_.input_withheld = pauses();
    if (options_.server_name && SSL_set_tlsext_host_name(ssl_.get(), options_.server_name->c_str()) != 1)
      throw std::bad_alloc{};
    if (options_.session) SSL_set_session(ssl_.get(), options_.session.get());
  }
}

// -- ciphertext ---------------------------------------------------------------------------------------------------------------------

void engine::commit_input(std::size_t bytes) noexcept {
  streams_.input.commit(bytes);
  if (!opened_) fed_ += bytes;
}

std::size_t engine::feed(std::span<const std::byte> bytes) {
  const auto into = prepare_input(bytes.size());
  if (!into.empty()) std::memcpy(into.data(), bytes.data(), into.size());
  commit_input(into.size());
  return into.size();
}

void engine::release_memory() noexcept {
  streams_.input.release();
  streams_.output.release();
}

std::vector<std::byte> engine::take_rest() {
  std::vector<std::byte> rest(streams_.input.size());
  streams_.input.take(rest);
  return rest;
}

// -- the handshake ------------------------------------------------------------------------------------------------------------------

/// A client that stops at the ServerHello: OpenSSL has no callback for it, so it gets no input before.
bool engine::pauses() const noexcept {
  return side() == role::client && context_->settings().hello_awaited && hello_state_ == hello_state::none;
}

/// What it means for the status. What is no ServerHello, and what will never be one, is left to OpenSSL.
std::optional<engine_status> engine::look_for_hello() {
  auto found = find_server_hello(streams_.input.waiting());
  switch (found.is) {
  case server_hello::state::complete:
    server_said_ = std::move(found.body);
    hello_state_ = hello_state::pending;
    return status_ = engine_status::awaits_hello;
  case server_hello::state::too_long: return refuse_flood("server_hello"_atom, server_hello_bytes_max);
  case server_hello::state::incomplete:
    if (!input_ended_) return std::nullopt;
    break;
  case server_hello::state::other: break;
  }
  hello_state_ = hello_state::answered;
  streams_.input_withheld = false;
  return std::nullopt;
}

engine_status engine::advance() {
  if (status_ != engine_status::wants_input) return status_;
  if (pauses())
    if (const auto now = look_for_hello()) return *now;
  clear_openssl_errors();
  const int done = SSL_do_handshake(ssl_.get());
  // First of all: OpenSSL may think that a server is done while it waits.
  if (decision_ == decision::pending) return status_ = engine_status::awaits_decision;
  if (refusing_) return settle_refusal(done);
  if (done == 1) return opened();
  return settle(done);
}

/// What a call that did not succeed means.
engine_status engine::settle(int returned) {
  switch (SSL_get_error(ssl_.get(), returned)) {
  case SSL_ERROR_WANT_READ:
    if (const auto most = context_->settings().handshake_bytes; !opened_ && handshake_bytes() > most)
      return refuse_flood("handshake_bytes"_atom, most);
    if (input_ended_ && streams_.input.size() == 0) {
      if (alert_ && !opened_) return fail_with(alert_reason(*alert_)); // user_canceled, which OpenSSL reads on after
      truncated_ = true;
      return ended();
    }
    return engine_status::wants_input;
  case SSL_ERROR_WANT_CLIENT_HELLO_CB: return status_ = engine_status::awaits_hello;
  case SSL_ERROR_ZERO_RETURN: return ended();
  default: return fail_openssl();
  }
}

engine_status engine::opened() {
  opened_ = true;
  status_ = engine_status::open;
  if (const X509* peer = SSL_get0_peer_certificate(ssl_.get())) peer_certificate_ = der_of(const_cast<X509*>(peer));
  chain_.clear();
  if (!write_secret_.empty()) OPENSSL_cleanse(write_secret_.data(), write_secret_.size());
  write_secret_.clear();
  send_tickets();
  return status_;
}

/// The tickets that waited for the decision.
void engine::send_tickets() {
  const auto& settings = context_->settings();
  if (settings.side != role::server || !settings.decision_awaited || !settings.sessions ||
      SSL_version(ssl_.get()) != TLS1_3_VERSION)
    return;
  const std::size_t count = SSL_session_reused(ssl_.get()) != 0 ? 1 : tickets_per_handshake;
  for (std::size_t i = 0; i < count; ++i)
    SSL_new_session_ticket(ssl_.get());
  SSL_do_handshake(ssl_.get());
  clear_openssl_errors();
}

// -- data ---------------------------------------------------------------------------------------------------------------------------

transfer engine::read(std::span<std::byte> into) {
  transfer done{.bytes = 0, .status = status_};
  if (status_ != engine_status::open) return done;
  while (done.bytes < into.size()) {
    std::size_t got = 0;
    clear_openssl_errors();
    const int returned = SSL_read_ex(ssl_.get(), into.data() + done.bytes, into.size() - done.bytes, &got);
    if (returned != 1) {
      done.status = settle(returned);
      break;
    }
    done.bytes += got;
    idle_renegotiations_ = 0;
  }
  if (idle_renegotiations_ > idle_renegotiations_max && status_ == engine_status::open)
    done.status = refuse_flood("renegotiations"_atom, idle_renegotiations_max);
  return done;
}

transfer engine::write(std::span<const std::span<const std::byte>> pieces) {
  std::size_t total = 0;
  for (const auto piece : pieces)
    total += piece.size();
  if (total == 0 || !may_write()) return {.bytes = 0, .status = status_};
  streams_.output.reserve(total + (total / record_plaintext_max + 1) * record_overhead_usual);

  transfer done{.bytes = 0, .status = status_};
  piece_reader from{pieces};
  std::array<std::byte, record_plaintext_max> gathered;
  while (done.bytes < total) {
    std::size_t written = 0;
    done.status = write_record(from.next(gathered), written);
    if (done.status != status_ || status_ == engine_status::failed) break;
    from.consume(written);
    done.bytes += written;
  }
  return done;
}

/// Writing goes on after the peer's close_notify.
bool engine::may_write() const noexcept {
  return (status_ == engine_status::open || (status_ == engine_status::closed && opened_)) && !write_closed_;
}

/// status() where a record is written, with as many of @p bytes as fit into one: a peer may have asked for short ones. wants_input where OpenSSL is in a handshake and wants that to go on
/// first.
engine_status engine::write_record(std::span<const std::byte> bytes, std::size_t& written) {
  // OpenSSL would go on with the handshake here, but take data of the peer that comes in between for an attack: only its read can cope with that.
  if (rekeying()) return engine_status::wants_input;
  clear_openssl_errors();
  const int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
  if (returned != 1) return settle(returned);
  bytes_ += written;
  const bool used_up = ++records_ >= options_.records_per_key || bytes_ >= options_.bytes_per_key;
  if (used_up && SSL_version(ssl_.get()) == TLS1_3_VERSION) {
    records_ = bytes_ = 0;
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
  }
  return status_;
}

std::optional<std::string> engine::protocol() const {
  if (protocol_before_) return *protocol_before_;
  return agreed_protocol(ssl_.get());
}

bool engine::rekeying() const noexcept {
  return opened_ && SSL_version(ssl_.get()) != TLS1_3_VERSION && SSL_in_init(ssl_.get()) != 0;
}

bool engine::update_keys(bool both) {
  if (!may_write() || SSL_version(ssl_.get()) != TLS1_3_VERSION) return false;
  clear_openssl_errors();
  if (SSL_in_init(ssl_.get()) != 0) SSL_do_handshake(ssl_.get()); // a change that is due already
  const int how = both ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED;
  const bool done = SSL_key_update(ssl_.get(), how) == 1 && SSL_do_handshake(ssl_.get()) == 1;
  records_ = bytes_ = 0;
  clear_openssl_errors();
  return done;
}

bool engine::renegotiate() {
  if (!may_write() || rekeying() || SSL_version(ssl_.get()) == TLS1_3_VERSION) return false;
  clear_openssl_errors();
  if (SSL_renegotiate(ssl_.get()) != 1) return false;
  SSL_do_handshake(ssl_.get());
  clear_openssl_errors();
  return true;
}

void engine::close_write() {
  if (!may_write()) return;
  write_closed_ = true;
  clear_openssl_errors();
  SSL_shutdown(ssl_.get());
  clear_openssl_errors();
}

// -- waiting ------------------------------------------------------------------------------------------------------------------------

void engine::continue_with(std::shared_ptr<const context> other) {
  if (status_ != engine_status::awaits_hello) return;
  hello_state_ = hello_state::answered;
  status_ = engine_status::wants_input;
  if (side() == role::client) return switch_to(std::move(other));
  if (other) {
    // A new SSL reads the same ClientHello: SSL_set_SSL_CTX would leave verification, versions and options with the first context.
    context_ = std::move(other);
    streams_.input.rewind();
    start();
  }
  streams_.input.forget();
}

/// A client has said its hello already: what can still change is who the server must be, and what the client shows of itself.
void engine::switch_to(std::shared_ptr<const context> other) {
  streams_.input_withheld = false;
  server_said_ = {};
  if (!other) return;
  context_ = std::move(other);
  SSL_CTX* next = context_->native();
  SSL_set_SSL_CTX(ssl_.get(), next);
  SSL_set_verify(ssl_.get(), SSL_CTX_get_verify_mode(next), nullptr);
  SSL_set_verify_depth(ssl_.get(), SSL_CTX_get_verify_depth(next));
}

void engine::continue_with(std::shared_ptr<const context> other, engine_options options) {
  options_ = std::move(options);
  continue_with(std::move(other));
}

void engine::refuse_hello(alert_number with) {
  if (status_ != engine_status::awaits_hello) return;
  hello_refusal_ = with == close_notify_alert ? handshake_failure_alert : with;
  continue_with(nullptr);
}

/// No key is in use yet. @source OTP 25 lib/ssl, tls_dtls_connection: user_hello
void engine::cancel_hello() {
  if (status_ != engine_status::awaits_hello) return;
  streams_.output.write(plain_alert(user_canceled_alert));
  auto event = own_alert(user_canceled_alert, "user_canceled");
  event.state = "user_hello";
  fail_with(alert_reason(event));
}

void engine::accept_peer() {
  if (status_ != engine_status::awaits_decision) return;
  decision_ = decision::accepted;
  verdict_ = {};
  status_ = engine_status::wants_input;
  streams_.input_withheld = false;
  streams_.output.let_go();
}

void engine::refuse_peer(alert_number with, std::string detail) {
  if (status_ != engine_status::awaits_decision) return;
  decision_ = decision::refused;
  if (side() == role::server) {
    refuse_itself(with, std::move(detail));
    return;
  }
  verdict_.valid = false;
  verdict_.alert = with;
  verdict_.text = std::move(detail);
  status_ = engine_status::wants_input;
}

/// The record that tells the peer why it is refused, the first under its key if there is one. Nothing where the sequence number is not known.
std::optional<std::vector<std::byte>> engine::refusal_record(alert_number with) const {
  const bool has_key = SSL_version(ssl_.get()) == TLS1_3_VERSION && !write_secret_.empty();
  if (!has_key) return plain_alert(with);
  // Records that a server wrote meanwhile would have used up sequence numbers. Without input and tickets it writes none.
  if (side() == role::server && streams_.output.held() != 0) return std::nullopt;
  const auto key = traffic_key::derive(SSL_get_current_cipher(ssl_.get()), write_secret_);
  if (!key) return std::nullopt;
  return seal_record(*key, 0, record_type::alert, alert_content(with));
}

/// OpenSSL took the certificate as verified, so the alert is made here, and takes the place of all that OpenSSL wrote since.
engine_status engine::refuse_itself(alert_number with, std::string detail) {
  const auto record = refusal_record(with);
  streams_.output.drop_held();
  if (record) streams_.output.write(*record);
  auto event = own_alert(with, std::move(detail));
  event.state = SSL_version(ssl_.get()) == TLS1_3_VERSION ? "wait_cert" : "certify";
  return fail_with(alert_reason(event));
}

/// OpenSSL's client of TLS 1.3 has no key for its alerts before it answers the server's flight, and would send them in plain text, which OTP takes for
/// damage. So it goes on to the end of the handshake, and what it writes is dropped.
engine_status engine::settle_refusal(int done) {
  const bool waits = done != 1 && SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ;
  const bool may_wait =
      !(input_ended_ && streams_.input.size() == 0) && handshake_bytes() <= context_->settings().handshake_bytes;
  if (waits && may_wait) return engine_status::wants_input;
  return refuse_itself(verdict_.alert, verdict_.text);
}

// -- endings ------------------------------------------------------------------------------------------------------------------------

alert_event engine::own_alert(alert_number number, std::string detail) const {
  return {.level = alert_level::fatal,
          .number = number,
          .direction = alert_direction::sent,
          .side = side(),
          .state = state_name(ssl_.get()),
          .detail = std::move(detail)};
}

engine_status engine::fail_with(term reason) {
  reason_ = std::move(reason);
  return status_ = engine_status::failed;
}

engine_status engine::fail_openssl() {
  std::string found = verdict_.valid ? take_openssl_error() : verdict_.text;
  clear_openssl_errors();
  if (alert_) {
    if (alert_->direction == alert_direction::sent) alert_->detail = std::move(found);
    return fail_with(alert_reason(*alert_));
  }
  // What is no TLS at all OpenSSL leaves without an answer; OTP says unexpected_message.
  if (!opened_ && SSL_get_state(ssl_.get()) == TLS_ST_BEFORE)
    streams_.output.write(plain_alert(unexpected_message_alert));
  return fail_with(alert_reason(own_alert(unexpected_message_alert, std::move(found))));
}

engine_status engine::refuse_flood(atom what, std::size_t limit) {
  return fail_with(tuple("flood"_atom, tuple(what, limit)));
}

engine_status engine::ended() {
  reason_ = "closed"_atom;
  return status_ = engine_status::closed;
}

} // namespace agner::ssl::internal
