// SPDX-License-Identifier: Apache-2.0
// The cookie that the nodes of a user share: `~/.erlang.cookie`, read as OTP reads it, and made where there is none. Any thread.

#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace agner {

/// The cookie in the text of a cookie file: printable ASCII, then nothing but line ends and blanks.
/// @errors `Bad characters in cookie`, `Too short cookie string`; and, unlike OTP, a cookie of more than 255 characters
/// @source OTP 25 auth: check_cookie
std::expected<std::string, std::string> cookie_in(std::string_view text);

/// Where cookies of a user are.
struct cookie_places {
  std::optional<std::filesystem::path> home;   // $HOME
  std::optional<std::filesystem::path> config; // $XDG_CONFIG_HOME, else $HOME/.config

  static cookie_places here();
};

/// The cookie in `HOME/.erlang.cookie`, else in `CONFIG/erlang/.erlang.cookie`; where neither is, a fresh one, written to the first with mode 400.
///
/// @errors one sentence that names the file: it is no regular file; others than its owner may access it; it cannot be read, or written; what `cookie_in` says; no home
/// @source OTP 25 auth: read_cookie, check_attributes, create_cookie
std::expected<std::string, std::string> read_or_create_cookie(const cookie_places& in);

} // namespace agner
