// SPDX-License-Identifier: Apache-2.0
// The life of a connected socket, and the requests it answers.

#include "tcp_connection.hpp"

#include <algorithm>
#include <utility>

#include "../gen_tcp.hpp"
#include "../receive.hpp"
#include "kernel_options.hpp"

namespace agner::internal {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How long a close waits for the peer to take what is queued, and how long for it to take anything. @source OTP 25 prim_inet:close/1
constexpr seconds close_wait_max{180};
constexpr seconds close_progress_within{5};

std::optional<shutdown_how> how_of(const term& name) {
  if (name.is("read"_atom)) return shutdown_how::read;
  if (name.is("write"_atom)) return shutdown_how::write;
  if (name.is("read_write"_atom)) return shutdown_how::read_write;
  return std::nullopt;
}

} // namespace

tcp_connection::tcp_connection(gen_tcp::internal::stream of, const pid& owner)
    : socket_(std::move(of.socket)),
      readiness_(std::in_place, this_node().scheduler(), socket_.descriptor()),
      readable_(make_ref()),
      writable_(make_ref()),
      handle_(to_term(gen_tcp::socket{self()})),
      options_(std::move(of.options)),
      owner_(owner),
      in_(options_.packet->type().value_or(packet_type::raw), *options_.packet_size, *options_.buffer) {
  in_.put(of.unread);
  if (active_.change(*options_.active).value_or(false)) to_owner(tuple("tcp_passive"_atom, handle_));
}

task<> tcp_connection::run() {
  for (;;) {
    const bool more = work();
    on_time();
    if (!open_) break;
    ask_for_readiness();
    co_await receive([this](const socket_request& request) { answer(request); },
                     [this](const socket_cancel& what) { cancel(what.ref); },
                     on(match("$ready"_atom, readable_), [this] { may_read_ = !(asked_input_ = false); }),
                     on(match("$ready"_atom, writable_), [this] { may_write_ = !(asked_output_ = false); }),
                     on(match("DOWN"_atom, any<reference>, _, _, _),
                        [this](const reference& which) {
                          if (owner_.is_gone(which)) begin_close();
                        }),
                     [](const term&) {}, after(time_left(more), [] {}));
  }
}

// -- requests ---------------------------------------------------------------------------------------------------------------------------

void tcp_connection::answer(const socket_request& request) {
  const auto& [by, what] = request;
  if (what.is("close"_atom)) {
    closers.push_back(by);
    return begin_close();
  }
  if (!what.is_tuple() || what.size() < 2) return answer_about(request);
  if (what[0].is("setopts"_atom)) return reply(by, closing_ ? failed("einval"_atom) : to_term(set_options(what[1])));
  if (closing_) return reply(by, failed("closed"_atom));
  if (what.is_tagged("send"_atom, 2)) return begin_send(by, what[1]);
  if (what.is_tagged("recv"_atom, 3)) return begin_recv(by, what);
  if (what.is_tagged("hold"_atom, 2)) return reply(by, to_term(hold(by.from, what[1])));
  if (what.is_tagged("give"_atom, 2)) return reply(by, to_term(give(by.from, what[1])));
  const auto how = what.is_tagged("shutdown"_atom, 2) ? how_of(what[1]) : std::nullopt;
  reply(by, how ? to_term(shut(*how)) : failed("einval"_atom));
}

void tcp_connection::answer_about(const socket_request& request) {
  const auto& [by, what] = request;
  if (what.is("detach"_atom) && !closing_) return begin_detach(by);
  if (closing_) return reply(by, failed(what.is("detach"_atom) ? "closed"_atom.value() : "einval"_atom.value()));
  if (what.is("getopts"_atom)) return reply(by, tuple("ok"_atom, all_options().to_list()));
  if (what.is("peername"_atom)) return reply(by, to_term(socket_.peername()));
  if (what.is("sockname"_atom)) return reply(by, to_term(socket_.sockname()));
  reply(by, failed("einval"_atom));
}

void tcp_connection::cancel(const reference& ref) {
  if (recv_ && recv_->by.ref == ref) recv_.reset();
  if (detaching_ && detaching_->ref == ref) detaching_.reset();
}

// As OTP's: what finds nothing queued is taken at once, however long it is; what comes behind waits when the queue is at the high watermark.
// @source OTP 25 inet_drv.c tcp_sendv
void tcp_connection::begin_send(const socket_caller& by, const term& binaries) {
  if (output_ended_) return reply(by, failed(*output_ended_));
  const auto pieces = iodata_to_pieces(binaries);
  if (!pieces) return reply(by, failed("einval"_atom));
  const auto header = encode_packet_header(options_.packet->type().value_or(packet_type::raw), pieces->size_bytes);
  if (!header) return reply(by, failed(header.error().reason()));
  const bool behind = !out_.empty();
  out_.push(*header, *pieces);
  if (!behind) write();
  if (output_ended_) return reply(by, failed(*output_ended_));
  if (!behind || out_.size_bytes() < *options_.high_watermark) return reply(by, "ok"_atom);
  senders_.push_back({by, deadline(options_.send_timeout)});
}

