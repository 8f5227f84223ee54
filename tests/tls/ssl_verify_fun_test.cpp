// SPDX-License-Identifier: Apache-2.0
// verify_fun and partial_chain: what they are asked, in which order, what their answers do, and that nobody gets in while they think. Both roles, TLS 1.2 and 1.3.

#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/runtime/term_text.hpp>
#include <agner/tls/public_key.hpp>

#include "../support/ssl_pair.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

const term ok{"ok"_atom};

/// What a verify_fun was asked, without the certificates.
struct record {
  std::mutex mutex;
  std::vector<term> events;
  std::vector<term> certificates;
};

struct verified {
  ssl::protocol_version version;
  bool client; // who verifies
};

struct outcomes {
  term verifying;
  term other;
};

task<term> shake(std::unique_ptr<transport> over, bool client, ssl::options with) {
  with.active = false;
  auto made =
      client ? co_await ssl::connect(std::move(over), with, 10s) : co_await ssl::handshake(std::move(over), with, 10s);
  if (!made) co_return made.error().reason();
  (void)co_await ssl::send(*made, "hello");
  const auto got = co_await ssl::recv(*made, 5, 10s);
  co_await ssl::close(*made);
  co_return got ? ok : got.error().reason();
}

class SslVerifyFun : public testing::TestWithParam<verified> {
protected:
  /// @p rules are options of who verifies, @p shown the certificate of the other.
  outcomes meet(ssl::options rules, const credentials& shown) {
    const bool client = GetParam().client;
    ssl::options other{.certfile = shown.certfile, .keyfile = shown.keyfile};
    rules.versions = other.versions = {{GetParam().version}};
    auto of_client = client ? client_options(std::move(rules)) : client_options(std::move(other));
    auto of_server = client ? server_options(std::move(other)) : server_options(demanding(std::move(rules)));
    of_client.server_name_indication = "localhost";
    return here.run([&]() -> task<outcomes> {
      memory_pipe pipe;
      spawn(
          [to = self()](std::unique_ptr<transport>& over, ssl::options& with) -> task<> {
            send(to, tuple("server"_atom, co_await shake(std::move(over), false, std::move(with))));
          },
          std::move(pipe.right), of_server);
      const term of_client_got = co_await shake(std::move(pipe.left), true, of_client);
      const term of_server_got = co_await receive(on(match("server"_atom, any<term>), [](term got) { return got; }));
      co_return client ? outcomes{of_client_got, of_server_got} : outcomes{of_server_got, of_client_got};
    });
  }

  /// A certificate for the role of the other, of @p by.
  static credentials shown_by(test_ca& by) { return GetParam().client ? by.server() : by.client(); }

  /// Remembers what it is asked and answers as @p answers says.
  template <class Answers>
  ssl::fun_with_state noting(Answers answers) {
    return {[kept = record_, answers](term certificate, term event, term state) -> term {
              const std::scoped_lock lock{kept->mutex};
              kept->events.push_back(event.is_tagged("extension"_atom, 2) ? tuple("extension"_atom, event[1][1])
                                                                          : event);
              kept->certificates.push_back(certificate);
              return answers(event, state);
            },
            0};
  }

  [[nodiscard]] std::vector<term> events_without_extensions() const {
    std::vector<term> made;
    for (const term& one : record_->events)
      if (!one.is_tagged("extension"_atom, 2)) made.push_back(one);
    return made;
  }

  std::shared_ptr<record> record_ = std::make_shared<record>();
  node here;
};

/// As the default of the manual.
term by_default(const term& event, const term& state) {
  if (event.is_tagged("bad_cert"_atom, 2)) return tuple("fail"_atom, event);
  if (event.is_tagged("extension"_atom, 2)) return tuple("unknown"_atom, state);
  return tuple("valid"_atom, state);
}

term always_valid(const term&, const term& state) { return tuple("valid"_atom, state); }

term bad_cert(const char* reason) { return tuple("bad_cert"_atom, atom{reason}); }

} // namespace

INSTANTIATE_TEST_SUITE_P(All, SslVerifyFun,
                         testing::Values(verified{ssl::tlsv1_2, true}, verified{ssl::tlsv1_3, true},
                                         verified{ssl::tlsv1_2, false}, verified{ssl::tlsv1_3, false}),
                         [](const auto& of) {
                           return std::string(of.param.client ? "Client" : "Server") +
                                  (of.param.version == ssl::tlsv1_2 ? "Tls12" : "Tls13");
                         });

TEST_P(SslVerifyFun, GoodPeerIsAskedAboutAsValidPeer) {
  const auto got = meet({.verify_fun = noting(by_default)}, shown_by(shared_ca()));

  EXPECT_EQ(got.verifying, ok);
  EXPECT_EQ(got.other, ok);
  EXPECT_EQ(events_without_extensions(), std::vector<term>{term{"valid_peer"_atom}});
  EXPECT_TRUE(record_->certificates.back().is_tagged("OTPCertificate"_atom, 4));
}

