// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/tls/format_error.hpp>
#include <agner/tls/internal/options_check.hpp>

using namespace agner;
using namespace agner::ssl::internal;
namespace ssl = agner::ssl;

namespace {

term option(const char* name, term value) { return tuple(atom{name}, std::move(value)); }

/// Checks @p given for a server that has its files; for a client that verifies nobody.
settings checked(std::initializer_list<term> given, role side, option_faults& faults) {
  std::vector<term> all(given);
  if (side == role::server) {
    all.push_back(option("certfile", string("cert.pem")));
  } else {
    all.push_back(option("verify", "verify_none"_atom));
  }
  return check_options(list_of(all), side, faults);
}

settings accepted(std::initializer_list<term> given, role side = role::server) {
  option_faults faults;
  auto made = checked(given, side, faults);
  EXPECT_TRUE(faults.empty()) << ssl::format_error(faults.reason());
  return made;
}

/// The single fault {Option, Value, Why} that @p given leads to.
term fault(std::initializer_list<term> given, role side = role::server) {
  option_faults faults;
  checked(given, side, faults);
  EXPECT_EQ(faults.size(), 1U);
  return faults.empty() ? term{} : faults.reason().reason()[1];
}

/// True where option and value are refused because another form was expected.
bool refused(const char* name, const term& value, role side = role::server) {
  const term found = fault({option(name, value)}, side);
  return found.is_tagged(atom{name}, 3) && found[1] == value && found[2].is_tagged("expected"_atom, 2);
}

} // namespace

// -- defaults -----------------------------------------------------------------------------------------------------------------------

TEST(OptionsCheck, ServerDefaults) {
  const auto made = accepted({});

  EXPECT_FALSE(made.context.verify_peer);
  EXPECT_FALSE(made.context.fail_if_no_peer_cert);
  EXPECT_FALSE(made.context.client_renegotiation);
  EXPECT_EQ(made.context.depth, 10);
  EXPECT_TRUE(made.context.tls1_2);
  EXPECT_TRUE(made.context.tls1_3);
  EXPECT_EQ(made.context.certfile, "cert.pem");
  EXPECT_EQ(made.context.keyfile, "cert.pem");
  EXPECT_EQ(made.stream.mode, inet::mode::list);
  EXPECT_EQ(made.stream.packet, 0);
  EXPECT_EQ(made.stream.active, inet::active_option{true});
  EXPECT_TRUE(made.transport.empty());
}

TEST(OptionsCheck, ClientVerifiesByDefaultAndNeedsAuthoritiesForIt) {
  option_faults faults;
  const auto made = check_options(list({}), role::client, faults);

  EXPECT_TRUE(made.context.verify_peer);
  EXPECT_EQ(faults.reason().reason(),
            tuple("options"_atom, tuple("verify"_atom, "verify_peer"_atom, tuple("missing"_atom, "cacertfile"_atom))));
}

TEST(OptionsCheck, ServerNeedsACertificate) {
  option_faults faults;
  check_options(list({}), role::server, faults);

  EXPECT_EQ(faults.size(), 1U);
  EXPECT_TRUE(faults.reason().reason()[1].is_tagged("certfile"_atom, 3));
}

// -- both forms ---------------------------------------------------------------------------------------------------------------------

