// SPDX-License-Identifier: Apache-2.0

#include "option_rules.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_views.hpp"
#include "option_values.hpp"

namespace agner::ssl::internal {
namespace {

/// Longest server name that SNI can carry. @source RFC 6066, section 3; RFC 1035, section 2.3.4
constexpr std::size_t server_name_characters_max = 255;

/// Most intermediates that depth may ask for. @source OpenSSL refuses chains longer than 100
constexpr std::int64_t depth_max = 100;

// -- rules for single options -------------------------------------------------------------------------------------------------------

template <auto Member>
void path(atom option, const term& value, checking& in) {
  if (auto text = name_value(value))
    in.made.context.*Member = *std::move(text);
  else
    in.faults.expected(option, value, "the path of a PEM file, as a string or binary");
}

template <auto Member>
void context_boolean(atom option, const term& value, checking& in) {
  if (const auto on = boolean_value(value))
    in.made.context.*Member = *on;
  else
    in.faults.expected(option, value, "true or false");
}

void password(atom option, const term& value, checking& in) {
  if (auto text = text_value(value))
    in.made.context.password = *std::move(text);
  else
    in.faults.expected_secret(option, "a string or binary");
}

void verify(atom option, const term& value, checking& in) {
  in.verify_given = true;
  if (value.is("verify_peer"_atom))
    in.made.context.verify_peer = true;
  else if (value.is("verify_none"_atom))
    in.made.context.verify_peer = false;
  else
    in.faults.expected(option, value, "verify_peer or verify_none");
}

void depth(atom option, const term& value, checking& in) {
  if (const auto levels = integer_value(value, 0, depth_max))
    in.made.context.depth = static_cast<int>(*levels);
  else
    in.faults.expected(option, value,
                       "an integer from 0 to 100: how many authorities may stand between the peer and a trusted one");
}

void server_name(atom option, const term& value, checking& in) {
  if (value.is("disable"_atom)) {
    in.made.name = {.what = name_settings::form::disabled};
    return;
  }
  auto name = name_value(value);
  if (name && name->size() <= server_name_characters_max)
    in.made.name = {.what = name_settings::form::given, .name = *std::move(name)};
  else
    in.faults.expected(option, value, "a host name of at most 255 characters, or disable");
}

// -- the stream and the transport ---------------------------------------------------------------------------------------------------

void mode(atom option, const term& value, checking& in) {
  if (value.is("list"_atom))
    in.made.stream.mode = inet::mode::list;
  else if (value.is("binary"_atom))
    in.made.stream.mode = inet::mode::binary;
  else
    in.faults.expected(option, value, "list or binary");
}

void packet(atom option, const term& value, checking& in) {
  if (const auto bytes = packet_value(value))
    in.made.stream.packet = *bytes;
  else
    in.faults.expected(option, value, "raw, 0, 1, 2 or 4");
}

void packet_size(atom option, const term& value, checking& in) {
  if (const auto bytes = integer_value(value, 0, std::numeric_limits<std::uint32_t>::max()))
    in.made.stream.packet_size = static_cast<std::size_t>(*bytes);
  else
    in.faults.expected(option, value, "a number of bytes, 0 for no limit");
}

void active(atom option, const term& value, checking& in) {
  if (const auto how = active_value(value))
    in.made.stream.active = *how;
  else
    in.faults.expected(option, value, "true, false, once, or an integer from -32768 to 32767");
}

void local_address(atom option, const term& value, checking& in) {
  if (auto address = address_value(value))
    in.made.transport.push_back(tuple(option, *std::move(address)));
  else
    in.faults.expected(option, value, "an address such as {127,0,0,1}");
}

void transport_boolean(atom option, const term& value, checking& in) {
  if (boolean_value(value))
    in.made.transport.push_back(tuple(option, value));
  else
    in.faults.expected(option, value, "true or false");
}

void local_port(atom option, const term& value, checking& in) {
  if (integer_value(value, 0, std::numeric_limits<std::uint16_t>::max()))
    in.made.transport.push_back(tuple(option, value));
  else
    in.faults.expected(option, value, "a port from 0 to 65535");
}

template <std::int64_t Least>
void transport_number(atom option, const term& value, checking& in) {
  if (integer_value(value, Least, std::numeric_limits<int>::max()))
    in.made.transport.push_back(tuple(option, value));
  else
    in.faults.expected(option, value, Least == 0 ? "an integer of 0 or more" : "a number of bytes");
}

void backlog(atom option, const term& value, checking& in) {
  if (integer_value(value, 0, std::numeric_limits<int>::max()))
    in.made.transport.push_back(tuple(option, value));
  else
    in.faults.expected(option, value, "a number of connections");
}

constexpr std::array rules = {
    rule{"certfile", rule::sides::both, path<&context_settings::certfile>},
    rule{"keyfile", rule::sides::both, path<&context_settings::keyfile>},
    rule{"cacertfile", rule::sides::both, path<&context_settings::cacertfile>},
    rule{"password", rule::sides::both, password},
    rule{"verify", rule::sides::both, verify},
    rule{"fail_if_no_peer_cert", rule::sides::server, context_boolean<&context_settings::fail_if_no_peer_cert>},
    rule{"depth", rule::sides::both, depth},
    rule{"server_name_indication", rule::sides::client, server_name},
    rule{"mode", rule::sides::both, mode},
    rule{"packet", rule::sides::both, packet},
    rule{"packet_size", rule::sides::both, packet_size},
    rule{"active", rule::sides::both, active},
    rule{"ip", rule::sides::both, local_address},
    rule{"nodelay", rule::sides::both, transport_boolean},
    rule{"keepalive", rule::sides::both, transport_boolean},
    rule{"reuseaddr", rule::sides::both, transport_boolean},
    rule{"reuseport", rule::sides::both, transport_boolean},
    rule{"ipv6_v6only", rule::sides::both, transport_boolean},
    rule{"recbuf", rule::sides::both, transport_number<1>},
    rule{"sndbuf", rule::sides::both, transport_number<1>},
    rule{"priority", rule::sides::both, transport_number<0>},
    rule{"tos", rule::sides::both, transport_number<0>},
    rule{"tclass", rule::sides::both, transport_number<0>},
    rule{"port", rule::sides::client, local_port},
    rule{"backlog", rule::sides::server, backlog},
};

std::array<std::span<const rule>, 4> tables() { return {rules, peer_rules(), protocol_rules(), handshake_rules()}; }

/// Options of the ssl manual, and of OTP 25, that a later version brings.
constexpr std::string_view later[] = {
    "anti_replay",
    "beast_mitigation",
    "cookie",
    "crl_cache",
    "crl_check",
    "early_data",
    "erl_dist",
    "exit_on_close",
    "header",
    "honor_ecc_order",
    "ktls",
    "middlebox_comp_mode",
    "ocsp_nonce",
    "ocsp_responder_certs",
    "ocsp_stapling",
    "protocol",
    "receiver_spawn_opts",
    "renegotiate_at",
    "reuse_session",
    "reuse_sessions",
    "send_timeout",
    "sender_spawn_opts",
    "session_tickets",
    "use_ticket",
};

// -- names nobody knows -------------------------------------------------------------------------------------------------------------

/// Levenshtein's distance, for proposing a name. Names are short: option names, and at most 64 characters of what was given.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (left[i - 1] == right[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}

} // namespace

const rule* rule_called(std::string_view name) {
  for (const auto table : tables())
    for (const rule& one : table)
      if (one.name == name) return &one;
  return nullptr;
}

bool comes_later(std::string_view name) { return std::ranges::find(later, name) != std::end(later); }

std::string_view nearest_option(std::string_view name) {
  constexpr std::size_t name_characters_max = 64;
  if (name.size() > name_characters_max) return {};
  std::string_view best;
  std::size_t least = 4; // further away is another word
  for (const auto table : tables()) {
    for (const rule& one : table) {
      const std::size_t far = distance(name, one.name);
      if (far >= least) continue;
      least = far;
      best = one.name;
    }
  }
  return best;
}

} // namespace agner::ssl::internal
