// SPDX-License-Identifier: Apache-2.0

#include "memory_pipe.hpp"

#include <agner/runtime/node.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace agner::test {

namespace {

struct request {
  pid to;
  term message;
};

void send_now(const request& what) {
  if (node* const on = node::local(what.to.home)) on->send(what.to, what.message);
}

/// Bytes on their way to one end.
struct lane {
  std::deque<std::byte> bytes;
  bool ended = false;     // the writer writes no more
  bool abandoned = false; // the reader reads no more
  std::optional<request> reader;
  std::optional<request> writer;
};

} // namespace

struct memory_pipe::state {
  explicit state(const memory_pipe_options& from) : options(from) {}

  // Called with the lock held: tells those whose turn has come.
  void tell(lane& of) {
    const bool readable = failed || !of.bytes.empty() || of.ended || of.abandoned;
    const bool writable = failed || of.bytes.size() < options.capacity_bytes || of.abandoned || of.ended;
    if (readable && of.reader) send_now(*std::exchange(of.reader, std::nullopt));
    if (writable && of.writer) send_now(*std::exchange(of.writer, std::nullopt));
  }

  const memory_pipe_options options;
  std::mutex mutex; // guards what follows
  std::array<lane, 2> lanes;
  std::optional<atom> failed;
};

namespace {

class pipe_end final : public transport {
public:
  pipe_end(std::shared_ptr<memory_pipe::state> of, std::size_t side) : state_(std::move(of)), side_(side) {}
  ~pipe_end() override { pipe_end::close(); }

  io_result read(std::span<std::byte> into) override {
    const std::lock_guard lock{state_->mutex};
    if (closed_) return io_result::failed("closed"_atom);
    if (state_->failed) return io_result::failed(*state_->failed);
    lane& in = incoming();
    if (in.abandoned) return io_result::closed();
    if (in.bytes.empty()) return in.ended ? io_result::closed() : io_result::would_block();
    const std::size_t n = std::min({into.size(), in.bytes.size(), state_->options.step_bytes});
    std::copy_n(in.bytes.begin(), n, into.begin());
    in.bytes.erase(in.bytes.begin(), in.bytes.begin() + static_cast<std::ptrdiff_t>(n));
    state_->tell(in);
    return io_result::done(n);
  }

  io_result write(std::span<const std::span<const std::byte>> from) override {
    const std::lock_guard lock{state_->mutex};
    if (closed_) return io_result::failed("closed"_atom);
    if (state_->failed) return io_result::failed(*state_->failed);
    lane& out = outgoing();
    if (out.ended || out.abandoned) return io_result::failed("epipe"_atom);
    const std::size_t free = state_->options.capacity_bytes - out.bytes.size();
    std::size_t left = std::min(free, state_->options.step_bytes);
    std::size_t wanted = 0;
    std::size_t written = 0;
    for (const auto& part : from) {
      wanted += part.size();
      const std::size_t n = std::min(left, part.size());
      out.bytes.insert(out.bytes.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(n));
      left -= n;
      written += n;
    }
    if (written == 0 && wanted != 0) return io_result::would_block();
    state_->tell(out);
    return io_result::done(written);
  }

  void notify(direction what, const pid& to, term message) override {
    const std::lock_guard lock{state_->mutex};
    if (closed_) return send_now({to, std::move(message)});
    lane& of = what == direction::input ? incoming() : outgoing();
    (what == direction::input ? of.reader : of.writer) = request{to, std::move(message)};
    state_->tell(of);
  }

  result<> shutdown(shutdown_how how) override {
    const std::lock_guard lock{state_->mutex};
    if (closed_) return fail("closed"_atom);
    if (how != shutdown_how::write) incoming().abandoned = true;
    if (how != shutdown_how::read) outgoing().ended = true;
    state_->tell(incoming());
    state_->tell(outgoing());
    return {};
  }

  void close() noexcept override {
    const std::lock_guard lock{state_->mutex};
    if (std::exchange(closed_, true)) return;
    incoming().abandoned = true;
    incoming().reader.reset();
    outgoing().ended = true;
    outgoing().writer.reset();
    state_->tell(incoming());
    state_->tell(outgoing());
  }

  [[nodiscard]] result<socket_address> peername() const override { return address(1 - side_); }
  [[nodiscard]] result<socket_address> sockname() const override { return address(side_); }

private:
  lane& incoming() noexcept { return state_->lanes[side_]; }
  lane& outgoing() noexcept { return state_->lanes[1 - side_]; }
  [[nodiscard]] result<socket_address> address(std::size_t side) const {
    if (closed_) return fail("einval"_atom);
    return socket_address{.ip = ip_address::loopback(), .port = static_cast<std::uint16_t>(side + 1)};
  }

  std::shared_ptr<memory_pipe::state> state_;
  std::size_t side_;
  bool closed_ = false;
};

} // namespace

memory_pipe::memory_pipe(const memory_pipe_options& options) : state_(std::make_shared<state>(options)) {
  left = std::make_unique<pipe_end>(state_, 0);
  right = std::make_unique<pipe_end>(state_, 1);
}

void memory_pipe::break_with(atom reason) {
  const std::lock_guard lock{state_->mutex};
  state_->failed = reason;
  for (lane& each : state_->lanes)
    state_->tell(each);
}

} // namespace agner::test
