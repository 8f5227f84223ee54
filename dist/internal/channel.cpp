// SPDX-License-Identifier: Apache-2.0

#include "channel.hpp"

#include <algorithm>
#include <optional>

#include "../../actors/process.hpp"
#include "frame_reader.hpp"
#include "signal_delivery.hpp"

namespace agner::dist::internal {

namespace {

// How much is read, and written, before other messages of the channel get their turn.
constexpr std::size_t bytes_a_turn = 256UL << 10U;

class channel {
public:
  channel(std::shared_ptr<connection> at, std::unique_ptr<transport> over, std::vector<std::byte> unread,
          channel_options options)
      : at_(std::move(at)),
        over_(std::move(over)),
        reader_(std::move(unread)),
        delivery_(*at_),
        options_(options),
        ready_(make_ref()) {}

  task<term> run();

private:
  void read_turn();
  void write_turn();
  void tick();
  void arm_tick() { send_after(options_.tick_time / options_.tick_intensity, self(), tuple("$tick"_atom, ready_)); }
  void ask(transport::direction what) {
    over_->notify(
        what, self(),
        tuple("$ready"_atom, ready_, what == transport::direction::input ? term("input"_atom) : term("output"_atom)));
  }
  /// The peer has sent what it must not.
  void refuse(const term& reason) {
    log::error("** Node ~p sent what cannot be read **~n** Removing connection: ~p **~n", at_->peer(), reason);
    end(reason);
  }
  void end(term reason) {
    if (!ended_) ended_ = std::move(reason);
  }

  std::shared_ptr<connection> at_;
  std::unique_ptr<transport> over_;
  frame_reader reader_;
  signal_delivery delivery_;
  channel_options options_;
  reference ready_;
  std::vector<std::span<const std::byte>> pieces_;
  std::optional<term> ended_;
  bool output_blocked_ = false;
  bool read_since_tick_ = false;
  bool wrote_since_tick_ = false;
  int silent_ticks_ = 0;
};

task<term> channel::run() {
  arm_tick();
  read_turn(); // what came with the handshake
  write_turn();
  while (!ended_) {
    co_await receive(on(match("$ready"_atom, ready_, "input"_atom), [this] { read_turn(); }),
                     on(match("$ready"_atom, ready_, "output"_atom),
                        [this] {
                          output_blocked_ = false;
                          write_turn();
                        }),
                     on(match("$tick"_atom, ready_), [this] { tick(); }),
                     on(match("close"_atom, any<term>), [this](term reason) { end(std::move(reason)); }), //
                     [this](const term& message) {
                       if (message.is("flush"_atom)) write_turn();
                     });
  }
  co_return *ended_;
}

void channel::read_turn() {
  std::size_t total = 0;
  for (;;) {
    while (auto frame = reader_.next()) {
      if (at_->now() == connection::state::closed) return; // its end has been told: nothing comes after that
      if (auto done = delivery_.deliver(*frame); !done) return refuse(done.error().reason());
    }
    if (reader_.failed()) return refuse(reader_.failed()->reason());
    if (total >= bytes_a_turn) break;
    const io_result got = over_->read(reader_.prepare());
    if (got.what == io_result::status::closed) return end("connection_closed"_atom);
    if (got.what == io_result::status::failed)
      return end(got.reason == "closed"_atom ? term("connection_closed"_atom) : term(got.reason));
    if (got.what == io_result::status::would_block) break;
    reader_.commit(got.bytes);
    total += got.bytes;
    read_since_tick_ = true;
  }
  ask(transport::direction::input);
  write_turn(); // reading may have made something to write: acknowledgements, TLS records
}

void channel::write_turn() {
  if (output_blocked_ || ended_) return;
  std::size_t total = 0;
  while (total < bytes_a_turn) {
    pieces_.clear();
    at_->gather(bytes_a_turn / 4, pieces_);
    if (pieces_.empty() && at_->rest()) return;
    const io_result done = over_->write(pieces_);
    if (done.what == io_result::status::failed || done.what == io_result::status::closed)
      return end("connection_closed"_atom);
    if (done.what == io_result::status::would_block) {
      output_blocked_ = true;
      return ask(transport::direction::output);
    }
    at_->written(done.bytes);
    total += done.bytes;
    wrote_since_tick_ = true;
  }
  send(self(), "flush"_atom); // more waits: others first
}

// An idle direction is kept alive with an empty frame. @source OTP 25 dist_util: send_tick
void channel::tick() {
  arm_tick();
  silent_ticks_ = read_since_tick_ ? 0 : silent_ticks_ + 1;
  read_since_tick_ = false;
  if (silent_ticks_ >= options_.tick_intensity) {
    log::error("** Node ~p not responding **~n** Removing (timedout) connection **~n", at_->peer());
    return end("net_tick_timeout"_atom);
  }
  if (!wrote_since_tick_ && !output_blocked_) {
    at_->tick();
    write_turn();
  }
  wrote_since_tick_ = false;
}

} // namespace

task<term> run_channel(std::shared_ptr<connection> at, std::unique_ptr<transport> over, std::vector<std::byte> unread,
                       channel_options options) {
  channel runs{std::move(at), std::move(over), std::move(unread), options};
  co_return co_await runs.run();
}

} // namespace agner::dist::internal
