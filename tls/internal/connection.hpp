// SPDX-License-Identifier: Apache-2.0
// The process of one connection: it owns engine and transport, answers calls (connection_call.hpp), gives out what comes, and ends with its controlling process.
// What it does with bytes: connection_io.cpp; with options and facts: connection_facts.cpp; when it pauses: connection_pause.cpp. Mechanism: docs/ssl.md.

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../../actors/process.hpp"
#include "../../actors/transport.hpp"
#include "connection_call.hpp"
#include "name_question.hpp"
#include "option_set.hpp"
#include "paused_hello.hpp"
#include "reception.hpp"
#include "send_queue.hpp"
#include "verifier.hpp"
#include "wire.hpp"

namespace agner::ssl::internal {

/// What a connection begins with.
struct connection_start {
  std::unique_ptr<transport> over;
  std::shared_ptr<const option_set> options;
  pid owner;
  /// Client: what server_name_indication defaults to.
  std::string host = {};
  /// Decides about the peer; empty: OpenSSL does.
  verifier verify_by = {};
};

/// Runs in the process of the connection.
task<> run_connection(connection_start& with);

class connection {
public:
  explicit connection(connection_start&& with);
  task<> run();

private:
  enum class phase : std::uint8_t {
    accepted, // nobody has asked for the handshake
    shaking,  // hands
    paused,   // the peer has said its hello, and nobody has answered it
    open,     //
    closing,  // closed on this side: what was sent before still goes out
    leaving,  // TLS ends, TCP goes on: what was sent before goes out, and the peer is to say that it ends too
    over,     // the peer closed, or it failed; what came before is still given out, and why it ended is told
    ended,    // nothing is left to do
  };
  /// A direction that is to be ended once what was sent before is out.
  struct ending {
    shutdown_how how;
    reference by;
  };

  /// Who gets the TCP connection when TLS has ended on it.
  struct successor {
    reference by;
    pid process;
  };

  // -- messages: connection.cpp ---------------------------------------------------------------------------------------------------
  void on_message(const term& message);
  void on_ready(const term& direction);
  void on_timeout(const reference& timer);
  void on_call(const connection_call& call);
  void on_call_of_open(const connection_call& call);
  void begin_handshake(const connection_call& call);
  void begin_send(const connection_call& call);
  void begin_recv(const connection_call& call);
  void begin_close(const std::optional<reference>& by, std::optional<std::chrono::milliseconds> time);
  void begin_shutdown(const connection_call& call);
  void begin_downgrade(const connection_call& call);
  void change_owner(const connection_call& call);
  void begin_renegotiation(const connection_call& call);
  void tell_renegotiated();
  [[nodiscard]] std::optional<term> derived(const term& asked);
  reference arm(std::chrono::milliseconds time) const;
  [[nodiscard]] std::optional<std::chrono::milliseconds> idle_time() const;
  void give_memory_back();

  // -- the handshake: connection.cpp ----------------------------------------------------------------------------------------------
  result<> prepare(const term& more_options);
  void shake_hands();
  void pause();
  bool on_call_of_paused(const connection_call& call);
  void continue_handshake(const connection_call& call);
  void answer_hello();
  void use_options(const chosen_options& chosen);
  void log_alert(const term& reason) const;
  void opened();
  void end_handshake(const term& answered);

  // -- bytes: connection_io.cpp ---------------------------------------------------------------------------------------------------
  void work();
  void write_out();
  void encrypt_sends();
  void finish_shutdown();
  void finish_close();
  void leave();
  void hand_over();
  bool read_in();
  bool give_out();
  bool decrypt();
  bool fill();
  void ask_for_readiness();

  // -- the end: connection_io.cpp -------------------------------------------------------------------------------------------------
  void finish(term reason);
  void settle();
  void spoil();
  void end_sends(const term& reason);

  // -- options and facts: connection_facts.cpp ------------------------------------------------------------------------------------
  [[nodiscard]] std::optional<term> fact(const term& asked) const;
  void set_options(const connection_call& call);
  [[nodiscard]] term get_options(const term& names) const;
  [[nodiscard]] transport* below() const noexcept;

  void to_owner(term message) const { send(owner_, std::move(message)); }

  phase phase_ = phase::accepted;
  std::unique_ptr<transport> over_; // until the handshake begins; then the wire has it
  std::unique_ptr<wire> wire_;      // until the connection is over
  std::shared_ptr<const option_set> options_;
  std::string host_;
  verifier verify_by_;
  bool verifier_given_; // by who made the connection, not by options
  std::optional<pending_verification> asked_verifier_;
  std::optional<name_question> asked_name_;
  std::unique_ptr<paused_hello> paused_; // where the options pause the handshake

  pid owner_;
  reference owner_gone_;
  term handle_; // what programs call this connection
  reference readable_;

  std::optional<reference> handshake_by_;
  std::optional<reference> timer_; // of the handshake, of closing, or of how long the reason is kept
  std::vector<connection_call> postponed_;

  reception incoming_;
  send_queue outgoing_;
  std::optional<ending> shutdown_;
  std::optional<reference> renegotiated_for_;
  unsigned handshakes_then_ = 0;
  std::vector<reference> closers_;
  std::optional<successor> successor_;
  term reason_; // why it is over
  bool output_shut_ = false;
  bool undecrypted_ = true; // the engine may have plaintext
  bool may_read_ = true;    // the transport may have something
  bool asked_input_ = false;
  bool asked_output_ = false;
  bool more_ = false; // work was left undone for others' sake
};

} // namespace agner::ssl::internal
