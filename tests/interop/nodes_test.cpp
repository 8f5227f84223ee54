// SPDX-License-Identifier: Apache-2.0
// Nodes of ours and of Erlang/OTP that come together, see each other, and go: each test makes its own.

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
#include <agner/dist/net_kernel.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cluster.hpp"
#include "puppets.hpp"

namespace agner::test {
namespace {

class Nodes : public testing::TestWithParam<over> {};

TEST_P(Nodes, TheFirstMessageMayBeLarge) {
  erl_peer erl{theirs(GetParam(), "erl")};
  ASSERT_EQ(erl.eval("agner_peer:start()"), "ok");
  node here{ours(GetParam(), "cpp")};

  const term large = binary(std::string(300'000, 'x'));

  const term back = here.run(
      [](term message) -> task<term> {
        send({"echo"_atom, "erl@127.0.0.1"_atom}, tuple(self(), std::move(message)));
        co_return co_await receive(on(match(any<pid>, any<term>), [](pid, term what) { return what; }),
                                   after(patience, [] { return term{"no_answer"_atom}; }));
      },
      large);

  EXPECT_TRUE(back == large) << print_short(back);
}

INSTANTIATE_TEST_SUITE_P(Carriers, Nodes, testing::Values(over::tcp, over::tls_1_2, over::tls_1_3),
                         [](const auto& info) { return text_of(info.param); });

} // namespace
} // namespace agner::test
