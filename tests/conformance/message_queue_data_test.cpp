// SPDX-License-Identifier: Apache-2.0
// Follows OTP's message_queue_data_SUITE.

#include <gtest/gtest.h>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;

TEST(message_queue_data, basic) {
  deterministic_node here;

  here->run([]() -> task<> {
    EXPECT_EQ(co_await process_info(self(), "message_queue_data"_atom),
              tuple("message_queue_data"_atom, "on_heap"_atom));
    EXPECT_EQ(process_flag("message_queue_data"_atom, "off_heap"_atom), term("on_heap"_atom));
    EXPECT_EQ(co_await process_info(self(), "message_queue_data"_atom),
              tuple("message_queue_data"_atom, "off_heap"_atom));
    EXPECT_EQ(process_flag("message_queue_data"_atom, "on_heap"_atom), term("off_heap"_atom));
    EXPECT_THROW(process_flag("message_queue_data"_atom, "blupp"_atom), raised);
    EXPECT_EQ(co_await process_info(spawn(test::until_told), "message_queue_data"_atom),
              tuple("message_queue_data"_atom, "on_heap"_atom));
  });
}

/// Changes where its messages lie, again and again, while they come.
task<> changes(pid tester) {
  for (const atom where : {atom{"off_heap"}, atom{"on_heap"}, atom{"off_heap"}}) {
    co_await receive(on(match("never"_atom), [] {}), after(500ms, [] {}));
    process_flag("message_queue_data"_atom, where);
    send(tester, "changed"_atom);
  }
  co_await receive(on(match("tell"_atom), [] {}));
  send(tester, co_await process_info(self(), "messages"_atom));
}

TEST(message_queue_data, process_info_messages) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn(changes, self());
    std::vector<term> sent;
    for (const char* text : {"A", "B", "C"}) {
      sent.push_back(string(text));
      send(child, sent.back());
      EXPECT_EQ(co_await receive([](term said) { return said; }), term("changed"_atom));
    }
    EXPECT_EQ(co_await process_info(child, "messages"_atom), tuple("messages"_atom, list_of(sent)));
    send(child, tuple("tell"_atom));
    EXPECT_EQ(co_await receive([](term said) { return said; }), tuple("messages"_atom, list_of(sent)));
  });
}

TEST(message_queue_data, change_to_off_heap) {
  test::with_seeds(10, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid child = spawn([tester = self()]() -> task<> {
        co_await receive(on(match("go"_atom), [] {}));
        EXPECT_EQ(process_flag("message_queue_data"_atom, "off_heap"_atom), term("on_heap"_atom));
        for (int i = 0; i < 100; ++i)
          EXPECT_EQ(co_await receive([](std::int64_t n) { return n; }), i);
        send(tester, "ok"_atom);
      });
      for (int i = 0; i < 100; ++i) {
        send(child, i);
        if (i == 50) send(child, tuple("go"_atom));
      }
      EXPECT_EQ(co_await receive([](term said) { return said; }), term("ok"_atom));
    });
  });
}

} // namespace
} // namespace agner
