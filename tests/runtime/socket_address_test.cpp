// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/posix_reason.hpp>
#include <agner/runtime/socket_address.hpp>

#include <gtest/gtest.h>

#include <cerrno>

namespace agner {
namespace {

TEST(IpAddress, IsErlangsTuple) {
  EXPECT_EQ(to_term(ip_address{127, 0, 0, 1}), tuple(127, 0, 0, 1));
  EXPECT_EQ(to_term(ip_address::loopback_v6()), tuple(0, 0, 0, 0, 0, 0, 0, 1));
  EXPECT_EQ(from_term<ip_address>(tuple(10, 1, 2, 255)), (ip_address{10, 1, 2, 255}));
  EXPECT_EQ(from_term<ip_address>(tuple(0xfe80, 0, 0, 0, 0, 0, 0, 0xffff))->text(), "fe80::ffff");
}

TEST(IpAddress, OtherTermsAreNone) {
  for (const term& none :
       {term{}, term{7}, tuple(1, 2, 3), tuple(1, 2, 3, 256), tuple(1, 2, 3, -1), tuple(1, 2, 3, "a"_atom),
        tuple(0, 0, 0, 0, 0, 0, 0, 65536), tuple(0, 0, 0, 0, 0, 0, 0, 0, 0)})
    EXPECT_FALSE(from_term<ip_address>(none));
}

TEST(IpAddress, ReadsAndPrintsText) {
  for (const char* text : {"127.0.0.1", "0.0.0.0", "::", "::1", "2001:db8::ff00:42:8329"})
    EXPECT_EQ(ip_address::parse(text)->text(), text);
  EXPECT_EQ(ip_address::parse("fe80::1%3")->scope(), 3U);
}

TEST(IpAddress, RefusesTextThatIsNone) {
  for (const char* text :
       {"", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4x", ":::", "fe80::1%", "1.2.3.4%1"})
    EXPECT_FALSE(ip_address::parse(text)) << text;
}

TEST(SocketAddress, IsAPair) {
  const socket_address at{.ip = ip_address::loopback(), .port = 80};

  EXPECT_EQ(to_term(at), tuple(tuple(127, 0, 0, 1), 80));
  EXPECT_EQ(from_term<socket_address>(to_term(at)), at);
  EXPECT_EQ(at.text(), "127.0.0.1:80");
  EXPECT_EQ((socket_address{.ip = ip_address::any_v6(), .port = 1}.text()), "[::]:1");
}

TEST(PosixReason, IsTheNameInSmallLetters) {
  EXPECT_EQ(posix_reason(ECONNREFUSED), "econnrefused"_atom);
  EXPECT_EQ(posix_reason(EAGAIN), "eagain"_atom);
  EXPECT_EQ(posix_reason(ENOTSUP), "eopnotsupp"_atom);
  EXPECT_EQ(posix_reason(100000), "unknown"_atom);
}

TEST(PosixReason, HasASentence) {
  EXPECT_EQ(posix_text("econnrefused"_atom), "Connection refused");
  EXPECT_EQ(posix_text("kaboom"_atom), "");
}

} // namespace
} // namespace agner