TEST_P(SslVerifyFun, ExtensionsComeBeforeValidPeer) {
  meet({.verify_fun = noting(by_default)}, shown_by(shared_ca()));

  ASSERT_GT(record_->events.size(), 1U);
  EXPECT_EQ(record_->events.back(), term{"valid_peer"_atom});
  EXPECT_THAT(record_->events, testing::Contains(tuple("extension"_atom, tuple(2, 5, 29, 35))));
}

TEST_P(SslVerifyFun, IntermediatesAreValidBeforeThePeer) {
  const auto shown = shared_ca().issue_through_intermediate(plan_for_host("localhost"));
  const auto got = meet({.verify_fun = noting(by_default)}, shown);

  EXPECT_EQ(got.verifying, ok);
  EXPECT_EQ(events_without_extensions(), (std::vector<term>{term{"valid"_atom}, term{"valid_peer"_atom}}));
}

TEST_P(SslVerifyFun, StateGoesFromCallToCall) {
  const auto last = std::make_shared<term>();
  meet({.verify_fun = noting([last](const term& event, const term& state) {
          *last = state;
          return event.is("valid_peer"_atom) ? tuple("valid"_atom, state)
                                             : tuple("unknown"_atom, *state.to_int64() + 1);
        })},
       shown_by(shared_ca()));

  EXPECT_EQ(*last, term{static_cast<std::int64_t>(record_->events.size()) - 1});
}

TEST_P(SslVerifyFun, UnknownAuthorityIsRefusedByDefault) {
  const auto got = meet({.verify_fun = noting(by_default)}, shown_by(foreign_ca()));

  EXPECT_EQ(alert_in(got.verifying), term("unknown_ca"_atom));
  EXPECT_EQ(alert_in(got.other), term("unknown_ca"_atom));
  EXPECT_EQ(record_->events, std::vector<term>{bad_cert("unknown_ca")});
}

TEST_P(SslVerifyFun, UnknownAuthorityMayBeAccepted) {
  const auto got = meet({.verify_fun = noting(always_valid)}, shown_by(foreign_ca()));

  EXPECT_EQ(got.verifying, ok);
  EXPECT_EQ(got.other, ok);
}

TEST_P(SslVerifyFun, ExpiredCertificateIsNamed) {
  auto plan = plan_for_host("localhost");
  plan.not_after = plan.not_before + std::chrono::hours{1};
  plan.not_before -= std::chrono::hours{48};
  plan.not_after -= std::chrono::hours{47};
  const auto got = meet({.verify_fun = noting(by_default)}, shared_ca().issue(plan));

  EXPECT_EQ(alert_in(got.verifying), term("certificate_expired"_atom));
  EXPECT_EQ(events_without_extensions(), std::vector<term>{bad_cert("cert_expired")});
}

TEST_P(SslVerifyFun, ReasonOfARefusalIsKept) {
  const auto got =
      meet({.verify_fun = noting([](const term& event, const term& state) {
              return event.is("valid_peer"_atom) ? tuple("fail"_atom, "unwelcome"_atom) : tuple("unknown"_atom, state);
            })},
           shown_by(shared_ca()));

  EXPECT_EQ(alert_in(got.verifying), term("handshake_failure"_atom));
  EXPECT_THAT(ssl::format_error(got.verifying), HasSubstr("unwelcome"));
  EXPECT_EQ(alert_in(got.other), term("handshake_failure"_atom));
}

TEST_P(SslVerifyFun, RevocationByTheFunGivesItsAlert) {
  const auto got =
      meet({.verify_fun = noting([](const term& event, const term& state) {
              return event.is("valid_peer"_atom)
                         ? tuple("fail"_atom, tuple("bad_cert"_atom, tuple("revoked"_atom, "keyCompromise"_atom)))
                         : tuple("unknown"_atom, state);
            })},
           shown_by(shared_ca()));

  EXPECT_EQ(alert_in(got.other), term("certificate_revoked"_atom));
}

/// A hostile peer sends as soon as its own handshake is done.
TEST_P(SslVerifyFun, NobodyGetsInWhileTheFunWaits) {
  const auto got = meet({.verify_fun = ssl::fun_with_state{[](term, term event, term state) -> task<term> {
                                                             if (!event.is("valid_peer"_atom))
                                                               co_return tuple("unknown"_atom, state);
                                                             co_await receive(after(50ms, [] {}));
                                                             co_return tuple("fail"_atom, "too_late"_atom);
                                                           },
                                                           {}}},
                        shown_by(shared_ca()));

  EXPECT_THAT(ssl::format_error(got.verifying), HasSubstr("too_late"));
  EXPECT_EQ(alert_in(got.other), term("handshake_failure"_atom));
}

