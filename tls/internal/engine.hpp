// SPDX-License-Identifier: Apache-2.0
// One end of one TLS connection: bytes in, bytes out. No socket, no process, no clock, no thread: its owner calls it, one call at a time.
// Mechanism, and how a server waits without letting anyone in: docs/tls-engine.md.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "alert.hpp"
#include "context.hpp"
#include "limits.hpp"
#include "memory_bio.hpp"
#include "peer_verification.hpp"

namespace agner::ssl::internal {

/// What an engine needs to go on, or where it has come to.
enum class engine_status : std::uint8_t {
  wants_input,     // bytes from the peer
  awaits_hello,    // continue_with or refuse_hello
  awaits_decision, // accept_peer or refuse_peer
  open,            // the handshake is done
  closed,          // the peer closed; reason() and truncated() say how
  failed,          // an alert was sent or received, or the peer breaks the protocol; reason() says which
};

/// What a connection has of its own beside its context.
struct engine_options {
  /// Client: sent as server name.
  std::optional<std::string> server_name = {};
  /// Client: the host or address that the server's certificate must be for.
  std::optional<std::string> expected_name = {};
  /// Client: what to resume.
  session_ptr session = {};
  /// Records and bytes until the own key of TLS 1.3 is changed.
  std::uint64_t records_per_key = records_per_key_max;
  std::uint64_t bytes_per_key = key_bytes_max;
  /// Gives the secrets of PSK and SRP.
  std::optional<fun_with_state> user_lookup = {};
};

/// What the names of the options mean for a client's connection to @p host; empty for an open socket, whose address @p host then is.
engine_options client_options(const name_settings& names, const std::string& host);
/// What @p of mean for a connection, of a client to @p host: what server_name_indication defaults to.
engine_options engine_options_for(const settings& of, const std::string& host);

/// What a client said first.
struct client_hello {
  std::string server_name; // empty: none
  std::vector<std::byte> session_id;
};

struct transfer {
  std::size_t bytes = 0;
  engine_status status = engine_status::open;
};

class engine {
public:
  engine(std::shared_ptr<const context> shared, engine_options options);
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  // -- ciphertext -----------------------------------------------------------------------------------------------------------------

  /// Room for bytes from the peer, for a read straight into it; none while too much waits. Then commit_input.
  std::span<std::byte> prepare_input(std::size_t wanted) { return streams_.input.prepare(wanted); }
  void commit_input(std::size_t bytes) noexcept;
  /// prepare, copy, commit: how many of @p bytes were taken.
  std::size_t feed(std::span<const std::byte> bytes);
  /// The peer will send nothing more.
  void end_input() noexcept { input_ended_ = true; }

  /// What is to be sent to the peer. To be looked at after every call that changes the engine.
  [[nodiscard]] output_queue& output() noexcept { return streams_.output; }

  // -- driving --------------------------------------------------------------------------------------------------------------------

  /// Goes on with the handshake as far as possible.
  engine_status advance();

  /// Decrypts into @p into as much as there is. What follows the last byte, an end or an error, is returned by the next call, with no byte.
  transfer read(std::span<std::byte> into);

  /// Encrypts @p pieces one after the other, small ones together in full records. Takes all, or less with wants_input while rekeying.
  /// There is no limit here: look at output().size() before.
  transfer write(std::span<const std::span<const std::byte>> pieces);

  /// The peer renegotiates: write takes nothing until read has brought what else the peer sends.
  [[nodiscard]] bool rekeying() const noexcept;

  /// Sends close_notify, once; write takes nothing after it, read goes on.
  void close_write();

  /// Changes the own key of TLS 1.3, and asks the peer to change its own too. False where it is no TLS 1.3.
  bool update_keys(bool both);
  /// Begins a handshake anew, before TLS 1.3. False where that cannot be. It is over when handshakes() has grown.
  bool renegotiate();
  /// Handshakes that have been finished.
  [[nodiscard]] unsigned handshakes() const noexcept { return handshakes_; }

  // -- waiting: nothing goes in or out meanwhile ----------------------------------------------------------------------------------

  /// What the client said, while the status is awaits_hello.
  [[nodiscard]] const client_hello& hello() const noexcept { return hello_; }
  /// Goes on, with @p other's certificates, versions and options where it is not null. The caller calls advance after it.
  void continue_with(std::shared_ptr<const context> other);
  /// And with what a connection of these options has of its own.
  void continue_with(std::shared_ptr<const context> other, engine_options options);
  void refuse_hello(alert_number with);
  /// Ends the handshake with the alert user_canceled.
  void cancel_hello();
  /// Client: the ServerHello without its header, while the status is awaits_hello.
  [[nodiscard]] const std::vector<std::byte>& server_said() const noexcept { return server_said_; }