TEST(OptionsCheck, StructAndTermsMeanTheSame) {
  const ssl::options given{
      .certfile = "cert.pem",
      .keyfile = "key.pem",
      .cacertfile = "ca.pem",
      .password = "secret",
      .verify = ssl::verify_peer,
      .fail_if_no_peer_cert = true,
      .depth = 3,
      .versions = {{ssl::tlsv1_3}},
      .ciphers = {{"TLS_AES_128_GCM_SHA256"}},
      .client_renegotiation = true,
      .mode = inet::mode::binary,
      .packet = 4,
      .packet_size = 1000,
      .active = ssl::once,
      .ip = "127.0.0.1",
      .nodelay = true,
      .reuseaddr = true,
      .backlog = 7,
  };
  const term terms =
      list({option("certfile", string("cert.pem")), option("keyfile", string("key.pem")),
            option("cacertfile", string("ca.pem")), option("password", string("secret")),
            option("verify", "verify_peer"_atom), option("fail_if_no_peer_cert", true), option("depth", 3),
            option("versions", list({"tlsv1.3"_atom})), option("ciphers", list({string("TLS_AES_128_GCM_SHA256")})),
            option("client_renegotiation", true), "binary"_atom, option("packet", 4), option("packet_size", 1000),
            option("active", "once"_atom), option("ip", tuple(127, 0, 0, 1)), option("nodelay", true),
            option("reuseaddr", true), option("backlog", 7)});
  option_faults faults;

  const auto from_struct = check_options(given, role::server, faults);
  const auto from_terms = check_options(terms, role::server, faults);

  EXPECT_TRUE(faults.empty()) << ssl::format_error(faults.reason());
  EXPECT_EQ(from_struct.context, from_terms.context);
  EXPECT_EQ(from_struct.stream.mode, from_terms.stream.mode);
  EXPECT_EQ(from_struct.stream.packet, from_terms.stream.packet);
  EXPECT_EQ(from_struct.stream.packet_size, from_terms.stream.packet_size);
  EXPECT_EQ(from_struct.stream.active, from_terms.stream.active);
  EXPECT_EQ(from_struct.transport, from_terms.transport);
  EXPECT_EQ(from_struct.transport.front(), option("ip", tuple(127, 0, 0, 1)));
}

TEST(OptionsCheck, StructSaysWhichServerNameToSend) {
  option_faults faults;
  const auto named = check_options(ssl::options{.verify = ssl::verify_none, .server_name_indication = "b.example"},
                                   role::client, faults);
  const auto disabled = check_options(ssl::options{.verify = ssl::verify_none, .server_name_indication = ssl::disable},
                                      role::client, faults);

  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(named.name.what, name_settings::form::given);
  EXPECT_EQ(named.name.name, "b.example");
  EXPECT_EQ(disabled.name.what, name_settings::form::disabled);
}

TEST(OptionsCheck, PathsMayBeBinaries) {
  option_faults faults;
  const auto made = check_options(list({option("certfile", binary("cert.pem"))}), role::server, faults);

  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(made.context.certfile, "cert.pem");
}

// -- values -------------------------------------------------------------------------------------------------------------------------

