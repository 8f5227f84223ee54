// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/ssl_dist_options.hpp>

#include <agner/runtime/term_text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agner {
namespace {

using testing::HasSubstr;
using words = std::vector<std::string>;

term read(std::string_view text) { return parse_term(text).value(); }

flag_fault only_fault(const words& of) {
  const auto parsed = parse_ssl_dist_opts(of);
  if (parsed || parsed.error().size() != 1) return {"not one fault", "", ""};
  return parsed.error().front();
}

// -- pairs --------------------------------------------------------------------------------------------------------------------------------

TEST(SslDistOpt, GivesEachEndItsOptionsInOrder) {
  const auto options =
      parse_ssl_dist_opts(words{"server_certfile", "/a/b.pem", "client_verify", "verify_peer",
                                "server_fail_if_no_peer_cert", "true", "client_depth", "3", "server_dhfile", "dh.pem",
                                "client_hibernate_after", "1000", "server_secure_renegotiate", "true"});

  EXPECT_EQ(options.value().server,
            read(R"([{certfile,"/a/b.pem"},{fail_if_no_peer_cert,true},{dhfile,"dh.pem"},{secure_renegotiate,true}])"));
  EXPECT_EQ(options.value().client, read("[{verify,verify_peer},{depth,3},{hibernate_after,1000}]"));
}

TEST(SslDistOpt, ReadsEveryOptionOfTheManual) {
  const auto options = parse_ssl_dist_opts(words{"client_cacertfile", "ca", "client_keyfile", "k", "client_password",
                                                 "p", "client_crl_check", "best_effort", "client_crl_cache",
                                                 "{ssl_crl_cache,{internal,[{http,5000}]}}", "client_reuse_sessions",
                                                 "save", "client_ciphers", "ECDHE"});

  EXPECT_EQ(options.value().client, read(R"([{cacertfile,"ca"},{keyfile,"k"},{password,"p"},{crl_check,best_effort},
      {crl_cache,{ssl_crl_cache,{internal,[{http,5000}]}}},{reuse_sessions,save},{ciphers,"ECDHE"}])"));
}

TEST(SslDistOpt, TakesFileNamesThatAreNoUtf8AsBytes) {
  EXPECT_EQ(parse_ssl_dist_opts(words{"server_certfile", "\xff"}).value().server, read("[{certfile,[255]}]"));
}

TEST(SslDistOpt, RefusesANameForNeitherEnd) {
  const auto fault = only_fault({"certfile", "x"});

  EXPECT_EQ(fault.flag, "-ssl_dist_opt certfile");
  EXPECT_EQ(fault.right, "write server_certfile or client_certfile");
}

TEST(SslDistOpt, RefusesANameThatNobodyKnows) {
  EXPECT_THAT(only_fault({"server_certfiel", "x"}).right, HasSubstr("server_certfile, "));
  EXPECT_EQ(only_fault({"client_fail_if_no_peer_cert", "true"}).why, "is no option of distribution");
  EXPECT_EQ(only_fault({"client_dhfile", "x"}).why, "is no option of distribution");
}

TEST(SslDistOpt, RefusesValuesOfTheWrongKind) {
  EXPECT_EQ(only_fault({"client_verify", "yes"}).right, "it takes one of verify_none|verify_peer");
  EXPECT_EQ(only_fault({"client_depth", "-1"}).right, "it takes a number, from 0 up");
  EXPECT_EQ(only_fault({"client_depth", "1x"}).right, "it takes a number, from 0 up");
  EXPECT_EQ(only_fault({"client_crl_cache", "{"}).right, "it takes an Erlang term");
  EXPECT_THAT(only_fault({"client_verify_fun", "{m,f,[]}"}).right, HasSubstr("no Erlang functions"));
}

TEST(SslDistOpt, RefusesANameWithoutValueOrTwice) {
  EXPECT_EQ(only_fault({"client_depth"}).why, "has no value");
  EXPECT_EQ(only_fault({"client_depth", "1", "client_depth", "2"}).why, "is there twice");
}

TEST(SslDistOpt, TellsAllFaultsAtOnce) {
  EXPECT_EQ(
      parse_ssl_dist_opts(words{"a", "b", "client_verify", "c", "server_x", "d", "server_certfile"}).error().size(),
      4U);
}

// -- files ----------------------------------------------------------------------------------------------------------------------------------

std::string fault_of(std::string_view text) { return parse_ssl_dist_optfile("f.conf", text).error(); }

TEST(SslDistOptfile, HoldsOptionsForTheEndsItNames) {
  const auto both = parse_ssl_dist_optfile("f", "%% why\n[{server, [{certfile, \"a\"}]},\n {client, []}].\n");
  const auto one = parse_ssl_dist_optfile("f", "[{client, [{verify, verify_none}, binary]}].");

  EXPECT_EQ(both.value().server, read("[{certfile,\"a\"}]"));
  EXPECT_EQ(both.value().client, read("[]"));
  EXPECT_EQ(one.value().server, std::nullopt);
  EXPECT_EQ(one.value().client, read("[{verify,verify_none},binary]"));
}

TEST(SslDistOptfile, IsUtf8UnlessItSaysOrIsOtherwise) {
  const auto utf8 = parse_ssl_dist_optfile("f", "[{client,[{certfile,\"\xc3\xbc\"}]}].");
  const auto said = parse_ssl_dist_optfile("f", "%% coding: latin-1\n[{client,[{certfile,\"\xc3\xbc\"}]}].");
  const auto bytes = parse_ssl_dist_optfile("f", "[{client,[{certfile,\"\xfc\"}]}].");

  EXPECT_EQ(utf8.value().client, read("[{certfile,[252]}]"));
  EXPECT_EQ(said.value().client, read("[{certfile,[195,188]}]"));
  EXPECT_EQ(bytes.value().client, read("[{certfile,[252]}]"));
}

TEST(SslDistOptfile, SaysWhereItsTextIsWrong) {
  EXPECT_THAT(fault_of("[{server,\n  [{certfile, }]}]."), testing::StartsWith("f.conf:2:"));
  EXPECT_THAT(fault_of("[{server, []}"), testing::StartsWith("f.conf:1:"));
}

TEST(SslDistOptfile, RefusesOtherShapes) {
  for (const char* wrong : {"", "[]. [].", "{server,[]}.", "[{sever,[]}].", "[{server,x}].", "[{server,[a|b]}].",
                            "[server].", "[{server,[]}|x].", "[{server,[],x}]."})
    EXPECT_THAT(fault_of(wrong), HasSubstr("it should hold one list")) << wrong;
}

TEST(SslDistOptfile, RefusesAnEndThatIsThereTwice) {
  EXPECT_THAT(fault_of("[{server,[]},{server,[]}]."), HasSubstr("twice"));
}

} // namespace
} // namespace agner
