// SPDX-License-Identifier: Apache-2.0
// Reasons of ssl in words: those that come from elsewhere.

#include <gtest/gtest.h>

#include <agner/runtime/error.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/tls/format_error.hpp>

namespace agner {
namespace {

TEST(FormatError, SaysReasonsOfSocketsInWords) {
  EXPECT_EQ(ssl::format_error("econnrefused"_atom), "connection refused: nobody listens at this address and port");
  EXPECT_EQ(ssl::format_error("eaddrinuse"_atom), "the address is in use: somebody else listens at this port");
}

TEST(FormatError, PrintsWhatNobodyKnows) { EXPECT_EQ(ssl::format_error("unheard_of"_atom), "unheard_of"); }

TEST(FormatError, HasWordsForWhatFunctionsAnswer) {
  for (const char* reason : {"renegotiation_rejected", "protocol_not_negotiated", "no_peercert", "not_owner",
                             "undefined", "notsup_on_transport_accept_socket", "enotsup", "badarg"}) {
    const std::string words = ssl::format_error(term{atom{reason}});
    EXPECT_TRUE(words.contains(' ')) << reason << ": " << words;
  }
  EXPECT_EQ(ssl::format_error(must(parse_term("{badarg, {packet_to_large, 300, 255}}"))),
            "a packet of 300 bytes is longer than its header can say, which is 255");
  EXPECT_EQ(ssl::format_error(string("said already")), "said already");
  EXPECT_TRUE(ssl::format_error(must(parse_term("{invalid_packet, <<1>>}"))).contains("packet_size"));
}

} // namespace
} // namespace agner