TEST(OptionsCheck, WrongValuesAreRefusedByName) {
  EXPECT_TRUE(refused("verify", 1));
  EXPECT_TRUE(refused("fail_if_no_peer_cert", "yes"_atom));
  EXPECT_TRUE(refused("depth", -1));
  EXPECT_TRUE(refused("depth", 101));
  EXPECT_TRUE(refused("keyfile", 7));
  EXPECT_TRUE(refused("cacertfile", string("")));
  EXPECT_TRUE(refused("versions", list({"sslv3"_atom, "tlsv1"_atom})));
  EXPECT_TRUE(refused("versions", list({"tlsv1.1"_atom, "tlsv1.3"_atom})));
  EXPECT_TRUE(refused("versions", list({})));
  EXPECT_TRUE(refused("versions", "tlsv1.3"_atom));
  EXPECT_TRUE(refused("ciphers", 7));
  EXPECT_TRUE(refused("client_renegotiation", 1));
  EXPECT_TRUE(refused("secure_renegotiate", 0));
  EXPECT_TRUE(refused("honor_cipher_order", 1));
  EXPECT_TRUE(refused("padding_check", false));
  EXPECT_TRUE(refused("fallback", 1, role::client));
  EXPECT_TRUE(refused("supported_groups", list({1})));
  EXPECT_TRUE(refused("signature_algs", list({tuple("sha256"_atom)})));
  EXPECT_TRUE(refused("max_fragment_length", 1000, role::client));
  EXPECT_TRUE(refused("max_handshake_size", 8'388'608));
  EXPECT_TRUE(refused("key_update_at", 0));
  EXPECT_TRUE(refused("alpn_preferred_protocols", list({binary("")})));
  EXPECT_TRUE(refused("alpn_advertised_protocols", list({binary(std::string(256, 'a'))}), role::client));
  EXPECT_TRUE(refused("next_protocols_advertised", list({string("a")})));
  EXPECT_TRUE(refused("client_preferred_next_protocols", tuple("nobody"_atom, list({binary("a")})), role::client));
  EXPECT_TRUE(refused("log_alert", 1));
  EXPECT_TRUE(refused("log_level", "loud"_atom));
  EXPECT_TRUE(refused("cert", 1));
  EXPECT_TRUE(refused("cacerts", list({1})));
  EXPECT_TRUE(refused("dh", 1));
  EXPECT_TRUE(refused("verify_fun", tuple(export_fun("m"_atom, "f"_atom, 3), list({}))));
  EXPECT_TRUE(refused("partial_chain", export_fun("m"_atom, "f"_atom, 1)));
  EXPECT_TRUE(refused("sni_hosts", list({tuple(string("host"), "certfile"_atom)})));
  EXPECT_TRUE(refused("psk_identity", string("")));
  EXPECT_TRUE(refused("mode", "text"_atom));
  EXPECT_TRUE(refused("packet", 3));
  EXPECT_TRUE(refused("packet", "line"_atom));
  EXPECT_TRUE(refused("packet_size", -1));
  EXPECT_TRUE(refused("active", "twice"_atom));
  EXPECT_TRUE(refused("active", 32768));
  EXPECT_TRUE(refused("ip", tuple(1, 2, 3)));
  EXPECT_TRUE(refused("ip", tuple(1, 2, 3, 256)));
  EXPECT_TRUE(refused("ip", string("localhost")));
  EXPECT_TRUE(refused("nodelay", 1));
  EXPECT_TRUE(refused("backlog", -1));
  EXPECT_TRUE(refused("server_name_indication", string(""), role::client));
  EXPECT_TRUE(refused("server_name_indication", string(std::string(256, 'a')), role::client));
}

TEST(OptionsCheck, PathWithNulIsRefused) { EXPECT_TRUE(refused("keyfile", binary(std::string_view("a\0b", 3)))); }

TEST(OptionsCheck, WrongPasswordIsNotRepeatedInTheReason) {
  const term found = fault({option("password", 1234)});

  EXPECT_TRUE(found.is_tagged("password"_atom, 3));
  EXPECT_EQ(found[1], term("..."_atom));
}

TEST(OptionsCheck, ActiveTakesEveryForm) {
  EXPECT_EQ(accepted({option("active", true)}).stream.active, inet::active_option{true});
  EXPECT_EQ(accepted({option("active", false)}).stream.active, inet::active_option{false});
  EXPECT_EQ(accepted({option("active", "once"_atom)}).stream.active, inet::active_option{ssl::once});
  EXPECT_EQ(accepted({option("active", 5)}).stream.active, inet::active_option{5});
}

TEST(OptionsCheck, RawIsPacketZero) { EXPECT_EQ(accepted({option("packet", "raw"_atom)}).stream.packet, 0); }

TEST(OptionsCheck, TransportOptionsArePassedOn) {
  const auto made = accepted({"inet6"_atom, option("ip", string("::1"))});

  EXPECT_EQ(made.transport, (std::vector<term>{"inet6"_atom, option("ip", tuple(0, 0, 0, 0, 0, 0, 0, 1))}));
}

// -- suites and versions ------------------------------------------------------------------------------------------------------------