  /// The peer's certificates, its own first, as DER, and what OpenSSL and the name check found, while the status is awaits_decision.
  [[nodiscard]] std::span<const term> peer_certificates() const noexcept { return chain_; }
  [[nodiscard]] const verdict& found() const noexcept { return verdict_; }
  /// The decision. The caller calls advance after it.
  void accept_peer();
  /// @param with    the alert for the peer; a client of TLS 1.2 can send those of certificates, unknown_ca, internal_error
  ///                and handshake_failure, which stands for others
  /// @param detail  for the own reason; never sent
  void refuse_peer(alert_number with, std::string detail);

  // -- facts ----------------------------------------------------------------------------------------------------------------------

  [[nodiscard]] engine_status status() const noexcept { return status_; }
  /// Why it is closed or failed: `closed`, `{tls_alert, {Name, Text}}`, or `{flood, {What, Limit}}` where the peer passed a limit.
  [[nodiscard]] const term& reason() const noexcept { return reason_; }
  /// Closed without a close_notify: what came last may be missing.
  [[nodiscard]] bool truncated() const noexcept { return truncated_; }
  [[nodiscard]] const std::optional<fun_with_state>& user_lookup() const noexcept { return options_.user_lookup; }
  [[nodiscard]] const std::shared_ptr<const context>& shared() const noexcept { return context_; }
  /// Client: the host or address that the server's certificate must be for.
  [[nodiscard]] const std::optional<std::string>& expected_name() const noexcept { return options_.expected_name; }
  [[nodiscard]] role side() const noexcept { return context_->settings().side; }
  /// The peer's own certificate as DER, once open; nothing where it sent none.
  [[nodiscard]] const std::optional<term>& peer_certificate() const noexcept { return peer_certificate_; }
  /// What is spoken above TLS; nothing where nothing was agreed on. OpenSSL forgets it in a renegotiation.
  [[nodiscard]] std::optional<std::string> protocol() const;
  /// For engine_facts: to be asked, not driven.
  [[nodiscard]] const SSL* native() const noexcept { return ssl_.get(); }
  /// For derived_keys, which OpenSSL wants a changeable connection for.
  [[nodiscard]] SSL* native() noexcept { return ssl_.get(); }

  /// What a client can resume with next time, the newest first; null where the server gave nothing since the last call.
  session_ptr take_session() noexcept { return std::move(session_); }

  /// With keep_secrets: the lines of a key log, "LABEL ClientRandom Secret" in hexadecimal, as far as the connection has come.
  [[nodiscard]] const std::vector<std::string>& key_log() const noexcept { return key_log_; }

  /// Gives memory back that holds nothing.
  void release_memory() noexcept;
  /// What came behind the peer's close_notify: bytes that are no TLS.
  std::vector<std::byte> take_rest();

private:
  friend struct engine_hooks;

  enum class decision : std::uint8_t { none, pending, accepted, refused };
  enum class hello_state : std::uint8_t { none, pending, answered };

  void start();
  [[nodiscard]] bool pauses() const noexcept;
  std::optional<engine_status> look_for_hello();
  void switch_to(std::shared_ptr<const context> other);
  engine_status settle(int returned);
  engine_status opened();
  engine_status fail_with(term reason);
  engine_status fail_openssl();
  engine_status refuse_flood(atom what, std::size_t limit);
  engine_status ended();
  engine_status write_record(std::span<const std::byte> bytes, std::size_t& written);
  [[nodiscard]] bool may_write() const noexcept;
  void send_tickets();
  [[nodiscard]] std::optional<std::vector<std::byte>> refusal_record(alert_number with) const;
  engine_status refuse_itself(alert_number with, std::string detail);
  engine_status settle_refusal(int done);
  alert_event own_alert(alert_number number, std::string detail) const;
  std::size_t handshake_bytes() const noexcept { return fed_ - streams_.input.size(); }

  std::shared_ptr<const context> context_;
  engine_options options_;
  memory_streams streams_;
  connection_ptr ssl_;

  engine_status status_ = engine_status::wants_input;
  term reason_;
  std::optional<alert_event> alert_; // the first fatal one, either way
  std::optional<term> peer_certificate_;
  session_ptr session_;

  std::vector<std::string> key_log_;
  std::unique_ptr<const std::string> protocol_before_; // a renegotiation

  client_hello hello_;
  std::vector<std::byte> server_said_;
  hello_state hello_state_ = hello_state::none;
  alert_number hello_refusal_ = 0;

  verdict verdict_;
  std::vector<term> chain_;
  decision decision_ = decision::none;
  std::vector<std::byte> write_secret_; // of TLS 1.3, for the record that refuses the peer; until open
  bool refusing_ = false;               // a client that goes on only until its alert can be encrypted

  std::size_t fed_ = 0;
  std::uint64_t records_ = 0;        // written under the present key
  std::uint64_t bytes_ = 0;          // written under the present key
  unsigned idle_renegotiations_ = 0; // started by the peer since the last data
  unsigned handshakes_ = 0;
  bool opened_ = false;
  bool input_ended_ = false;
  bool truncated_ = false;
  bool write_closed_ = false;
};

} // namespace agner::ssl::internal
