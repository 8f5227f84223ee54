// SPDX-License-Identifier: Apache-2.0

#include <fstream>

#include <gtest/gtest.h>

#include <agner/tls/internal/context_cache.hpp>
#include <agner/tls/internal/limits.hpp>

#include "../support/test_ca.hpp"
#include "../support/tls_contexts.hpp"

using namespace agner;
using namespace agner::ssl::internal;

namespace {

std::shared_ptr<const context> found(context_cache& in, const context_settings& of) {
  option_faults faults;
  return in.find_or_make(of, faults);
}

} // namespace

TEST(ContextCache, EqualOptionsShareAContext) {
  context_cache cache;

  const auto first = found(cache, test::server_settings({}));

  EXPECT_NE(first, nullptr);
  EXPECT_EQ(found(cache, test::server_settings({})), first);
  EXPECT_EQ(cache.size(), 1U);
}

TEST(ContextCache, EveryOptionTellsContextsApart) {
  context_cache cache;
  const auto base = test::server_settings({});
  std::vector<context_settings> others(9, base);
  others[0].verify_peer = true;
  others[1].fail_if_no_peer_cert = true;
  others[2].depth = 3;
  others[3].tls1_3 = false;
  others[4].client_renegotiation = true;
  others[5].decision_awaited = true;
  others[6].hello_awaited = true;
  others[7].sessions = true;
  others[8].password = "secret";

  const auto first = found(cache, base);
  for (const auto& other : others)
    EXPECT_NE(found(cache, other), first);

  EXPECT_EQ(cache.size(), 10U);
}

TEST(ContextCache, ChangedFileIsReadAgain) {
  context_cache cache;
  auto settings = test::server_settings({});
  const test::temporary_folder folder;
  settings.certfile = folder.write("cert.pem", test::file_text(settings.certfile));
  settings.keyfile = folder.write("key.pem", test::file_text(settings.keyfile));
  const auto before = found(cache, settings);

  const auto other = test::shared_ca().issue(test::plan_for_host("other"));
  folder.write("cert.pem", test::file_text(other.certfile));
  folder.write("key.pem", test::file_text(other.keyfile));
  const auto after = found(cache, settings);

  ASSERT_NE(after, nullptr);
  EXPECT_NE(after, before);
  EXPECT_EQ(found(cache, settings), after);
}

TEST(ContextCache, FaultIsNotKept) {
  context_cache cache;
  context_settings settings{.side = role::server, .certfile = "/nowhere"};

  EXPECT_EQ(found(cache, settings), nullptr);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(ContextCache, HoldsABoundedNumber) {
  context_cache cache;
  auto settings = test::server_settings({});
  for (int depth = 0; depth < static_cast<int>(contexts_max) + 5; ++depth) {
    settings.depth = depth;
    found(cache, settings);
  }

  EXPECT_EQ(cache.size(), contexts_max);
}

TEST(ContextCache, ClearForgetsAll) {
  context_cache cache;
  const auto before = found(cache, test::server_settings({}));

  cache.clear();

  EXPECT_NE(found(cache, test::server_settings({})), before);
}
