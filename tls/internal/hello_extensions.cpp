// SPDX-License-Identifier: Apache-2.0

#include "hello_extensions.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "../../runtime/term_builders.hpp"
#include "hello_names.hpp"

namespace agner::ssl::internal {
namespace {

using bytes = std::span<const std::byte>;
using pairs = std::vector<std::pair<term, term>>;

/// Takes numbers and vectors off the front; `good` says whether there was enough.
struct cursor {
  bytes left;
  bool good = true;

  bytes take(std::size_t count) {
    good = good && count <= left.size();
    if (!good) return {};
    const bytes taken = left.first(count);
    left = left.subspan(count);
    return taken;
  }
  std::size_t number(std::size_t size) {
    std::size_t made = 0;
    for (const std::byte one : take(size))
      made = made << 8U | static_cast<std::size_t>(one);
    return made;
  }
  /// A vector whose length stands in front of it, in @p size bytes.
  bytes vector(std::size_t size) { return take(number(size)); }
  [[nodiscard]] bool more() const { return good && !left.empty(); }
};

struct hello {
  bool of_client;
  bool tls1_3;
  /// Number and content.
  std::vector<std::pair<unsigned, bytes>> extensions = {};
};

// -- values ---------------------------------------------------------------------------------------------------------------------------

using value = std::optional<term>;

value given(bytes of) { return binary(of); }
value inner(bytes of, std::size_t size) {
  cursor from{of};
  const bytes inside = from.vector(size);
  return from.good ? value{binary(inside)} : std::nullopt;
}

/// Each number of @p size bytes in the vector that @p of is, as far as @p name knows it.
template <class Name>
value numbers(bytes of, std::size_t length_size, std::size_t size, Name name) {
  cursor from{of};
  cursor each{from.vector(length_size)};
  std::vector<term> made;
  while (each.more())
    if (value one = name(static_cast<unsigned>(each.number(size))); one && each.good) made.push_back(*std::move(one));
  return from.good && each.good ? value{list_of(std::move(made))} : std::nullopt;
}

value alpn(bytes of) { return inner(of, 2); }
value next_protocols(bytes of) { return given(of); }
value srp(bytes of) { return inner(of, 1); }
value cookie(bytes of) { return inner(of, 2); }

/// Of a first handshake <<0>>, as it was sent.
value renegotiation(bytes of) { return of.size() == 1 ? given(of) : inner(of, 1); }

value sni(bytes of) {
  if (of.empty()) return string("");
  cursor from{of};
  cursor names{from.vector(2)};
  while (names.more()) {
    const bool host = names.number(1) == 0;
    const bytes name = names.vector(2);
    if (!host || !names.good) continue;
    std::vector<term> characters;
    for (const std::byte one : name)
      characters.emplace_back(static_cast<int>(one));
    return list_of(std::move(characters));
  }
  return std::nullopt;
}

value point_formats(bytes of) {
  return numbers(of, 1, 1, [](unsigned one) { return value{static_cast<int>(one)}; });
}
value version(unsigned number) { return tuple(static_cast<int>(number >> 8U), static_cast<int>(number & 0xffU)); }
value versions(bytes of) { return numbers(of, 1, 2, version); }
value fragment(bytes of) { return of.size() == 1 ? value{static_cast<int>(of[0])} : std::nullopt; }
value psk_modes(bytes of) {
  return numbers(of, 1, 1, [](unsigned one) {
    return one == 0 ? value{"psk_ke"_atom} : one == 1 ? value{"psk_dhe_ke"_atom} : std::nullopt;
  });
}

value share(cursor& from) {
  const auto group = static_cast<unsigned>(from.number(2));
  const bytes key = from.vector(2);
  const auto name = group_named(group);
  if (!from.good || !name) return std::nullopt;
  return tuple("key_share_entry"_atom, *name, binary(key));
}
value client_shares(bytes of) {
  cursor from{of};
  cursor each{from.vector(2)};
  std::vector<term> made;
  while (each.more())
    if (value one = share(each)) made.push_back(*std::move(one));
  return from.good && each.good ? value{list_of(std::move(made))} : std::nullopt;
}
/// A HelloRetryRequest names the group alone.
value server_share(bytes of) {
  cursor from{of};
  if (of.size() == 2) return group_named(static_cast<unsigned>(from.number(2)));
  return share(from);
}

value client_tickets(bytes of) {
  cursor from{of};
  cursor identities{from.vector(2)};
  cursor binders{from.vector(2)};
  std::vector<term> offered;
  std::vector<term> bound;
  while (identities.more()) {
    const bytes identity = identities.vector(2);
    offered.push_back(tuple("psk_identity"_atom, binary(identity), identities.number(4)));
  }
  while (binders.more())
    bound.push_back(binary(binders.vector(1)));
  if (!from.good || !identities.good || !binders.good) return std::nullopt;
  return tuple("offered_psks"_atom, list_of(std::move(offered)), list_of(std::move(bound)));
}
value server_ticket(bytes of) {
  cursor from{of};
  return from.number(2);
}

value authorities(bytes of) {
  cursor from{of};
  cursor each{from.vector(2)};
  std::vector<term> made;
  while (each.more())
    made.push_back(binary(each.vector(2)));
  return from.good && each.good ? value{list_of(std::move(made))} : std::nullopt;
}

value selected_version(bytes of) {
  cursor from{of};
  const auto number = from.number(2);
  return from.good && number == TLS1_3_VERSION ? version(TLS1_3_VERSION) : std::nullopt;
}
value schemes(bytes of) { return numbers(of, 2, 2, scheme_named); }
value hash_and_signature(bytes of) { return numbers(of, 2, 2, pair_named); }
value group_names(bytes of) { return numbers(of, 2, 2, group_named); }
value curves(bytes of) { return numbers(of, 2, 2, curve_identifier); }

// -- which there are ------------------------------------------------------------------------------------------------------------------

/// Who sends it, and in which versions: those with `always` are `undefined` where they were not sent.
struct known_extension {
  unsigned number;
  atom (*name)();
  bool of_client;
  bool tls1_3;
  bool always;
  value (*read)(bytes);
};

constexpr bool client = true;
constexpr bool server = false;
constexpr bool old = false;
constexpr bool new_ = true;

template <agner::internal::literal_text Text>
constexpr auto named = &atom_literal<Text>::value;

// Numbers from IANA's registry of TLS extensions: frozen.
constexpr known_extension known[] = {
    {0, named<"sni">, client, old, true, sni},
    {0, named<"sni">, client, new_, true, sni},
    {0, named<"sni">, server, old, false, sni},
    {1, named<"max_frag_enum">, client, old, false, fragment},
    {1, named<"max_frag_enum">, client, new_, false, fragment},
    {1, named<"max_frag_enum">, server, old, false, fragment},
    {10, named<"elliptic_curves">, client, old, true, curves},
    {10, named<"elliptic_curves">, client, new_, true, group_names},
    {11, named<"ec_point_formats">, client, old, true, point_formats},
    {11, named<"ec_point_formats">, client, new_, false, point_formats},
    {11, named<"ec_point_formats">, server, old, true, point_formats},
    {12, named<"srp">, client, old, true, srp},
    {13, named<"signature_algs">, client, old, true, hash_and_signature},
    {13, named<"signature_algs">, client, new_, true, schemes},
    {16, named<"alpn">, client, old, true, alpn},
    {16, named<"alpn">, client, new_, true, alpn},
    {16, named<"alpn">, server, old, true, alpn},
    {41, named<"pre_shared_key">, client, new_, true, client_tickets},
    {41, named<"pre_shared_key">, server, new_, true, server_ticket},
    {43, named<"client_hello_versions">, client, old, false, versions},
    {43, named<"client_hello_versions">, client, new_, true, versions},
    {43, named<"server_hello_selected_version">, server, new_, true, selected_version},
    {44, named<"cookie">, client, new_, true, cookie},
    {44, named<"cookie">, server, new_, false, cookie},
    {45, named<"psk_key_exchange_modes">, client, new_, true, psk_modes},
    {47, named<"certificate_authorities">, client, new_, true, authorities},
    {50, named<"signature_algs_cert">, client, old, false, schemes},
    {50, named<"signature_algs_cert">, client, new_, true, schemes},
    {51, named<"key_share">, client, new_, true, client_shares},
    {51, named<"key_share">, server, new_, true, server_share},
    {13172, named<"next_protocol_negotiation">, client, old, true, next_protocols},
    {13172, named<"next_protocol_negotiation">, client, new_, false, next_protocols},
    {13172, named<"next_protocol_negotiation">, server, old, true, next_protocols},
    {65281, named<"renegotiation_info">, client, old, true, renegotiation},
    {65281, named<"renegotiation_info">, client, new_, false, renegotiation},
    {65281, named<"renegotiation_info">, server, old, true, renegotiation},
};

term map_for(const hello& said) {
  pairs made;
  for (const auto& one : known) {
    if (one.of_client != said.of_client || one.tls1_3 != said.tls1_3) continue;
    const auto found = std::ranges::find(said.extensions, one.number, &std::pair<unsigned, bytes>::first);
    value read = found == said.extensions.end() ? std::nullopt : one.read(found->second);
    if (read || one.always) made.emplace_back(term{one.name()}, read.value_or("undefined"_atom));
  }
  return map_of(std::move(made));
}

// -- where they come from -------------------------------------------------------------------------------------------------------------

bool offers_tls1_3(const hello& said) {
  for (const auto& [number, content] : said.extensions) {
    if (number != TLSEXT_TYPE_supported_versions) continue;
    cursor from{content};
    cursor each{from.vector(1)};
    while (each.more())
      if (each.number(2) == TLS1_3_VERSION) return true;
  }
  return false;
}

/// OpenSSL keeps what it has read of the ClientHello until that is answered.
hello hello_of_client(const engine& of) {
  auto* ssl = const_cast<SSL*>(of.native()); // OpenSSL's question takes no const
  hello said{.of_client = true, .tls1_3 = false};
  int* numbers = nullptr;
  std::size_t count = 0;
  if (SSL_client_hello_get1_extensions_present(ssl, &numbers, &count) != 1) return said;
  for (const int number : std::span{numbers, count}) {
    const unsigned char* data = nullptr;
    std::size_t size = 0;
    const auto type = static_cast<unsigned>(number);
    if (SSL_client_hello_get0_ext(ssl, type, &data, &size) == 1)
      said.extensions.emplace_back(type, bytes{reinterpret_cast<const std::byte*>(data), size});
  }
  OPENSSL_free(numbers);
  said.tls1_3 = of.shared()->settings().tls1_3 && offers_tls1_3(said);
  return said;
}

/// Version, random, session, suite, compression, extensions. @source RFC 5246, section 7.4.1.3; RFC 8446, section 4.1.3
hello hello_of_server(const engine& of) {
  hello said{.of_client = false, .tls1_3 = false};
  cursor from{of.server_said()};
  from.take(2 + 32);
  from.vector(1);
  from.take(2 + 1);
  cursor each{from.vector(2)};
  while (each.more()) {
    const auto number = static_cast<unsigned>(each.number(2));
    const bytes content = each.vector(2);
    if (each.good) said.extensions.emplace_back(number, content);
    if (each.good && number == TLSEXT_TYPE_supported_versions && selected_version(content)) said.tls1_3 = true;
  }
  return said;
}

} // namespace

term hello_extensions(const engine& of) {
  return map_for(of.side() == role::server ? hello_of_client(of) : hello_of_server(of));
}

} // namespace agner::ssl::internal
