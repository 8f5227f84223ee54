// SPDX-License-Identifier: Apache-2.0
// The process of a connected socket. It reads only what somebody wants, writes what is queued, answers requests (socket_call.hpp), and ends with its controlling process, after
// what was queued is written. What it does with bytes: tcp_connection_io.cpp.

#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <vector>

#include "../../runtime/clock.hpp"
#include "../../runtime/readiness.hpp"
#include "../../runtime/reference.hpp"
#include "../inet_options.hpp"
#include "../packet.hpp"
#include "../task.hpp"
#include "active_state.hpp"
#include "socket_call.hpp"
#include "socket_owner.hpp"
#include "write_queue.hpp"

namespace agner::internal {

class tcp_connection {
public:
  /// Runs in the process of the socket. @p of has all options that matter once a socket is connected.
  tcp_connection(gen_tcp::internal::stream of, const pid& owner);
  task<> run();
  /// Who waits for this to be over.
  std::vector<socket_caller> closers;

private:
  using time_point = clock::time_point;
  struct pending_recv {
    socket_caller by;
    std::size_t length;
    std::optional<time_point> until;
  };
  struct pending_send {
    socket_caller by;
    std::optional<time_point> until;
  };
  struct closing {
    time_point until;       // at the latest
    time_point next_look;   // whether the peer still takes anything
    std::size_t bytes_left; // at the last look
  };

  // -- requests -------------------------------------------------------------------------------------------------------------------------
  void answer(const socket_request& request);
  void answer_about(const socket_request& request);
  void cancel(const reference& ref);
  void begin_send(const socket_caller& by, const term& binaries);
  void begin_recv(const socket_caller& by, const term& request);
  void begin_detach(const socket_caller& by);
  result<bool> hold(const pid& by, const term& next);
  result<> give(const pid& by, const term& to);
  result<> shut(shutdown_how how);
  result<> set_options(const term& list);
  [[nodiscard]] inet::options all_options() const;

  // -- time -------------------------------------------------------------------------------------------------------------------------------
  [[nodiscard]] time_point now() const;
  [[nodiscard]] std::optional<time_point> deadline(std::optional<std::chrono::milliseconds> from_now) const;
  [[nodiscard]] std::chrono::nanoseconds time_left(bool work_left) const;
  void on_time();

  // -- bytes: tcp_connection_io.cpp -------------------------------------------------------------------------------------------------------
  bool work();
  void write();
  void on_written();
  bool read_and_deliver();
  bool deliver_one();
  bool fill();
  void on_end_of_input();
  void on_broken(atom reason);
  void tell_closed();
  void finish_recv(const term& answer);
  void end_output(atom reason);
  void ask_for_readiness();
  void hand_out();
  void begin_close();
  [[nodiscard]] bool wants_input() const noexcept;
  [[nodiscard]] term as_data(term bytes) const;
  void to_owner(term message) const;

  stream_socket socket_;
  std::optional<readiness> readiness_; // goes before the descriptor
  reference readable_;
  reference writable_;
  term handle_; // what programs call this socket
  inet::options options_;
  socket_owner owner_;

  active_state active_;
  packet_decoder in_;
  std::optional<pending_recv> recv_;
  write_queue out_;
  std::deque<pending_send> senders_;             // wait until the queue is down to the low watermark
  std::optional<shutdown_how> shutdown_pending_; // when the queue is empty
  std::optional<socket_caller> detaching_;
  std::optional<closing> closing_;
  std::optional<atom> output_ended_; // why nothing can be sent

  bool open_ = true;
  bool held_ = false; // the owner is changing: nothing is delivered
  bool may_read_ = true;
  bool may_write_ = true;
  bool asked_input_ = false;
  bool asked_output_ = false;
  bool input_ended_ = false;
  bool told_closed_ = false;
};

/// The body of the process.
task<> run_tcp_connection(gen_tcp::internal::stream& of, pid owner);

} // namespace agner::internal
