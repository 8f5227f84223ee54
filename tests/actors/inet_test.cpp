// SPDX-License-Identifier: Apache-2.0

#include <agner/actors/inet.hpp>
#include <agner/actors/internal/active_state.hpp>
#include <agner/actors/process.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <chrono>

#include "tcp_pair.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using inet::active_option;
using inet::options;
using test::connected_pair;
using test::reason_of;

// -- options ------------------------------------------------------------------------------------------------------------------------------

TEST(InetOptions, AreOtpsList) {
  const options some{.active = inet::once,
                     .mode = inet::mode::binary,
                     .packet = 4,
                     .send_timeout = infinity,
                     .linger = std::pair{true, 3s},
                     .nodelay = true,
                     .ip = ip_address::loopback()};

  EXPECT_EQ(print(some.to_list()),
            "[{active,once},\n {mode,binary},\n {packet,4},\n {send_timeout,infinity},\n {linger,{true,3}},\n "
            "{nodelay,true},\n {ip,{127,0,0,1}}]");
  EXPECT_EQ(must(options::from_list(some.to_list())), some);
}

TEST(InetOptions, EveryOptionComesBack) {
  const options all = options::defaults().with({.active = -5,
                                                .packet = 2,
                                                .send_timeout = 7ms,
                                                .nodelay = true,
                                                .keepalive = false,
                                                .reuseaddr = true,
                                                .reuseport = false,
                                                .ipv6_v6only = true,
                                                .recbuf = 1,
                                                .sndbuf = 2,
                                                .priority = 3,
                                                .tos = 4,
                                                .tclass = 5,
                                                .user_timeout = 6ms,
                                                .ip = ip_address::any_v6(),
                                                .port = 9,
                                                .inet6 = true,
                                                .backlog = 10});

  EXPECT_EQ(must(options::from_list(all.to_list())), all);
}

TEST(InetOptions, ReadsWhatOtpTakes) {
  const auto read = must(options::from_list(
      list({"binary"_atom, "inet6"_atom, tuple("packet"_atom, "raw"_atom), tuple("active"_atom, 3)})));

  EXPECT_EQ(read.mode, inet::mode::binary);
  EXPECT_EQ(read.inet6, true);
  EXPECT_EQ(read.packet, inet::packet_option{0});
  EXPECT_EQ(read.active, active_option{3});
}

TEST(InetOptions, AllWrongOnesAreReported) {
  const auto wrong = options::from_list(
      list({tuple("packet"_atom, "x"_atom), "foo"_atom, tuple("nodelay"_atom, 1), tuple("active"_atom, true)}));

  ASSERT_FALSE(wrong);
  EXPECT_EQ(print(wrong.error().reason()), "{options,[{{packet,x},<<\"must be raw, 0, 1, 2 or 4\">>},\n          "
                                           "{foo,<<\"is no option of a TCP socket\">>},\n          "
                                           "{{nodelay,1},<<\"must be true or false\">>}]}");
}

TEST(InetOptions, ValuesOutOfRangeAreWrong) {
  for (const options& wrong : {options{.active = 32768}, options{.active = -32769}, options{.packet = 3},
                               options{.packet_size = 0x4000001}, options{.buffer = 0}, options{.send_timeout = -1ms},
                               options{.linger = std::pair{true, -1s}}, options{.recbuf = 0}, options{.backlog = -1}}) {
    ASSERT_FALSE(wrong.check()) << print(wrong.to_list());
    EXPECT_EQ(wrong.check().error().reason()[0], term{"options"_atom});
  }
  EXPECT_TRUE(options::defaults().check());
  EXPECT_FALSE(options::from_list(cons(1, 2)));
  EXPECT_FALSE(options::from_list("x"_atom));
}

TEST(InetOptions, WhatIsSaidLaterCounts) {
  const auto merged = options{.packet = 1, .nodelay = true}.with({.packet = 2, .keepalive = true});

  EXPECT_EQ(merged.packet, inet::packet_option{2});
  EXPECT_EQ(merged.nodelay, true);
  EXPECT_EQ(merged.keepalive, true);
}

// -- active -------------------------------------------------------------------------------------------------------------------------------

TEST(ActiveState, CountsDownToPassive) {
  internal::active_state state;

  EXPECT_FALSE(must(state.change(2)));
  EXPECT_FALSE(state.delivered());
  EXPECT_TRUE(state.on());
  EXPECT_TRUE(state.delivered());
  EXPECT_FALSE(state.on());
}

TEST(ActiveState, ACountOfZeroOrLessIsPassiveAtOnce) {
  for (const int count : {0, -1, -32768}) {
    internal::active_state state;
    EXPECT_TRUE(must(state.change(count)));
    EXPECT_FALSE(state.on());
  }
}

