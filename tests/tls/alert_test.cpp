// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/tls/internal/alert.hpp>

using namespace agner;
using namespace agner::ssl::internal;

namespace {

alert_event unknown_ca(alert_direction direction) {
  return {.number = unknown_ca_alert, .direction = direction, .side = role::client, .state = "certify"};
}

} // namespace

TEST(Alert, ReceivedOneNamesThePeersRole) {
  EXPECT_EQ(alert_reason(unknown_ca(alert_direction::received)),
            tuple("tls_alert"_atom,
                  tuple("unknown_ca"_atom,
                        string("TLS client: In state certify received SERVER ALERT: Fatal - Unknown CA\n"))));
}

TEST(Alert, OwnOneNamesTheOwnRoleAndTheDetail) {
  auto event = unknown_ca(alert_direction::sent);
  event.detail = "no such authority";

  EXPECT_EQ(
      alert_reason(event),
      tuple("tls_alert"_atom, tuple("unknown_ca"_atom, string("TLS client: In state certify generated CLIENT ALERT: "
                                                              "Fatal - Unknown CA\n - no such authority"))));
}

TEST(Alert, CloseNotifyIsClosed) { EXPECT_EQ(alert_reason({.number = close_notify_alert}), term("closed"_atom)); }

TEST(Alert, UnknownNumberKeepsItsNumberInTheText) {
  EXPECT_EQ(alert_name(200), "unsupported/unknown_alert"_atom);
  EXPECT_EQ(alert_text(200), "unsupported/unknown alert: 200");
}

TEST(Alert, NamesAndNumbersMapBothWays) {
  for (int number = 0; number < 256; ++number) {
    const auto name = alert_name(static_cast<alert_number>(number));
    if (name == "unsupported/unknown_alert"_atom) continue;
    EXPECT_EQ(alert_called(name), number);
  }
  EXPECT_FALSE(alert_called("no_alert"_atom));
}
