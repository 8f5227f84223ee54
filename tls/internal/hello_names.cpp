// SPDX-License-Identifier: Apache-2.0

#include "hello_names.hpp"

#include <algorithm>
#include <iterator>

#include "../../runtime/term_builders.hpp"

namespace agner::ssl::internal {
namespace {

struct group_entry {
  unsigned number;
  std::string_view name;
};

// Numbers from IANA's registries: frozen.
constexpr group_entry groups[] = {
    {29, "x25519"},     {30, "x448"},       {23, "secp256r1"},  {24, "secp384r1"},  {25, "secp521r1"},
    {256, "ffdhe2048"}, {257, "ffdhe3072"}, {258, "ffdhe4096"}, {259, "ffdhe6144"}, {260, "ffdhe8192"},
};

/// Whose object identifiers they are; `last` is what follows.
enum class branch : std::uint8_t { certicom, brainpool, ansi };
struct curve_entry {
  unsigned number;
  std::string_view name;
  branch of;
  int last;
};

/// The strongest first.
constexpr curve_entry curves[] = {
    {14, "sect571r1", branch::certicom, 39},
    {13, "sect571k1", branch::certicom, 38},
    {25, "secp521r1", branch::certicom, 35},
    {28, "brainpoolP512r1", branch::brainpool, 13},
    {11, "sect409k1", branch::certicom, 36},
    {12, "sect409r1", branch::certicom, 37},
    {27, "brainpoolP384r1", branch::brainpool, 11},
    {24, "secp384r1", branch::certicom, 34},
    {9, "sect283k1", branch::certicom, 16},
    {10, "sect283r1", branch::certicom, 17},
    {26, "brainpoolP256r1", branch::brainpool, 7},
    {22, "secp256k1", branch::certicom, 10},
    {23, "secp256r1", branch::ansi, 7},
    {8, "sect239k1", branch::certicom, 3},
    {6, "sect233k1", branch::certicom, 26},
    {7, "sect233r1", branch::certicom, 27},
    {20, "secp224k1", branch::certicom, 32},
    {21, "secp224r1", branch::certicom, 33},
    {4, "sect193r1", branch::certicom, 24},
    {5, "sect193r2", branch::certicom, 25},
    {18, "secp192k1", branch::certicom, 31},
    {19, "secp192r1", branch::ansi, 1},
    {1, "sect163k1", branch::certicom, 1},
    {2, "sect163r1", branch::certicom, 2},
    {3, "sect163r2", branch::certicom, 15},
    {15, "secp160k1", branch::certicom, 9},
    {16, "secp160r1", branch::certicom, 8},
    {17, "secp160r2", branch::certicom, 30},
};

struct scheme_entry {
  unsigned number;
  std::string_view name;
  /// Of the pair in TLS 1.2; empty where it has none there.
  std::string_view hash;
  std::string_view signature;
};

constexpr scheme_entry schemes[] = {
    {0x0807, "eddsa_ed25519", "", ""},
    {0x0808, "eddsa_ed448", "", ""},
    {0x0603, "ecdsa_secp521r1_sha512", "sha512", "ecdsa"},
    {0x0503, "ecdsa_secp384r1_sha384", "sha384", "ecdsa"},
    {0x0403, "ecdsa_secp256r1_sha256", "sha256", "ecdsa"},
    {0x080b, "rsa_pss_pss_sha512", "sha512", "rsa_pss_pss"},
    {0x080a, "rsa_pss_pss_sha384", "sha384", "rsa_pss_pss"},
    {0x0809, "rsa_pss_pss_sha256", "sha256", "rsa_pss_pss"},
    {0x0806, "rsa_pss_rsae_sha512", "sha512", "rsa_pss_rsae"},
    {0x0805, "rsa_pss_rsae_sha384", "sha384", "rsa_pss_rsae"},
    {0x0804, "rsa_pss_rsae_sha256", "sha256", "rsa_pss_rsae"},
    {0x0601, "rsa_pkcs1_sha512", "sha512", "rsa"},
    {0x0501, "rsa_pkcs1_sha384", "sha384", "rsa"},
    {0x0401, "rsa_pkcs1_sha256", "sha256", "rsa"},
    {0x0203, "ecdsa_sha1", "sha", "ecdsa"},
    {0x0201, "rsa_pkcs1_sha1", "sha", "rsa"},
};

constexpr std::string_view hashes[] = {"null", "md5", "sha", "sha224", "sha256", "sha384", "sha512"};
constexpr std::string_view signatures[] = {"anon", "rsa", "dsa", "ecdsa"};

const scheme_entry* scheme_numbered(unsigned number) {
  const auto* const found = std::ranges::find(schemes, number, &scheme_entry::number);
  return found == std::end(schemes) ? nullptr : found;
}

/// Hash and signature in a byte each, as before TLS 1.3.
std::optional<term> legacy_pair(unsigned number) {
  const unsigned hash = number >> 8U;
  const unsigned signature = number & 0xffU;
  if (hash >= std::size(hashes) || signature >= std::size(signatures)) return std::nullopt;
  return tuple(atom{hashes[hash]}, atom{signatures[signature]});
}

term identifier(std::initializer_list<int> arcs, int last) {
  std::vector<term> made;
  for (const int arc : arcs)
    made.emplace_back(arc);
  made.emplace_back(last);
  return tuple_of(std::move(made));
}

template <class Entries>
std::vector<std::string_view> names_in(const Entries& of) {
  std::vector<std::string_view> made;
  for (const auto& one : of)
    made.push_back(one.name);
  return made;
}

} // namespace

std::optional<term> group_named(unsigned number) {
  const auto* const found = std::ranges::find(groups, number, &group_entry::number);
  if (found == std::end(groups)) return std::nullopt;
  return atom{found->name};
}

std::optional<term> curve_identifier(unsigned number) {
  if (number == 29 || number == 30) return identifier({1, 3, 101}, number == 29 ? 110 : 111); // X25519 and X448
  const auto* const found = std::ranges::find(curves, number, &curve_entry::number);
  if (found == std::end(curves)) return std::nullopt;
  switch (found->of) {
  case branch::certicom: return identifier({1, 3, 132, 0}, found->last);
  case branch::brainpool: return identifier({1, 3, 36, 3, 3, 2, 8, 1, 1}, found->last);
  case branch::ansi: return identifier({1, 2, 840, 10045, 3, 1}, found->last);
  }
  return std::nullopt;
}

std::optional<term> scheme_named(unsigned number) {
  if (const auto* const found = scheme_numbered(number)) return atom{found->name};
  return legacy_pair(number);
}

std::optional<term> pair_named(unsigned number) {
  const auto* const found = scheme_numbered(number);
  if (found == nullptr) return legacy_pair(number);
  if (found->hash.empty()) return std::nullopt;
  return tuple(atom{found->hash}, atom{found->signature});
}

std::optional<term> signature_pair(std::string_view scheme) {
  const auto* const found = std::ranges::find(schemes, scheme, &scheme_entry::name);
  return found == std::end(schemes) ? std::nullopt : pair_named(found->number);
}

std::vector<std::string_view> curve_names() { return names_in(curves); }
std::vector<std::string_view> group_names() { return names_in(groups); }
std::vector<std::string_view> scheme_names() { return names_in(schemes); }

std::string openssl_group(std::string_view erlang) {
  if (erlang == "secp256r1") return "P-256";
  if (erlang == "secp384r1") return "P-384";
  if (erlang == "secp521r1") return "P-521";
  if (erlang == "secp192r1") return "P-192";
  if (erlang == "x25519") return "X25519";
  if (erlang == "x448") return "X448";
  return std::string(erlang);
}

std::string openssl_scheme(std::string_view erlang) {
  if (erlang == "eddsa_ed25519") return "ed25519";
  if (erlang == "eddsa_ed448") return "ed448";
  if (erlang == "ecdsa_sha1") return "ECDSA+SHA1";
  if (erlang == "rsa_pkcs1_sha1") return "RSA+SHA1";
  return std::string(erlang);
}

} // namespace agner::ssl::internal