TEST(ActiveState, ACountForgetsWhatWasNoCount) {
  internal::active_state state;
  must(state.change(true));
  must(state.change(3));
  EXPECT_EQ(state.value(), active_option{3});
  must(state.change(inet::once));
  EXPECT_FALSE(state.delivered());
  EXPECT_EQ(state.value(), active_option{false});
}

TEST(ActiveState, ASumBeyond16BitsChangesNothing) {
  internal::active_state state;
  must(state.change(32767));

  EXPECT_EQ(state.change(1).error().reason(), term{"einval"_atom});

  EXPECT_EQ(state.value(), active_option{32767});
}

// -- sockets ------------------------------------------------------------------------------------------------------------------------------

TEST(Inet, EachEndKnowsTheOther) {
  node here;

  here.run([]() -> task<> {
    const auto pair = co_await connected_pair();

    EXPECT_EQ(must(co_await inet::peername(pair.client)), must(co_await inet::sockname(pair.server)));
    EXPECT_EQ(must(co_await inet::peername(pair.server)), must(co_await inet::sockname(pair.client)));
    EXPECT_EQ(must(co_await inet::port(pair.listener)), must(co_await inet::peername(pair.client)).port);
    EXPECT_EQ(reason_of(co_await inet::peername(pair.listener)), term{"enotconn"_atom});
  });
}

TEST(Inet, OptionsAreSetAndRead) {
  node here;

  here.run([]() -> task<> {
    const auto pair = co_await connected_pair();

    must(co_await inet::setopts(pair.client,
                                {.mode = inet::mode::list, .packet = 2, .high_watermark = 100, .nodelay = true}));
    const auto read = must(co_await inet::getopts(pair.client));

    EXPECT_EQ(read.mode, inet::mode::list);
    EXPECT_EQ(read.packet, inet::packet_option{2});
    EXPECT_EQ(read.high_watermark, 100U);
    EXPECT_EQ(read.nodelay, true);
    EXPECT_EQ(read.low_watermark, 4096U);
    EXPECT_EQ(read.send_timeout, infinity);
    EXPECT_EQ(reason_of(co_await inet::setopts(pair.client, {.packet = 5}))[0], term{"options"_atom});
  });
}

TEST(Inet, ListenersHaveOptionsToo) {
  node here;

  here.run([]() -> task<> {
    const auto pair = co_await connected_pair();

    must(co_await inet::setopts(pair.listener, {.packet = 1}));

    EXPECT_EQ(must(co_await inet::getopts(pair.listener)).packet, inet::packet_option{1});
  });
}

// -- hosts --------------------------------------------------------------------------------------------------------------------------------

TEST(Inet, LooksNamesUp) {
  node here;

  here.run([]() -> task<> {
    EXPECT_EQ(must(co_await inet::getaddr("localhost")), ip_address::loopback());
    EXPECT_EQ(must(co_await inet::getaddr("127.1.2.3")), (ip_address{127, 1, 2, 3}));
    EXPECT_EQ(must(co_await inet::getaddr("::1", inet::address_family::v6)), ip_address::loopback_v6());
    EXPECT_EQ(reason_of(co_await inet::getaddr("::1")), term{"nxdomain"_atom});
    EXPECT_EQ(reason_of(co_await inet::getaddr("no.such.host.invalid")), term{"nxdomain"_atom});
    EXPECT_EQ(reason_of(co_await inet::getaddr("")), term{"nxdomain"_atom});
  });
}

TEST(InetHost, IsANameOrAnAddress) {
  EXPECT_EQ(inet::host{"example.org"}.address(), std::nullopt);
  EXPECT_EQ(inet::host{"10.0.0.1"}.address(), (ip_address{10, 0, 0, 1}));
  EXPECT_EQ(inet::host{string("a.b")}.text(), "a.b");
  EXPECT_EQ(inet::host{tuple(1, 2, 3, 4)}.text(), "1.2.3.4");
  EXPECT_EQ(inet::host{term{"localhost"_atom}}.text(), "localhost");
  EXPECT_THROW(inet::host{term{7}}, raised);
}

// -- reasons --------------------------------------------------------------------------------------------------------------------------------

TEST(InetFormatError, IsOneSentence) {
  EXPECT_EQ(inet::format_error("econnrefused"_atom), "connection refused: nobody listens at this address and port");
  EXPECT_EQ(inet::format_error("ehostunreach"_atom), "No route to host");
  EXPECT_EQ(inet::format_error("foo"_atom), "unknown reason foo");
  EXPECT_EQ(inet::format_error(tuple("foo"_atom, 7)), "unknown reason {foo,7}");
}

} // namespace
} // namespace agner
