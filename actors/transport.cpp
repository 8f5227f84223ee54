// SPDX-License-Identifier: Apache-2.0

#include "transport.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "../runtime/node.hpp"
#include "gen_tcp_stream.hpp"

namespace agner {

result<> transport::set(socket_option, int) { return fail("enotsup"_atom); }
result<int> transport::get(socket_option) const { return fail("enotsup"_atom); }

namespace {

class socket_transport final : public transport {
public:
  socket_transport(scheduler& on, stream_socket socket, std::vector<std::byte> unread)
      : socket_(std::move(socket)), unread_(std::move(unread)), readiness_(std::in_place, on, socket_.descriptor()) {}

  io_result read(std::span<std::byte> into) override {
    if (!socket_.is_open()) return io_result::failed("closed"_atom);
    if (unread_.empty() || into.empty()) return socket_.read(into);
    const std::size_t n = std::min(into.size(), unread_.size() - unread_from_);
    std::copy_n(unread_.begin() + static_cast<std::ptrdiff_t>(unread_from_), n, into.begin());
    unread_from_ += n;
    if (unread_from_ == unread_.size()) {
      unread_ = {};
      unread_from_ = 0;
    }
    return io_result::done(n);
  }
  io_result write(std::span<const std::span<const std::byte>> from) override {
    return socket_.is_open() ? socket_.write(from) : io_result::failed("closed"_atom);
  }

  void notify(direction what, const pid& to, term message) override {
    const bool now = !socket_.is_open() || (what == direction::input && !unread_.empty());
    if (!now)
      readiness_->notify(what, to, std::move(message));
    else if (node* const home = node::local(to.home))
      home->send(to, std::move(message));
  }

  result<> shutdown(shutdown_how how) override {
    if (!socket_.is_open()) return fail("closed"_atom);
    return socket_.shutdown(how);
  }
  void close() noexcept override {
    readiness_.reset();
    socket_.close();
  }

  std::optional<gen_tcp::internal::stream> take() {
    if (!socket_.is_open()) return std::nullopt;
    readiness_.reset();
    std::vector<std::byte> rest{unread_.begin() + static_cast<std::ptrdiff_t>(unread_from_), unread_.end()};
    return gen_tcp::internal::stream{.socket = std::move(socket_), .unread = std::move(rest)};
  }

  [[nodiscard]] result<socket_address> peername() const override {
    return ask([&] { return socket_.peername(); });
  }
  [[nodiscard]] result<socket_address> sockname() const override {
    return ask([&] { return socket_.sockname(); });
  }
  result<> set(socket_option which, int value) override {
    if (!socket_.is_open()) return fail("einval"_atom);
    return socket_.set(which, value);
  }
  [[nodiscard]] result<int> get(socket_option which) const override {
    return socket_.is_open() ? socket_.get(which) : fail("einval"_atom);
  }

private:
  template <class F>
  result<socket_address> ask(F f) const {
    return socket_.is_open() ? f() : fail("einval"_atom);
  }

  stream_socket socket_;
  std::vector<std::byte> unread_; // came before this transport was made
  std::size_t unread_from_ = 0;
  std::optional<readiness> readiness_; // goes before the descriptor is closed
};

} // namespace

std::unique_ptr<transport> make_transport(scheduler& on, stream_socket socket, std::vector<std::byte> unread) {
  return std::make_unique<socket_transport>(on, std::move(socket), std::move(unread));
}

std::optional<gen_tcp::internal::stream> gen_tcp::internal::take_stream(transport& of) {
  auto* const over_socket = dynamic_cast<socket_transport*>(&of);
  return over_socket == nullptr ? std::nullopt : over_socket->take();
}

} // namespace agner
