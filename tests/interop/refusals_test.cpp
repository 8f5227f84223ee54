// SPDX-License-Identifier: Apache-2.0
// Nodes of ours and of Erlang/OTP that must not come together, and what both say of it.

#include <agner/actors/process.hpp>
#include <agner/dist/net_kernel.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "../support/log_capture.hpp"
#include "cluster.hpp"

namespace agner::test {
namespace {

/// Whether a line with @p part in it is logged; else all lines.
testing::AssertionResult logs(const log_capture& from, const std::string& part) {
  using namespace std::chrono_literals;
  std::string all;
  for (int looks = 0; looks < 1000; ++looks) {
    all.clear();
    for (const auto& line : from.lines()) {
      if (line.text.contains(part)) return testing::AssertionSuccess();
      all += line.text + "\n";
    }
    std::this_thread::sleep_for(10ms);
  }
  return testing::AssertionFailure() << "no line with \"" << part << "\" among\n" << all;
}

class Refusals : public testing::TestWithParam<over> {
protected:
  static std::string ping_of_erl(erl_peer& erl) { return erl.eval("net_adm:ping('cpp@127.0.0.1')"); }
  static std::string logged(erl_peer& erl, const std::string& part) {
    return erl.eval("agner_peer:logged(\"" + part + "\")");
  }
  static void begin(erl_peer& erl) {
    ASSERT_EQ(erl.eval("logger:set_primary_config(level, info), agner_peer:start()"), "ok");
  }
};

TEST_P(Refusals, AnErlangNodeWithAnotherCookieIsRefusedByName) {
  const log_capture log;
  node here{ours(GetParam(), "cpp")};
  erl_peer erl{theirs(GetParam(), "erl", {.cookie = "another"})};
  begin(erl);

  EXPECT_EQ(ping_of_erl(erl), "pang");

  EXPECT_TRUE(logs(log, "has another cookie than ours"));
  EXPECT_EQ(erl.eval("nodes(connected)"), "[]");
}

TEST_P(Refusals, ANodeOfOursWithAnotherCookieKnowsWhy) {
  const log_capture log;
  node here{ours(GetParam(), "cpp", {.cookie = "another"})};
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);

  EXPECT_EQ(here.run(net_adm::ping, "erl@127.0.0.1"_atom), net_adm::ping_answer::pang);

  EXPECT_TRUE(logs(log, "its cookie is another than ours"));
  EXPECT_TRUE(logged(erl, "Connection attempt from node 'cpp@127.0.0.1' rejected").contains("Invalid challenge reply"));
  EXPECT_EQ(erl.eval("nodes(connected)"), "[]");
}

class CertificateRefusals : public Refusals {};

TEST_P(CertificateRefusals, OfOursWhenErlangCalls) {
  const log_capture log;
  node here{ours(GetParam(), "cpp", {.foreign = true})};
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);

  EXPECT_EQ(ping_of_erl(erl), "pang");

  EXPECT_TRUE(logs(log, "unknown_ca"));
  EXPECT_TRUE(logged(erl, "CLIENT ALERT").contains("Unknown CA"));
}

TEST_P(CertificateRefusals, OfOursWhenWeCall) {
  const log_capture log;
  node here{ours(GetParam(), "cpp", {.foreign = true})};
  erl_peer erl{theirs(GetParam(), "erl")};
  begin(erl);

  EXPECT_EQ(here.run(net_adm::ping, "erl@127.0.0.1"_atom), net_adm::ping_answer::pang);

  EXPECT_TRUE(logs(log, "received SERVER ALERT: Fatal - Unknown CA"));
  EXPECT_TRUE(logged(erl, "SERVER ALERT").contains("Unknown CA"));
}

TEST_P(CertificateRefusals, OfErlangsWhenErlangCalls) {
  const log_capture log;
  node here{ours(GetParam(), "cpp")};
  erl_peer erl{theirs(GetParam(), "erl", {.foreign = true})};
  begin(erl);

  EXPECT_EQ(ping_of_erl(erl), "pang");

  EXPECT_TRUE(logs(log, "unknown_ca"));
  EXPECT_TRUE(logged(erl, "Unknown CA").contains("ALERT"));
}

TEST_P(CertificateRefusals, OfErlangsWhenWeCall) {
  const log_capture log;
  node here{ours(GetParam(), "cpp")};
  erl_peer erl{theirs(GetParam(), "erl", {.foreign = true})};
  begin(erl);

  EXPECT_EQ(here.run(net_adm::ping, "erl@127.0.0.1"_atom), net_adm::ping_answer::pang);

  EXPECT_TRUE(logs(log, "unknown_ca"));
  EXPECT_TRUE(logged(erl, "Unknown CA").contains("ALERT"));
}

std::string name_of(const testing::TestParamInfo<over>& info) { return text_of(info.param); }

INSTANTIATE_TEST_SUITE_P(Carriers, Refusals, testing::Values(over::tcp, over::tls_1_2, over::tls_1_3), name_of);
INSTANTIATE_TEST_SUITE_P(Carriers, CertificateRefusals, testing::Values(over::tls_1_2, over::tls_1_3), name_of);

} // namespace
} // namespace agner::test
