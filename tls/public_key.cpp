// SPDX-License-Identifier: Apache-2.0

#include "public_key.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../runtime/error.hpp"
#include "../runtime/struct_mapping.hpp"
#include "../runtime/term_builders.hpp"
#include "../runtime/term_views.hpp"
#include "internal/asn1_decoder.hpp"
#include "internal/pkix_types.hpp"

namespace agner::public_key {
namespace {

using namespace ssl::internal;

[[noreturn]] void refuse(term reason) {
  raise_error(tuple("badmatch"_atom, tuple("error"_atom, tuple("asn1"_atom, std::move(reason)))));
}

term decoded(const asn1_type& type, const term& der) {
  if (!der.is_binary()) refuse("badarg"_atom);
  auto made = asn1_decode(type, der.bytes());
  if (!made) refuse(std::move(made.error()));
  return *std::move(made);
}

/// @p of with the element @p at, counted from 0, replaced.
term with(const term& of, std::size_t at, term value) {
  const auto parts = of.elements();
  std::vector<term> made(parts.begin(), parts.end());
  made[at] = std::move(value);
  return tuple_of(std::move(made));
}

template <class Change>
term each(const term& list, Change change) {
  std::vector<term> made;
  for (const term& one : list.as_list())
    made.push_back(change(one));
  return list_of(std::move(made));
}

bool is_novalue(const term& of) { return of.is("asn1_NOVALUE"_atom); }

// -- names: what OTP's transform decodes, and where -----------------------------------------------------------------------------------

/// UTF-8 as code points, else as the list it is. @source OTP 25 lib/public_key, pubkey_cert_records: transform of countryName and EmailAddress
term bare(const term& choice) {
  if (!choice[1].is_binary()) return choice[1];
  try {
    return string(choice[1].text());
  } catch (const raised&) {
    refuse("bad_utf8"_atom);
  }
}

term attribute(const term& of) {
  const auto* type = attribute_type(of[1]);
  if (type == nullptr) return of;
  const term value = decoded(*type, of[2]);
  return with(of, 2, is_bare_attribute(of[1]) ? bare(value) : value);
}

term name(const term& of) {
  return with(of, 1, each(of[1], [](const term& relative) { return each(relative, attribute); }));
}

term general_name(const term& of) { return of.is_tagged("directoryName"_atom, 2) ? with(of, 1, name(of[1])) : of; }

/// Only a list of one name is looked at, as in OTP.
term general_names(const term& of) {
  if (!of.is_cons() || of.as_list().size() != 1) return of;
  return each(of, general_name);
}

term subtrees(const term& of) {
  if (is_novalue(of)) return of;
  return each(of, [](const term& tree) { return with(tree, 1, general_name(tree[1])); });
}

term extension_value(const term& of) {
  if (of.is_tagged("AuthorityKeyIdentifier"_atom, 4)) return with(of, 2, general_names(of[2]));
  if (of.is_tagged("NameConstraints"_atom, 3)) return with(with(of, 1, subtrees(of[1])), 2, subtrees(of[2]));
  return of.is_list() ? general_names(of) : of;
}

term extension(const term& of) {
  const auto* type = extension_type(of[1]);
  return type == nullptr ? of : with(of, 3, extension_value(decoded(*type, of[3])));
}

// -- keys and signatures ------------------------------------------------------------------------------------------------------------

/// {Record, Algorithm, Parameters}.
term algorithm(const term& of, const asn1_type* parameters) {
  if (is_novalue(of[2])) return of;
  return with(of, 2, parameters == nullptr ? tuple("asn1_OPENTYPE"_atom, of[2]) : decoded(*parameters, of[2]));
}

term signature_algorithm(const term& of) { return algorithm(of, signature_parameters_type(of[1])); }

term key(const term& of) {
  const term& id = of[1][1];
  const auto content = key_content_of(id);
  if (content.form == key_form::unknown) refuse(tuple("unknown_key"_atom, id));
  term made = with(of, 1, algorithm(of[1], key_parameters_type(id)));
  return with(made, 2, content.form == key_form::point ? tuple("ECPoint"_atom, of[2]) : decoded(*content.type, of[2]));
}

// Places in the records. @source OTP 25 lib/public_key, OTP-PUB-KEY.hrl
constexpr std::size_t tbs_place = 1;
constexpr std::size_t algorithm_place = 2;
constexpr std::size_t tbs_signature_place = 3;
constexpr std::size_t tbs_issuer_place = 4;
constexpr std::size_t tbs_subject_place = 6;
constexpr std::size_t tbs_key_place = 7;
constexpr std::size_t tbs_extensions_place = 10;

term to_be_signed(const term& of) {
  const auto parts = of.elements();
  std::vector<term> made(parts.begin(), parts.end());
  made[tbs_signature_place] = signature_algorithm(parts[tbs_signature_place]);
  made[tbs_issuer_place] = name(parts[tbs_issuer_place]);
  made[tbs_subject_place] = name(parts[tbs_subject_place]);
  made[tbs_key_place] = key(parts[tbs_key_place]);
  if (!is_novalue(parts[tbs_extensions_place]))
    made[tbs_extensions_place] = each(parts[tbs_extensions_place], extension);
  return tuple_of(std::move(made));
}

} // namespace

term pkix_decode_cert(const term& der, cert_form form) {
  if (!der.is_binary()) raise_error("badarg"_atom);
  if (form == plain) return decoded(plain_certificate_type, der);
  const term outer = decoded(otp_certificate_type, der);
  return with(with(outer, tbs_place, to_be_signed(outer[tbs_place])), algorithm_place,
              signature_algorithm(outer[algorithm_place]));
}

namespace {

std::vector<std::string> labels_of(std::string_view name) {
  std::vector<std::string> made(1);
  for (const char c : name) {
    if (c == '.')
      made.emplace_back();
    else
      made.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  return made;
}

/// @p pattern may have one star; @p label none.
bool label_fits(const std::string& label, const std::string& pattern) {
  const auto star = pattern.find('*');
  if (star == std::string::npos) return label == pattern;
  const auto head = pattern.substr(0, star);
  const auto tail = pattern.substr(star + 1);
  return !label.contains('*') && !tail.contains('*') && label.size() >= head.size() + tail.size() &&
         label.starts_with(head) && label.ends_with(tail);
}

term https_match(const term& reference, const term& presented) {
  if (!reference.is_tagged("dns_id"_atom, 2) || !presented.is_tagged("dNSName"_atom, 2)) return "default"_atom;
  const auto wanted = from_term<std::string>(reference[1]);
  const auto shown = from_term<std::string>(presented[1]);
  if (!wanted || !shown || wanted->empty() || shown->empty()) return "default"_atom;
  const auto host = labels_of(*wanted);
  const auto name = labels_of(*shown);
  return host.size() == name.size() && label_fits(host.front(), name.front()) &&
         std::equal(host.begin() + 1, host.end(), name.begin() + 1);
}

} // namespace

ssl::fun pkix_verify_hostname_match_fun() {
  return ssl::fun{[](term reference, term presented) { return https_match(reference, presented); }};
}

} // namespace agner::public_key