void tcp_connection::begin_recv(const socket_caller& by, const term& request) {
  const auto length = from_term<std::size_t>(request[1]);
  const auto timeout = request[2].to_int64();
  const bool packets = options_.packet->type() != packet_type::raw;
  if (active_.on() || !length || (packets && *length != 0)) return reply(by, failed("einval"_atom));
  if (*length > packet_size_max) return reply(by, failed("enomem"_atom));
  if (recv_) return reply(by, failed("ealready"_atom));
  if (input_ended_) return reply(by, failed("closed"_atom));
  recv_ = {by, *length, deadline(timeout ? std::optional{milliseconds{*timeout}} : std::nullopt)};
}

void tcp_connection::begin_detach(const socket_caller& by) {
  if (by.from != owner_.process()) return reply(by, failed("not_owner"_atom));
  if (output_ended_ || input_ended_) return reply(by, failed("closed"_atom));
  if (recv_ || detaching_) return reply(by, failed("einval"_atom));
  detaching_ = by;
}

// The owner moves what it has received to the next one between hold and give; nothing is delivered meanwhile.
result<bool> tcp_connection::hold(const pid& by, const term& next) {
  auto may = owner_.may_become(by, next);
  if (may && *may) held_ = true;
  return may;
}

result<> tcp_connection::give(const pid& by, const term& to) {
  const auto may = owner_.may_become(by, to);
  if (by == owner_.process()) held_ = false;
  if (!may) return fail(may.error().reason());
  if (*may) owner_.become(to.as_pid());
  return {};
}

result<> tcp_connection::shut(shutdown_how how) {
  if (how == shutdown_how::read || out_.empty()) {
    if (auto done = socket_.shutdown(how); !done) return done;
  } else {
    shutdown_pending_ = how;
  }
  if (how != shutdown_how::read && !output_ended_) output_ended_ = "closed"_atom;
  if (how != shutdown_how::write) may_read_ = true;
  return {};
}

result<> tcp_connection::set_options(const term& list) {
  const auto changes = inet::options::from_list(list);
  if (!changes) return fail(changes.error().reason());
  if (auto done = set_kernel_options(socket_, *changes); !done) return done;
  options_ = options_.with(*changes);
  if (changes->packet) in_.set_type(*options_.packet->type());
  in_.set_size_max(*options_.packet_size);
  in_.set_buffer(*options_.buffer);
  if (changes->active) {
    const auto passive = active_.change(*changes->active);
    if (!passive) return fail(passive.error().reason());
    if (*passive) to_owner(tuple("tcp_passive"_atom, handle_));
    if (active_.on() && input_ended_ && !told_closed_) tell_closed();
  }
  return {};
}

inet::options tcp_connection::all_options() const {
  inet::options all = options_;
  all.active = active_.value();
  get_kernel_options(socket_, all);
  return all;
}

// -- time -------------------------------------------------------------------------------------------------------------------------------

tcp_connection::time_point tcp_connection::now() const { return this_node().scheduler().time().now(); }

std::optional<tcp_connection::time_point> tcp_connection::deadline(std::optional<milliseconds> from_now) const {
  if (!from_now || *from_now == infinity) return std::nullopt;
  return now() + *from_now;
}

std::chrono::nanoseconds tcp_connection::time_left(bool work_left) const {
  if (work_left) return std::chrono::nanoseconds::zero();
  auto first = time_point::max();
  if (recv_ && recv_->until) first = *recv_->until;
  for (const pending_send& each : senders_)
    first = std::min(first, each.until.value_or(first));
  if (closing_) first = std::min({first, closing_->until, closing_->next_look});
  if (first == time_point::max()) return std::chrono::nanoseconds::max();
  return std::max(first - now(), std::chrono::nanoseconds::zero());
}

void tcp_connection::on_time() {
  if (!closing_ && senders_.empty() && !(recv_ && recv_->until)) return;
  const time_point at = now();
  if (recv_ && recv_->until && *recv_->until <= at) finish_recv(failed("timeout"_atom));
  const bool late = std::erase_if(senders_, [at](const pending_send& each) {
                      if (!each.until || *each.until > at) return false;
                      reply(each.by, failed("timeout"_atom));
                      return true;
                    }) != 0;
  if (late && *options_.send_timeout_close) open_ = false;
  if (!closing_) return;
  if (closing_->until <= at || (closing_->next_look <= at && closing_->bytes_left == out_.size_bytes())) open_ = false;
  if (closing_->next_look <= at) {
    closing_->next_look = at + close_progress_within;
    closing_->bytes_left = out_.size_bytes();
  }
}

// -- the end ----------------------------------------------------------------------------------------------------------------------------

void tcp_connection::begin_close() {
  if (closing_ || !open_) return;
  finish_recv(failed("closed"_atom));
  for (const pending_send& each : std::exchange(senders_, {}))
    reply(each.by, failed("closed"_atom));
  const auto& [lingers, wait] = *options_.linger;
  if (out_.empty() || (lingers && wait == seconds{0})) {
    open_ = false;
    return;
  }
  const time_point at = now();
  const time_point until = at + (lingers ? wait : close_wait_max);
  closing_ = {
      .until = until, .next_look = lingers ? until : at + close_progress_within, .bytes_left = out_.size_bytes()};
}

task<> run_tcp_connection(gen_tcp::internal::stream& of, pid owner) {
  std::vector<socket_caller> closers;
  {
    tcp_connection connection{std::move(of), owner};
    co_await connection.run();
    closers = std::move(connection.closers);
  }
  // The descriptor is closed now.
  for (const socket_caller& each : closers)
    reply(each, "ok"_atom);
}

} // namespace agner::internal
