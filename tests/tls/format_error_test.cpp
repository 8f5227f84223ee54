// SPDX-License-Identifier: Apache-2.0
// Reasons of ssl in words: those that come from elsewhere.

#include <gtest/gtest.h>

#include <agner/tls/format_error.hpp>

namespace agner {
namespace {

TEST(FormatError, SaysReasonsOfSocketsInWords) {
  EXPECT_EQ(ssl::format_error("econnrefused"_atom), "connection refused: nobody listens at this address and port");
  EXPECT_EQ(ssl::format_error("eaddrinuse"_atom), "the address is in use: somebody else listens at this port");
}

TEST(FormatError, PrintsWhatNobodyKnows) { EXPECT_EQ(ssl::format_error("unheard_of"_atom), "unheard_of"); }

} // namespace
} // namespace agner
