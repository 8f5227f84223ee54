// SPDX-License-Identifier: Apache-2.0
// What stream.hpp promises, over a wire whose handshake is done. Used by the process that owns it.

#pragma once

#include <memory>
#include <optional>

#include "../stream.hpp"
#include "wire.hpp"

namespace agner::ssl::internal {

class secured_stream final : public stream {
public:
  explicit secured_stream(std::unique_ptr<wire> over) noexcept : wire_(std::move(over)) {}
  ~secured_stream() override { secured_stream::close(); }

  io_result read(std::span<std::byte> into) override;
  io_result write(std::span<const std::span<const std::byte>> from) override;
  void notify(direction what, const pid& to, term message) override;
  result<> shutdown(shutdown_how how) override;
  void close() noexcept override;

  [[nodiscard]] result<socket_address> peername() const override { return wire_->below().peername(); }
  [[nodiscard]] result<socket_address> sockname() const override { return wire_->below().sockname(); }
  result<> set(socket_option which, int value) override { return wire_->below().set(which, value); }
  [[nodiscard]] result<int> get(socket_option which) const override { return wire_->below().get(which); }

  [[nodiscard]] protocol_version version() const override;
  [[nodiscard]] std::optional<term> peercert() const override { return wire_->tls().peer_certificate(); }
  [[nodiscard]] std::optional<certificate_names> peer_names() const override;
  [[nodiscard]] term failure() const override;

private:
  struct request {
    pid to;
    term message;
  };

  [[nodiscard]] io_result ended() const;
  std::size_t encrypt(std::span<const std::span<const std::byte>> from);
  bool flush();
  void tell_writer();

  std::unique_ptr<wire> wire_;
  bool closed_ = false;
  /// The last read found nothing more.
  bool drained_ = false;
  /// A byte that was taken and not yet said to be.
  bool byte_withheld_ = false;
  /// What to end below once all is sent.
  std::optional<shutdown_how> shutdown_due_;
  /// Who waits for the end of a renegotiation.
  std::optional<request> writer_;
};

} // namespace agner::ssl::internal
