// SPDX-License-Identifier: Apache-2.0
// What a connected socket does with bytes: reads what is wanted, cuts it into messages, writes what is queued, and finds out how the connection ends.

#include <utility>
#include <vector>

#include "../send.hpp"
#include "tcp_connection.hpp"

namespace agner::internal {

namespace {

// Messages delivered and reads made before requests and other processes get their turn.
constexpr int steps_in_a_row_max = 32;

} // namespace

// Does what can be done without waiting. True: there is more of it.
bool tcp_connection::work() {
  write();
  return open_ && read_and_deliver() && open_;
}

// -- input --------------------------------------------------------------------------------------------------------------------------------

bool tcp_connection::wants_input() const noexcept {
  return open_ && !held_ && !closing_ && !detaching_ && !input_ended_ && (active_.on() || recv_);
}

bool tcp_connection::read_and_deliver() {
  for (int steps = 0; wants_input(); ++steps) {
    if (steps == steps_in_a_row_max) return true;
    if (!deliver_one() && !fill()) return false;
  }
  return false;
}

// Gives one message to who wants it, if one is complete.
bool tcp_connection::deliver_one() {
  auto message = recv_ && recv_->length != 0 ? result<std::optional<term>>{in_.take(recv_->length)} : in_.next();
  if (!message) {
    on_broken("emsgsize"_atom);
    return true;
  }
  if (!*message) return false;
  term data = as_data(**std::move(message));
  if (recv_) {
    finish_recv(tuple("ok"_atom, std::move(data)));
  } else {
    to_owner(tuple("tcp"_atom, handle_, std::move(data)));
    if (active_.delivered()) to_owner(tuple("tcp_passive"_atom, handle_));
  }
  return true;
}

// Reads once. True: something came.
bool tcp_connection::fill() {
  if (!may_read_) return false;
  const auto room = in_.room();
  const io_result got = socket_.read(room);
  switch (got.what) {
  case io_result::status::done:
    in_.filled(got.bytes);
    may_read_ = got.bytes == room.size(); // a short read: there is no more for now
    return true;
  case io_result::status::would_block: may_read_ = false; break;
  case io_result::status::closed: on_end_of_input(); break;
  case io_result::status::failed: on_broken(got.reason); break;
  }
  return false;
}

// The peer sends no more. What is left of an incomplete message is of no use.
void tcp_connection::on_end_of_input() {
  input_ended_ = true;
  in_ = packet_decoder{};
  if (recv_) {
    finish_recv(failed("closed"_atom));
  } else {
    tell_closed();
  }
  if (*options_.exit_on_close) begin_close();
}

// Nothing can be read or written any more.
void tcp_connection::on_broken(atom reason) {
  const bool as_end = reason == "econnreset"_atom && !*options_.show_econnreset;
  end_output(as_end ? "closed"_atom : reason);
  if (as_end) return on_end_of_input();
  input_ended_ = true;
  if (recv_) {
    finish_recv(failed(reason));
  } else {
    to_owner(tuple("tcp_error"_atom, handle_, reason));
    tell_closed();
  }
  open_ = false;
}

void tcp_connection::tell_closed() {
  told_closed_ = true;
  to_owner(tuple("tcp_closed"_atom, handle_));
}

void tcp_connection::finish_recv(const term& answer) {
  if (recv_) reply(std::exchange(recv_, std::nullopt)->by, answer);
}

term tcp_connection::as_data(term bytes) const {
  if (*options_.mode == inet::mode::binary) return bytes;
  std::vector<term> elements;
  elements.reserve(bytes.bytes().size());
  for (const std::byte each : bytes.bytes())
    elements.emplace_back(std::to_integer<int>(each));
  return list_of(std::move(elements));
}

void tcp_connection::to_owner(term message) const { send(owner_.process(), std::move(message)); }

// -- output -------------------------------------------------------------------------------------------------------------------------------

void tcp_connection::write() {
  write_queue::parts room;
  while (may_write_ && !out_.empty()) {
    const auto parts = out_.front(room);
    std::size_t offered = 0;
    for (const auto& each : parts)
      offered += each.size();
    const io_result wrote = socket_.write(parts);
    if (wrote.what == io_result::status::failed) return end_output(wrote.reason);
    out_.consume(wrote.bytes);
    may_write_ = wrote.bytes == offered;
  }
  on_written();
}

void tcp_connection::on_written() {
  if (out_.size_bytes() <= *options_.low_watermark && !senders_.empty())
    for (const pending_send& each : std::exchange(senders_, {}))
      reply(each.by, "ok"_atom);
  if (!out_.empty()) return;
  if (shutdown_pending_) (void)socket_.shutdown(*std::exchange(shutdown_pending_, std::nullopt));
  if (detaching_) hand_out();
  if (closing_) open_ = false;
}

// What is queued can no longer be sent. How the connection ended, reading tells.
void tcp_connection::end_output(atom reason) {
  const bool shown = *options_.show_econnreset && reason == "econnreset"_atom;
  output_ended_ = shown || reason == "emsgsize"_atom ? reason : "closed"_atom;
  out_.clear();
  for (const pending_send& each : std::exchange(senders_, {}))
    reply(each.by, failed(*output_ended_));
  if (detaching_) reply(*std::exchange(detaching_, std::nullopt), failed(*output_ended_));
  on_written();
}

// -- readiness, handing out ---------------------------------------------------------------------------------------------------------------

void tcp_connection::ask_for_readiness() {
  in_.shrink();
  if (wants_input() && !may_read_ && !std::exchange(asked_input_, true))
    readiness_->notify(readiness::direction::input, self(), tuple("$ready"_atom, readable_));
  if (!out_.empty() && !may_write_ && !std::exchange(asked_output_, true))
    readiness_->notify(readiness::direction::output, self(), tuple("$ready"_atom, writable_));
}

// Two must not watch one descriptor, so ours goes first, and comes back where the caller has given up.
void tcp_connection::hand_out() {
  readiness_.reset();
  const auto unread = in_.unread();
  gen_tcp::internal::stream all{
      .socket = std::move(socket_), .unread = {unread.begin(), unread.end()}, .options = all_options()};
  if (hand_over(*std::exchange(detaching_, std::nullopt), std::move(all))) {
    open_ = false;
    return;
  }
  socket_ = std::move(all.socket);
  readiness_.emplace(this_node().scheduler(), socket_.descriptor());
  asked_input_ = asked_output_ = false;
  may_read_ = may_write_ = true;
}

} // namespace agner::internal
