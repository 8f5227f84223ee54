// SPDX-License-Identifier: Apache-2.0

#include "pkix_types.hpp"

#include "pkix_table.hpp"

namespace agner::ssl::internal {
namespace {

using namespace pkix;

constexpr asn1_field rsa_key_fields[] = {must("modulus", integer_), must("publicExponent", integer_)};
constexpr auto rsa_key = record("RSAPublicKey", rsa_key_fields);

constexpr asn1_field dss_fields[] = {must("p", integer_), must("q", integer_), must("g", integer_)};
constexpr auto dss = record("Dss-Parms", dss_fields);
constexpr asn1_field dsa_fields[] = {must("params", dss), must("null", null_)};
constexpr auto dsa_parameters = choice(dsa_fields);

constexpr asn1_field validation_fields[] = {must("seed", bits), must("pgenCounter", integer_)};
constexpr auto validation = record("ValidationParms", validation_fields);
constexpr asn1_field domain_fields[] = {must("p", integer_), must("g", integer_), must("q", integer_),
                                        may("j", integer_), may("validationParms", validation)};
constexpr auto domain_parameters = record("DomainParameters", domain_fields);

constexpr asn1_name curve_version_names[] = {{1, "ecpVer1"}};
constexpr asn1_type curve_version{.kind = kind::integer, .tag = utag::integer, .names = curve_version_names};
constexpr asn1_field field_id_fields[] = {must("fieldType", oid), must("parameters", any)};
constexpr auto field_id = record("FieldID", field_id_fields);
constexpr asn1_field curve_fields[] = {must("a", octets), must("b", octets), may("seed", bits)};
constexpr auto curve = record("Curve", curve_fields);
constexpr asn1_field curve_parameter_fields[] = {must("version", curve_version), must("fieldID", field_id),
                                                 must("curve", curve),           must("base", octets),
                                                 must("order", integer_),        may("cofactor", integer_)};
constexpr auto curve_parameters = record("ECParameters", curve_parameter_fields);
constexpr asn1_field point_parameter_fields[] = {must("ecParameters", curve_parameters), must("namedCurve", oid),
                                                 must("implicitlyCA", null_)};
constexpr auto point_parameters = choice(point_parameter_fields);

constexpr asn1_field hash_fields[] = {must("algorithm", oid), may("parameters", null_)};
constexpr auto hash_algorithm = record("HashAlgorithm", hash_fields);
constexpr asn1_field mask_fields[] = {must("algorithm", oid), may("parameters", hash_algorithm)};
constexpr auto mask_algorithm = record("MaskGenAlgorithm", mask_fields);
term sha1() { return tuple("HashAlgorithm"_atom, tuple(1, 3, 14, 3, 2, 26), "NULL"_atom); }
term mgf1_sha1() { return tuple("MaskGenAlgorithm"_atom, tuple(1, 2, 840, 113549, 1, 1, 8), sha1()); }
term twenty() { return 20; }
term one() { return 1; }
constexpr asn1_field pss_fields[] = {otherwise(wrapped("hashAlgorithm", 0, hash_algorithm), sha1),
                                     otherwise(wrapped("maskGenAlgorithm", 1, mask_algorithm), mgf1_sha1),
                                     otherwise(wrapped("saltLength", 2, integer_), twenty),
                                     otherwise(wrapped("trailerField", 3, integer_), one)};
constexpr auto pss_parameters = record("RSASSA-PSS-params", pss_fields);

} // namespace

const asn1_type* signature_parameters_type(const term& algorithm) {
  static const identified known[] = {{{1, 2, 840, 10040, 4, 3}, &dsa_parameters},
                                     {{1, 3, 14, 3, 2, 27}, &dsa_parameters},
                                     {{2, 16, 840, 1, 101, 3, 4, 3, 1}, &dsa_parameters},
                                     {{2, 16, 840, 1, 101, 3, 4, 3, 2}, &dsa_parameters},
                                     {{1, 2, 840, 113549, 1, 1, 2}, &null_},
                                     {{1, 2, 840, 113549, 1, 1, 4}, &null_},
                                     {{1, 2, 840, 113549, 1, 1, 5}, &null_},
                                     {{1, 3, 14, 3, 2, 29}, &null_},
                                     {{1, 2, 840, 113549, 1, 1, 14}, &null_},
                                     {{1, 2, 840, 113549, 1, 1, 11}, &null_},
                                     {{1, 2, 840, 113549, 1, 1, 12}, &null_},
                                     {{1, 2, 840, 113549, 1, 1, 13}, &null_},
                                     {{1, 2, 840, 113549, 1, 1, 10}, &pss_parameters},
                                     {{1, 2, 840, 10045, 4, 1}, &point_parameters},
                                     {{1, 2, 840, 10045, 4, 3, 1}, &point_parameters},
                                     {{1, 2, 840, 10045, 4, 3, 2}, &point_parameters},
                                     {{1, 2, 840, 10045, 4, 3, 3}, &point_parameters},
                                     {{1, 2, 840, 10045, 4, 3, 4}, &point_parameters}};
  return found(known, algorithm);
}

const asn1_type* key_parameters_type(const term& algorithm) {
  static const identified known[] = {
      {{1, 2, 840, 10040, 4, 1}, &dsa_parameters},      {{1, 2, 840, 113549, 1, 1, 1}, &null_},
      {{1, 2, 840, 113549, 1, 1, 10}, &pss_parameters}, {{1, 2, 840, 10046, 2, 1}, &domain_parameters},
      {{2, 16, 840, 1, 101, 2, 1, 1, 22}, &octets},     {{1, 2, 840, 10045, 2, 1}, &point_parameters}};
  return found(known, algorithm);
}

key_content key_content_of(const term& algorithm) {
  static const identified decoded[] = {{{1, 2, 840, 113549, 1, 1, 1}, &rsa_key},
                                       {{1, 2, 840, 113549, 1, 1, 10}, &rsa_key},
                                       {{1, 2, 840, 10040, 4, 1}, &integer_},
                                       {{1, 2, 840, 10046, 2, 1}, &integer_},
                                       {{2, 16, 840, 1, 101, 2, 1, 1, 22}, &integer_}};
  if (const auto* type = found(decoded, algorithm)) return {.form = key_form::decoded, .type = type};
  static const identified points[] = {{{1, 2, 840, 10045, 2, 1}, nullptr},
                                      {{1, 3, 101, 110}, nullptr},
                                      {{1, 3, 101, 111}, nullptr},
                                      {{1, 3, 101, 112}, nullptr},
                                      {{1, 3, 101, 113}, nullptr}};
  for (const auto& entry : points)
    if (is_id(algorithm, entry.id)) return {.form = key_form::point};
  return {};
}
} // namespace agner::ssl::internal
