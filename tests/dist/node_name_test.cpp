// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/node_name.hpp>

#include <gtest/gtest.h>

namespace agner {
namespace {

const host_names host{.host = "box", .domain = "example.org"};

std::string short_name(std::string_view name) {
  return make_node_name(name, name_domain::shortnames, host).value_or("refused");
}
std::string long_name(std::string_view name) {
  return make_node_name(name, name_domain::longnames, host).value_or("refused");
}

TEST(NodeName, TakesTheHostFromTheMachine) {
  EXPECT_EQ(short_name("a"), "a@box");
  EXPECT_EQ(long_name("a"), "a@box.example.org");
}

TEST(NodeName, KeepsAHostThatIsGiven) {
  EXPECT_EQ(short_name("a@other"), "a@other");
  EXPECT_EQ(long_name("a@127.0.0.1"), "a@127.0.0.1");
  EXPECT_EQ(long_name("a@nodot"), "a@nodot"); // as OTP
}

TEST(NodeName, RefusesDotsInAShortHost) { EXPECT_EQ(short_name("a@b.c"), "refused"); }

TEST(NodeName, RefusesALongNameWhereThereIsNoDomain) {
  const auto name = make_node_name("a", name_domain::longnames, {.host = "box", .domain = ""});

  EXPECT_EQ(name.error(), "this host has no domain that would make its name a long one");
}

TEST(NodeName, TakesLettersDigitsUnderscoreAndDashBeforeTheHost) {
  EXPECT_EQ(short_name("aZ09_-"), "aZ09_-@box");
  for (const char* wrong : {"a b", "a.b", "a/b", "\xc3\xbc", "a\n", ""})
    EXPECT_EQ(short_name(wrong), "refused") << wrong;
}

TEST(NodeName, RefusesHostsThatAreNone) {
  for (const char* wrong : {"a@", "a@b@c", "a@b c", "a@b\x7f", "a@\t"})
    EXPECT_EQ(short_name(wrong), "refused") << wrong;
}

TEST(NodeName, TakesHostsBeyondAscii) { EXPECT_EQ(short_name("a@h\xc3\xbct"), "a@h\xc3\xbct"); }

TEST(NodeName, HasAtMost255Characters) {
  EXPECT_EQ(short_name(std::string(251, 'a')).size(), 255U);
  EXPECT_EQ(short_name(std::string(252, 'a')), "refused");
}

TEST(HostNames, FindsThisMachine) { EXPECT_FALSE(host_names::here().host.empty()); }

} // namespace
} // namespace agner