TEST(OptionsCheck, SuitesAreTakenInEveryForm) {
  const auto joined = accepted({option("ciphers", string("ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256"))});
  const auto listed = accepted(
      {option("ciphers", list({binary("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), string("TLS_AES_128_GCM_SHA256")}))});
  const auto mapped =
      accepted({option("ciphers", list({map({{"key_exchange"_atom, "ecdhe_rsa"_atom},
                                             {"cipher"_atom, "aes_128_gcm"_atom},
                                             {"mac"_atom, "aead"_atom},
                                             {"prf"_atom, "sha256"_atom}}),
                                        tuple("any"_atom, "aes_128_gcm"_atom, "aead"_atom, "sha256"_atom)}))});

  EXPECT_EQ(joined.context.ciphers_1_2, "ECDHE-RSA-AES128-GCM-SHA256");
  EXPECT_EQ(joined.context.ciphers_1_3, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(listed.context, joined.context);
  EXPECT_EQ(mapped.context, joined.context);
}

TEST(OptionsCheck, VersionWithoutASuiteIsNotSpoken) {
  const auto made = accepted({option("ciphers", list({string("ECDHE-RSA-AES128-GCM-SHA256")}))});

  EXPECT_TRUE(made.context.tls1_2);
  EXPECT_FALSE(made.context.tls1_3);
}

TEST(OptionsCheck, SuitesMustFitTheVersions) {
  const term found = fault(
      {option("versions", list({"tlsv1.3"_atom})), option("ciphers", list({string("ECDHE-RSA-AES128-GCM-SHA256")}))});

  EXPECT_TRUE(found.is_tagged("ciphers"_atom, 3));
}

TEST(OptionsCheck, UnusableSuitesAreNamed) {
  for (const auto* name : {"RC4-SHA", "DES-CBC3-SHA", "NULL-SHA256", "PSK-AES128-GCM-SHA256", "HIGH"}) {
    const term found = fault({option("ciphers", list({string("TLS_AES_128_GCM_SHA256"), string(name)}))});
    EXPECT_EQ(found[1], string(name));
  }
}

TEST(OptionsCheck, AnonymousSuitesAreTakenWhenNamed) {
  EXPECT_EQ(accepted({option("ciphers", list({string("ADH-AES128-GCM-SHA256")}))}).context.ciphers_1_2,
            "ADH-AES128-GCM-SHA256");
}

TEST(OptionsCheck, SuitesOfSecretsNeedWhoGivesThem) {
  const term psk = option("ciphers", list({string("PSK-AES128-GCM-SHA256")}));
  const term srp = option("ciphers", list({string("SRP-AES-128-CBC-SHA")}));
  const ssl::fun nobody{[](term, term, term) { return term{"error"_atom}; }};

  EXPECT_EQ(fault({psk})[2], tuple("missing"_atom, "user_lookup_fun"_atom));
  EXPECT_EQ(fault({srp}, role::client)[2], tuple("missing"_atom, "srp_identity"_atom));
  EXPECT_TRUE(accepted({psk, option("user_lookup_fun", tuple(nobody.as_term(), list({})))}).context.looks_up_users);
}

TEST(OptionsCheck, LookupThatMayWaitIsRefused) {
  const ssl::fun waits{[](term, term, term) -> task<term> { co_return term{"error"_atom}; }};

  EXPECT_TRUE(refused("user_lookup_fun", tuple(waits.as_term(), list({}))));
}

TEST(OptionsCheck, KeyAndSrpPasswordAreNotRepeatedInTheReason) {
  EXPECT_EQ(fault({option("key", binary("secret"))})[1], term("..."_atom));
  EXPECT_EQ(fault({option("srp_identity", tuple(1, string("secret")))}, role::client)[1], term("..."_atom));
}

TEST(OptionsCheck, EmptyListOfSuitesMeansTheDefaults) {
  EXPECT_EQ(accepted({option("ciphers", list({}))}).context, accepted({}).context);
}

// -- names --------------------------------------------------------------------------------------------------------------------------

TEST(OptionsCheck, OptionsOfOtpThatComeLaterAreRefusedAsSuch) {
  for (const auto* name : {"reuse_sessions", "header", "crl_check"})
    EXPECT_EQ(fault({option(name, true)})[2], term("not_supported_yet"_atom)) << name;
}

TEST(OptionsCheck, MisspeltOptionGetsAProposal) {
  EXPECT_EQ(fault({option("certfiles", true)})[2], tuple("unknown"_atom, binary("certfile")));
  EXPECT_EQ(fault({option("colour", true)})[2], tuple("unknown"_atom, binary("")));
  EXPECT_EQ(fault({option(std::string(200, 'x').c_str(), true)})[2], tuple("unknown"_atom, binary("")));
}

TEST(OptionsCheck, OptionsOfTheOtherRoleAreRefused) {
  EXPECT_EQ(fault({option("fail_if_no_peer_cert", true)}, role::client)[2], tuple("role"_atom, "server"_atom));
  EXPECT_EQ(fault({option("server_name_indication", string("a"))})[2], tuple("role"_atom, "client"_atom));
}

TEST(OptionsCheck, WhatIsNoOptionIsRefused) {
  EXPECT_TRUE(fault({term(7)})[2].is_tagged("expected"_atom, 2));
  EXPECT_TRUE(fault({tuple(7, 8)})[2].is_tagged("expected"_atom, 2));
  option_faults faults;
  check_options("options"_atom, role::client, faults);
  check_options(cons("binary"_atom, "binary"_atom), role::client, faults);
  EXPECT_EQ(faults.size(), 2U);
}

// -- options that need each other ---------------------------------------------------------------------------------------------------

TEST(OptionsCheck, FirstOfAnOptionGivenTwiceCounts) {
  EXPECT_EQ(accepted({option("depth", 1), option("depth", 2)}).context.depth, 1);
}

TEST(OptionsCheck, LastOfAStreamOptionGivenTwiceCounts) {
  EXPECT_EQ(accepted({"binary"_atom, option("mode", "list"_atom)}).stream.mode, inet::mode::list);
}

TEST(OptionsCheck, CertificateIsDemandedOnlyWhereItIsVerified) {
  EXPECT_EQ(fault({option("fail_if_no_peer_cert", true)})[2],
            tuple("missing"_atom, tuple("verify"_atom, "verify_peer"_atom)));
}

TEST(OptionsCheck, KeyNeedsACertificate) {
  option_faults faults;
  check_options(list({option("keyfile", string("k.pem")), option("verify", "verify_none"_atom)}), role::client, faults);

  EXPECT_EQ(faults.reason().reason()[1],
            tuple("keyfile"_atom, string("k.pem"), tuple("missing"_atom, "certfile"_atom)));
}

// -- reasons ------------------------------------------------------------------------------------------------------------------------

TEST(OptionsCheck, AllFaultsAreReportedAtOnce) {
  option_faults faults;
  checked({option("verify", 1), option("depth", -1), option("colour", "red"_atom)}, role::server, faults);

  const term reason = faults.reason().reason();
  ASSERT_TRUE(reason[1].is_cons());
  EXPECT_EQ(faults.size(), 3U);
  const std::string text = ssl::format_error(reason);
  EXPECT_NE(text.find("option verify: 1 is not valid; expected verify_peer or verify_none"), std::string::npos) << text;
  EXPECT_NE(text.find("option depth: -1 is not valid; expected an integer from 0 to 100"), std::string::npos) << text;
  EXPECT_NE(text.find("option colour: there is no option colour"), std::string::npos) << text;
}

TEST(OptionsCheck, SentencesSayWhatWouldBeRight) {
  option_faults faults;
  checked({option("crl_check", 1), option("certfil", 1), option("server_name_indication", 1)}, role::server, faults);
  check_options(list({}), role::client, faults);

  EXPECT_EQ(ssl::format_error(faults.reason()),
            "option crl_check: agner does not have this option of Erlang's ssl yet; leave it out; "
            "option certfil: there is no such option; did you mean certfile?; "
            "option server_name_indication: only a client has this option; leave it out; "
            "option verify: verify_peer needs the option cacertfile as well");
}

// -- setopts ------------------------------------------------------------------------------------------------------------------------

TEST(OptionsCheck, StreamOptionsChangeAndOthersArePassedOn) {
  stream_settings stream{.packet = 4};
  std::vector<term> transport;
  option_faults faults;

  check_stream_options(list({"binary"_atom, option("active", 3), option("nodelay", true)}), stream, transport, faults);

  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(stream.mode, inet::mode::binary);
  EXPECT_EQ(stream.active, inet::active_option{3});
  EXPECT_EQ(stream.packet, 4);
  EXPECT_EQ(transport, std::vector<term>{option("nodelay", true)});
}
