// SPDX-License-Identifier: Apache-2.0
// A node whose certificate another authority has signed is refused, and both ends are told why.

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/actors/process.hpp>
#include <agner/dist/directory.hpp>
#include <agner/dist/distribution.hpp>
#include <agner/dist/net_kernel.hpp>
#include <agner/dist/tls_carrier.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/log_capture.hpp"
#include "../support/test_ca.hpp"

namespace agner::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

/// Knows the one node that published itself.
class one_place final : public dist::directory {
public:
  task<result<>> publish(std::string_view, std::uint16_t port, std::uint32_t) override {
    const std::lock_guard lock{mutex_};
    port_ = port;
    co_return result<>{};
  }
  task<result<dist::node_address>> find(std::string_view, std::string_view) override {
    const std::lock_guard lock{mutex_};
    co_return dist::node_address{ip_address::loopback(), port_};
  }

private:
  std::mutex mutex_; // guards port_
  std::uint16_t port_ = 0;
};

term side(const credentials& own, atom version) {
  return list({tuple("certfile"_atom, string(own.certfile)), tuple("keyfile"_atom, string(own.keyfile)),
               tuple("cacertfile"_atom, string(shared_ca().cacertfile())), tuple("versions"_atom, list({version}))});
}

node_options node_with(const std::string& name, const credentials& own, atom version,
                       const std::shared_ptr<dist::directory>& names, bool listens) {
  dist::distribution_options how{.secret = dist::cookie{"secret"}};
  how.over = dist::tls_carrier({.server = side(own, version), .client = side(own, version)});
  how.names = names;
  how.listens = listens;
  how.listen_ip = ip_address::loopback();
  node_options made;
  made.name = name;
  made.services.push_back(dist::distribution(std::move(how)));
  return made;
}

class ForeignCertificate : public testing::TestWithParam<const char*> {};

TEST_P(ForeignCertificate, IsRefusedWithTheAlertOnBothSides) {
  const atom version{GetParam()};
  const auto names = std::make_shared<one_place>();
  const node here{node_with("here@localhost", shared_ca().server(), version, names, true)};
  node stranger{node_with("stranger@localhost", foreign_ca().issue(plan_for_host("localhost")), version, names, false)};
  std::vector<std::string> logged;
  {
    const log_capture log;

    EXPECT_FALSE(stranger.run(net_kernel::connect_node, here.name()));

    // The end that refuses may tell of it after the other has learnt of it.
    stranger.run([&]() -> task<> {
      while (log.lines().size() < 2)
        co_await receive(after(1ms, [] {}));
    });
    for (const auto& line : log.lines())
      logged.push_back(line.text);
  }

  EXPECT_THAT(logged, Contains(testing::AllOf(HasSubstr("Connection attempt from 127.0.0.1"), HasSubstr("unknown_ca"),
                                              HasSubstr("generated SERVER ALERT: Fatal - Unknown CA"))));
  EXPECT_THAT(logged, Contains(testing::AllOf(HasSubstr("Connection attempt to node here@localhost failed"),
                                              HasSubstr("{tls_alert"), HasSubstr("received SERVER ALERT"))));
}

INSTANTIATE_TEST_SUITE_P(Versions, ForeignCertificate, testing::Values("tlsv1.2", "tlsv1.3"),
                         [](const auto& of) { return of.param[6] == '2' ? "Tls12" : "Tls13"; });

} // namespace
} // namespace agner::test
