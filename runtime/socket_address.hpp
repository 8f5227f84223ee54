// SPDX-License-Identifier: Apache-2.0
// Addresses of sockets as values: `ip_address{127, 0, 0, 1}` is the term {127,0,0,1}, an IPv6 address one of eight elements. Any thread.

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "struct_mapping.hpp"

namespace agner {

/// An IPv4 or IPv6 address.
class ip_address {
public:
  /// 0.0.0.0
  constexpr ip_address() noexcept = default;
  constexpr ip_address(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) noexcept : bytes_{a, b, c, d} {}
  /// As Erlang writes it: eight numbers of 16 bits. @p scope is the interface of a link-local address; the term does not carry it.
  constexpr explicit ip_address(const std::array<std::uint16_t, 8>& words, std::uint32_t scope = 0) noexcept
      : scope_(scope), v6_(true) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      bytes_[2 * i] = static_cast<std::uint8_t>(words[i] >> 8U);
      bytes_[2 * i + 1] = static_cast<std::uint8_t>(words[i]);
    }
  }
  /// `127.0.0.1`, `::1`, `fe80::1%2`; nothing where @p text is no address. @erlang inet:parse_strict_address/1
  static std::optional<ip_address> parse(std::string_view text);

  static constexpr ip_address loopback() noexcept { return {127, 0, 0, 1}; }
  static constexpr ip_address any() noexcept { return {}; }
  static constexpr ip_address loopback_v6() noexcept {
    return ip_address{std::array<std::uint16_t, 8>{0, 0, 0, 0, 0, 0, 0, 1}};
  }
  static constexpr ip_address any_v6() noexcept { return ip_address{std::array<std::uint16_t, 8>{}}; }

  [[nodiscard]] constexpr bool is_v6() const noexcept { return v6_; }
  /// 4 or 16 bytes, the most significant first.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), v6_ ? 16U : 4U}; }
  [[nodiscard]] constexpr std::uint32_t scope() const noexcept { return scope_; }
  /// @erlang inet:ntoa/1
  [[nodiscard]] std::string text() const;

  friend constexpr bool operator==(const ip_address&, const ip_address&) noexcept = default;
  friend constexpr auto operator<=>(const ip_address&, const ip_address&) noexcept = default;

private:
  std::array<std::uint8_t, 16> bytes_{};
  std::uint32_t scope_ = 0;
  bool v6_ = false;
};

/// {A,B,C,D}, or a tuple of eight. @erlang inet:ip_address()
template <>
struct term_traits<ip_address> {
  static term to(const ip_address& value);
  static std::optional<ip_address> from(const term& from);
};

/// {Address, Port}
struct socket_address {
  ip_address ip;
  std::uint16_t port = 0;

  /// `127.0.0.1:80`, `[::1]:80`
  [[nodiscard]] std::string text() const;
  friend constexpr bool operator==(const socket_address&, const socket_address&) noexcept = default;
  friend constexpr auto operator<=>(const socket_address&, const socket_address&) noexcept = default;
};

} // namespace agner