TEST_P(SslVerifyFun, FailingFunLetsNobodyIn) {
  const auto got =
      meet({.verify_fun = ssl::fun_with_state{[](term, term, term) -> term { raise_error("oops"_atom); }, {}}},
           shown_by(shared_ca()));

  EXPECT_EQ(alert_in(got.verifying), term("internal_error"_atom));
  EXPECT_NE(got.other, ok);
}

TEST_P(SslVerifyFun, NonsenseLetsNobodyIn) {
  const auto got = meet({.verify_fun = ssl::fun_with_state{[](term, term, term) { return term{"yes"_atom}; }, {}}},
                        shown_by(shared_ca()));

  EXPECT_EQ(alert_in(got.verifying), term("internal_error"_atom));
}

TEST_P(SslVerifyFun, FourParametersGetTheDer) {
  const auto same = std::make_shared<bool>(false);
  const auto got =
      meet({.verify_fun = ssl::fun_with_state{[same](term certificate, term der, term event, term state) -> term {
                                                *same =
                                                    public_key::pkix_decode_cert(der, public_key::otp) == certificate;
                                                return by_default(event, state);
                                              },
                                              {}}},
           shown_by(shared_ca()));

  EXPECT_EQ(got.verifying, ok);
  EXPECT_TRUE(*same);
}

// -- partial_chain --------------------------------------------------------------------------------------------------------------------

TEST_P(SslVerifyFun, PartialChainTrustsAnIntermediate) {
  const auto shown = foreign_ca().issue_through_intermediate(plan_for_host("localhost"));
  const auto first = [](term chain) { return tuple("trusted_ca"_atom, chain.head()); };
  const auto got = meet({.verify_fun = noting(by_default), .partial_chain = ssl::fun{first}}, shown);

  EXPECT_EQ(got.verifying, ok);
  EXPECT_EQ(got.other, ok);
  EXPECT_EQ(events_without_extensions(), std::vector<term>{term{"valid_peer"_atom}});
}

TEST_P(SslVerifyFun, PartialChainThatKnowsNobodyChangesNothing) {
  const auto shown = foreign_ca().issue_through_intermediate(plan_for_host("localhost"));
  const auto nobody = [](term) { return term{"unknown_ca"_atom}; };
  const auto got = meet({.partial_chain = ssl::fun{nobody}}, shown);

  EXPECT_EQ(alert_in(got.verifying), term("unknown_ca"_atom));
}

TEST_P(SslVerifyFun, PartialChainMayNotNameAStranger) {
  const auto shown = foreign_ca().issue_through_intermediate(plan_for_host("localhost"));
  const auto stranger = [](term) { return tuple("trusted_ca"_atom, binary("no certificate")); };
  const auto got = meet({.partial_chain = ssl::fun{stranger}}, shown);

  EXPECT_EQ(alert_in(got.verifying), term("unknown_ca"_atom));
}

// -- clients only ---------------------------------------------------------------------------------------------------------------------

TEST(SslVerifyFunOfClients, WrongHostIsAnEvent) {
  node here;
  const auto events = std::make_shared<std::vector<term>>();
  here.run([&]() -> task<> {
    memory_pipe pipe;
    spawn(
        [](std::unique_ptr<transport>& over) -> task<> {
          (void)co_await ssl::handshake(std::move(over), server_options());
        },
        std::move(pipe.right));
    const auto made = co_await ssl::connect(
        std::move(pipe.left),
        client_options({.verify_fun = ssl::fun_with_state{[events](term, term event, term state) -> term {
                                                            if (!event.is_tagged("extension"_atom, 2))
                                                              events->push_back(event);
                                                            return by_default(event, state);
                                                          },
                                                          {}},
                        .server_name_indication = "elsewhere"}));
    EXPECT_EQ(alert_in(made.error().reason()), term("handshake_failure"_atom));
  });

  EXPECT_EQ(*events, std::vector<term>{bad_cert("hostname_check_failed")});
}

TEST(SslVerifyFunOfClients, AskedAlsoWhereNothingIsVerified) {
  node here;
  const auto events = std::make_shared<std::vector<term>>();
  here.run([&]() -> task<> {
    memory_pipe pipe;
    spawn(
        [](std::unique_ptr<transport>& over) -> task<> {
          (void)co_await ssl::handshake(std::move(over), server_options());
        },
        std::move(pipe.right));
    const auto made = co_await ssl::connect(
        std::move(pipe.left), ssl::options{.verify = ssl::verify_none,
                                           .verify_fun = ssl::fun_with_state{[events](term, term event, term state) {
                                                                               events->push_back(event);
                                                                               return tuple("valid"_atom, state);
                                                                             },
                                                                             {}},
                                           .server_name_indication = "localhost"});
    EXPECT_TRUE(made.has_value());
  });

  ASSERT_FALSE(events->empty());
  EXPECT_EQ(events->front(), bad_cert("unknown_ca"));
}
