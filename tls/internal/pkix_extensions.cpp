// SPDX-License-Identifier: Apache-2.0

#include "pkix_types.hpp"

#include "pkix_table.hpp"

namespace agner::ssl::internal {
namespace {

using namespace pkix;

// -- X.400 addresses ----------------------------------------------------------------------------------------------------------------

constexpr asn1_field country_code_fields[] = {must("x121-dcc-code", numeric), must("iso-3166-alpha2-code", printable)};
constexpr auto country_code = choice(country_code_fields);
constexpr asn1_field domain_name_fields[] = {must("numeric", numeric), must("printable", printable)};
constexpr auto domain_name = choice(domain_name_fields);
constexpr asn1_field personal_name_fields[] = {tagged("surname", 0, printable, required),
                                               tagged("given-name", 1, printable), tagged("initials", 2, printable),
                                               tagged("generation-qualifier", 3, printable)};
constexpr asn1_type personal_name{
    .kind = kind::set, .tag = utag::set, .name = "PersonalName", .fields = personal_name_fields};
constexpr auto unit_names = list_type(printable);
constexpr asn1_field standard_attribute_fields[] = {
    {.name = "country-name", .type = &country_code, .how = application, .tag = 1, .presence = optional},
    {.name = "administration-domain-name", .type = &domain_name, .how = application, .tag = 2, .presence = optional},
    tagged("network-address", 0, numeric),
    tagged("terminal-identifier", 1, printable),
    wrapped("private-domain-name", 2, domain_name),
    tagged("organization-name", 3, printable),
    tagged("numeric-user-identifier", 4, numeric),
    tagged("personal-name", 5, personal_name),
    tagged("organizational-unit-names", 6, unit_names)};
constexpr auto standard_attributes = record("BuiltInStandardAttributes", standard_attribute_fields);
constexpr asn1_field domain_attribute_fields[] = {must("type", printable), must("value", printable)};
constexpr auto domain_attribute = record("BuiltInDomainDefinedAttribute", domain_attribute_fields);
constexpr auto domain_attributes = list_type(domain_attribute);
constexpr asn1_field extension_attribute_fields[] = {tagged("extension-attribute-type", 0, integer_, required),
                                                     wrapped("extension-attribute-value", 1, any, required)};
constexpr auto extension_attribute = record("ExtensionAttribute", extension_attribute_fields);
constexpr auto extension_attributes = set_type(extension_attribute);
constexpr asn1_field or_address_fields[] = {must("built-in-standard-attributes", standard_attributes),
                                            may("built-in-domain-defined-attributes", domain_attributes),
                                            may("extension-attributes", extension_attributes)};
constexpr auto or_address = record("ORAddress", or_address_fields);

// -- general names ------------------------------------------------------------------------------------------------------------------

constexpr asn1_field another_name_fields[] = {must("type-id", oid), wrapped("value", 0, any, required)};
constexpr auto another_name = record("AnotherName", another_name_fields);
constexpr asn1_field edi_party_fields[] = {wrapped("nameAssigner", 0, directory_string),
                                           wrapped("partyName", 1, directory_string, required)};
constexpr auto edi_party_name = record("EDIPartyName", edi_party_fields);
constexpr asn1_field general_name_fields[] = {tagged("otherName", 0, another_name),
                                              tagged("rfc822Name", 1, ia5),
                                              tagged("dNSName", 2, ia5),
                                              tagged("x400Address", 3, or_address),
                                              wrapped("directoryName", 4, name),
                                              tagged("ediPartyName", 5, edi_party_name),
                                              tagged("uniformResourceIdentifier", 6, ia5),
                                              tagged("iPAddress", 7, octets),
                                              tagged("registeredID", 8, oid)};
constexpr auto general_name = choice(general_name_fields);
constexpr auto general_names = list_type(general_name);

// -- extensions ---------------------------------------------------------------------------------------------------------------------

constexpr asn1_name key_usage_names[] = {{0, "digitalSignature"}, {1, "nonRepudiation"}, {2, "keyEncipherment"},
                                         {3, "dataEncipherment"}, {4, "keyAgreement"},   {5, "keyCertSign"},
                                         {6, "cRLSign"},          {7, "encipherOnly"},   {8, "decipherOnly"}};
constexpr asn1_type key_usage{.kind = kind::named_bits, .tag = utag::bit_string, .names = key_usage_names};
constexpr asn1_name reason_names[] = {
    {0, "unused"},      {1, "keyCompromise"},        {2, "cACompromise"},    {3, "affiliationChanged"},
    {4, "superseded"},  {5, "cessationOfOperation"}, {6, "certificateHold"}, {7, "privilegeWithdrawn"},
    {8, "aACompromise"}};
constexpr asn1_type reason_flags{.kind = kind::named_bits, .tag = utag::bit_string, .names = reason_names};
constexpr asn1_name crl_reason_names[] = {{0, "unspecified"},        {1, "keyCompromise"}, {2, "cACompromise"},
                                          {3, "affiliationChanged"}, {4, "superseded"},    {5, "cessationOfOperation"},
                                          {6, "certificateHold"},    {8, "removeFromCRL"}, {9, "privilegeWithdrawn"},
                                          {10, "aACompromise"}};
constexpr asn1_type crl_reason{.kind = kind::enumerated, .tag = utag::enumerated, .names = crl_reason_names};

constexpr asn1_field authority_key_fields[] = {tagged("keyIdentifier", 0, octets),
                                               tagged("authorityCertIssuer", 1, general_names),
                                               tagged("authorityCertSerialNumber", 2, integer_)};
constexpr auto authority_key_identifier = record("AuthorityKeyIdentifier", authority_key_fields);

constexpr asn1_field usage_period_fields[] = {tagged("notBefore", 0, generalized_time),
                                              tagged("notAfter", 1, generalized_time)};
constexpr auto usage_period = record("PrivateKeyUsagePeriod", usage_period_fields);

constexpr asn1_field qualifier_fields[] = {must("policyQualifierId", oid), must("qualifier", any)};
constexpr auto qualifier = record("PolicyQualifierInfo", qualifier_fields);
constexpr auto qualifiers = list_type(qualifier);
constexpr asn1_field policy_fields[] = {must("policyIdentifier", oid), may("policyQualifiers", qualifiers)};
constexpr auto policy = record("PolicyInformation", policy_fields);
constexpr auto policies = list_type(policy);
constexpr asn1_field mapping_fields[] = {must("issuerDomainPolicy", oid), must("subjectDomainPolicy", oid)};
constexpr auto mapping = record("PolicyMappings_SEQOF", mapping_fields);
constexpr auto mappings = list_type(mapping);
constexpr asn1_field policy_constraint_fields[] = {tagged("requireExplicitPolicy", 0, integer_),
                                                   tagged("inhibitPolicyMapping", 1, integer_)};
constexpr auto policy_constraints = record("PolicyConstraints", policy_constraint_fields);

constexpr auto any_set = set_type(any);
constexpr asn1_field attribute_fields[] = {must("type", oid), must("values", any_set)};
constexpr auto attribute = record("Attribute", attribute_fields);
constexpr auto attributes = list_type(attribute);

constexpr asn1_field basic_constraint_fields[] = {otherwise(must("cA", boolean), false_),
                                                  may("pathLenConstraint", integer_)};
constexpr auto basic_constraints = record("BasicConstraints", basic_constraint_fields);

constexpr asn1_field subtree_fields[] = {must("base", general_name), otherwise(tagged("minimum", 0, integer_), zero),
                                         tagged("maximum", 1, integer_)};
constexpr auto subtree = record("GeneralSubtree", subtree_fields);
constexpr auto subtrees = list_type(subtree);
constexpr asn1_field name_constraint_fields[] = {tagged("permittedSubtrees", 0, subtrees),
                                                 tagged("excludedSubtrees", 1, subtrees)};
constexpr auto name_constraints = record("NameConstraints", name_constraint_fields);

constexpr asn1_field point_name_fields[] = {tagged("fullName", 0, general_names),
                                            tagged("nameRelativeToCRLIssuer", 1, relative_name)};
constexpr auto point_name = choice(point_name_fields);
constexpr asn1_field distribution_point_fields[] = {wrapped("distributionPoint", 0, point_name),
                                                    tagged("reasons", 1, reason_flags),
                                                    tagged("cRLIssuer", 2, general_names)};
constexpr auto distribution_point = record("DistributionPoint", distribution_point_fields);
constexpr auto distribution_points = list_type(distribution_point);
constexpr asn1_field issuing_point_fields[] = {wrapped("distributionPoint", 0, point_name),
                                               otherwise(tagged("onlyContainsUserCerts", 1, boolean), false_),
                                               otherwise(tagged("onlyContainsCACerts", 2, boolean), false_),
                                               tagged("onlySomeReasons", 3, reason_flags),
                                               otherwise(tagged("indirectCRL", 4, boolean), false_),
                                               otherwise(tagged("onlyContainsAttributeCerts", 5, boolean), false_)};
constexpr auto issuing_point = record("IssuingDistributionPoint", issuing_point_fields);

constexpr auto purposes = list_type(oid);
constexpr asn1_field access_fields[] = {must("accessMethod", oid), must("accessLocation", general_name)};
constexpr auto access = record("AccessDescription", access_fields);
constexpr auto accesses = list_type(access);

} // namespace

const asn1_type* extension_type(const term& id) {
  static const identified known[] = {{{2, 5, 29, 35}, &authority_key_identifier},
                                     {{2, 5, 29, 14}, &octets},
                                     {{2, 5, 29, 15}, &key_usage},
                                     {{2, 5, 29, 16}, &usage_period},
                                     {{2, 5, 29, 32}, &policies},
                                     {{2, 5, 29, 33}, &mappings},
                                     {{2, 5, 29, 17}, &general_names},
                                     {{2, 5, 29, 18}, &general_names},
                                     {{2, 5, 29, 9}, &attributes},
                                     {{2, 5, 29, 19}, &basic_constraints},
                                     {{2, 5, 29, 30}, &name_constraints},
                                     {{2, 5, 29, 36}, &policy_constraints},
                                     {{2, 5, 29, 31}, &distribution_points},
                                     {{2, 5, 29, 37}, &purposes},
                                     {{2, 5, 29, 54}, &integer_},
                                     {{2, 5, 29, 46}, &distribution_points},
                                     {{1, 3, 6, 1, 5, 5, 7, 1, 1}, &accesses},
                                     {{1, 3, 6, 1, 5, 5, 7, 1, 11}, &accesses},
                                     {{2, 5, 29, 20}, &integer_},
                                     {{2, 5, 29, 28}, &issuing_point},
                                     {{2, 5, 29, 27}, &integer_},
                                     {{2, 5, 29, 21}, &crl_reason},
                                     {{2, 5, 29, 29}, &general_names},
                                     {{2, 5, 29, 23}, &oid},
                                     {{2, 5, 29, 24}, &generalized_time}};
  return found(known, id);
}
} // namespace agner::ssl::internal
