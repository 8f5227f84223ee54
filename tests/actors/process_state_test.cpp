// SPDX-License-Identifier: Apache-2.0
// Dictionary, flags and group leader. Each rule was asked of OTP 25.2.3 first.

#include <gtest/gtest.h>

#include <algorithm>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

// -- dictionary ---------------------------------------------------------------------------------------------------------------------------

TEST(Dictionary, GivesBackWhatWasThere) {
  deterministic_node here;

  here->run([]() -> task<> {
    EXPECT_EQ(dictionary::put("a"_atom, 1), term("undefined"_atom));
    EXPECT_EQ(dictionary::put("a"_atom, 2), term(1));
    EXPECT_EQ(dictionary::get("a"_atom), term(2));
    EXPECT_EQ(dictionary::get("b"_atom), term("undefined"_atom));
    EXPECT_EQ(dictionary::erase("a"_atom), term(2));
    EXPECT_EQ(dictionary::erase("a"_atom), term("undefined"_atom));
    co_return;
  });
}

TEST(Dictionary, ComparesKeysExactly) {
  deterministic_node here;

  here->run([]() -> task<> {
    dictionary::put(1, "integer"_atom);
    dictionary::put(1.0, "float"_atom);
    dictionary::put(tuple("k"_atom, list({1, 2})), "tuple"_atom);
    EXPECT_EQ(dictionary::get(1), term("integer"_atom));
    EXPECT_EQ(dictionary::get(1.0), term("float"_atom));
    EXPECT_EQ(dictionary::get(tuple("k"_atom, list({1, 2}))), term("tuple"_atom));
    co_return;
  });
}

TEST(Dictionary, ListsPairsAndKeys) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (int i = 0; i < 100; ++i)
      dictionary::put(i, i % 2);
    EXPECT_EQ(dictionary::get().size(), 100U);
    EXPECT_EQ(dictionary::get_keys().size(), 100U);
    EXPECT_EQ(dictionary::get_keys(1).size(), 50U);
    EXPECT_EQ(dictionary::erase().size(), 100U);
    EXPECT_TRUE(dictionary::get().empty());
    co_return;
  });
}

TEST(Dictionary, BelongsToOneProcess) {
  deterministic_node here;

  here->run([]() -> task<> {
    dictionary::put("mine"_atom, 1);
    const pid child = spawn([]() -> task<> {
      EXPECT_EQ(dictionary::put("mine"_atom, 2), term("undefined"_atom));
      co_await receive([](term) {});
    });
    co_await receive(after(1ms, [] {}));
    EXPECT_EQ(dictionary::get("mine"_atom), term(1));
    EXPECT_EQ(co_await process_info(child, tuple("dictionary"_atom, "mine"_atom)),
              tuple(tuple("dictionary"_atom, "mine"_atom), 2));
    EXPECT_EQ(co_await process_info(child, "dictionary"_atom), tuple("dictionary"_atom, list({tuple("mine"_atom, 2)})));
  });
}

TEST(Dictionary, IsEmptyInTheNextProcessOfTheSlot) {
  deterministic_node here{1, {.processes_max = 64}};

  here->run([]() -> task<> {
    for (int i = 0; i < 200; ++i) {
      const auto child = spawn_monitor([]() -> task<> {
        EXPECT_TRUE(dictionary::get().empty());
        dictionary::put("left"_atom, "over"_atom);
        co_return;
      });
      EXPECT_EQ(co_await test::down_reason(child.monitor), term("normal"_atom));
    }
  });
}

// -- flags --------------------------------------------------------------------------------------------------------------------------------

bool refused(const term& flag, const term& value) {
  try {
    process_flag(flag, value);
  } catch (const raised& r) {
    return r.reason() == term("badarg"_atom);
  }
  return false;
}

TEST(ProcessFlag, GivesBackWhatItWas) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto toggles = [](const term& flag, const term& first, const term& second) {
      EXPECT_EQ(process_flag(flag, second), first);
      EXPECT_EQ(process_flag(flag, first), second);
    };
    toggles("trap_exit"_atom, false, true);
    toggles("priority"_atom, "normal"_atom, "max"_atom);
    toggles("priority"_atom, "normal"_atom, "low"_atom);
    toggles("message_queue_data"_atom, "on_heap"_atom, "off_heap"_atom);
    toggles("save_calls"_atom, 0, 10'000);
    toggles("sensitive"_atom, false, true);
    co_return;
  });
}

TEST(ProcessFlag, RefusesWhatMeansNothing) {
  deterministic_node here;

  here->run([]() -> task<> {
    EXPECT_TRUE(refused("gurka"_atom, "banan"_atom));
    EXPECT_TRUE(refused("trap_exit"_atom, "gurka"_atom));
    EXPECT_TRUE(refused("priority"_atom, 4711));
    EXPECT_TRUE(refused("save_calls"_atom, -1));
    EXPECT_TRUE(refused("save_calls"_atom, 10'001));
    EXPECT_TRUE(refused("message_queue_data"_atom, "mixed"_atom));
    EXPECT_TRUE(refused("min_heap_size"_atom, 233));
    EXPECT_TRUE(refused("error_handler"_atom, "error_handler"_atom));
    co_return;
  });
}

TEST(ProcessFlag, SensitiveHidesMessagesAndDictionary) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn([]() -> task<> {
      process_flag("sensitive"_atom, true);
      dictionary::put("key"_atom, "secret"_atom);
      co_await receive(on(match("never"_atom, _), [] {}));
    });
    send(child, "secret"_atom);
    co_await receive(after(1ms, [] {}));
    EXPECT_EQ(
        co_await process_info(child, list({"messages"_atom, "dictionary"_atom, "message_queue_len"_atom,
                                           tuple("dictionary"_atom, "key"_atom)})),
        list({tuple("messages"_atom, term{}), tuple("dictionary"_atom, term{}), tuple("message_queue_len"_atom, 1),
              tuple(tuple("dictionary"_atom, "key"_atom), "undefined"_atom)}));
  });
}

// -- group leader -------------------------------------------------------------------------------------------------------------------------

TEST(GroupLeader, IsInherited) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid leader = spawn(test::until_told);
    const pid before = group_leader();
    co_await group_leader(leader, self());
    EXPECT_EQ(group_leader(), leader);
    EXPECT_NE(before, leader);
    const pid child = spawn([parent = self()]() -> task<> {
      spawn([parent]() -> task<> {
        send(parent, group_leader());
        co_return;
      });
      co_await receive([](term) {});
    });
    EXPECT_EQ(co_await receive([](pid p) { return p; }), leader);
    EXPECT_EQ(co_await process_info(child, "group_leader"_atom), tuple("group_leader"_atom, leader));
  });
}

TEST(GroupLeader, IsTheSameForAllThatWereGivenNone) {
  deterministic_node here;

  const pid first = here->run([]() -> task<pid> { co_return group_leader(); });
  here->run([first]() -> task<> {
    EXPECT_EQ(group_leader(), first);
    EXPECT_EQ(co_await process_info(self(), "group_leader"_atom), tuple("group_leader"_atom, first));
    co_return;
  });
}

TEST(GroupLeader, OfAnotherIsSetInTheOrderOfSignals) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid leader = spawn(test::until_told);
    const pid child = spawn(test::until_told);
    co_await group_leader(leader, child);
    EXPECT_EQ(co_await process_info(child, "group_leader"_atom), tuple("group_leader"_atom, leader));
    exit(child, "kill"_atom);
    term refused;
    try {
      co_await group_leader(leader, child);
    } catch (const raised& r) {
      refused = r.reason();
    }
    EXPECT_EQ(refused, term("badarg"_atom));
  });
}

TEST(GroupLeader, OfLastResortWritesWhatItIsToldAndRefusesTheRest) {
  deterministic_node here;

  testing::internal::CaptureStdout();
  here->run([]() -> task<> {
    const auto asks = [](term request) -> task<term> {
      const reference ref = make_ref();
      send(group_leader(), tuple("io_request"_atom, self(), ref, std::move(request)));
      co_return co_await receive(on(match("io_reply"_atom, ref, any<term>), [](term said) { return said; }));
    };
    EXPECT_EQ(co_await asks(tuple("put_chars"_atom, "unicode"_atom, binary("Grüße\n"))), term("ok"_atom));
    EXPECT_EQ(co_await asks(tuple("put_chars"_atom, "unicode"_atom, "io_lib"_atom, "format"_atom,
                                  list({string("~p!~n"), list({tuple("a"_atom, 1)})}))),
              term("ok"_atom));
    EXPECT_EQ(co_await asks(tuple("get_line"_atom, "unicode"_atom, string("?"))), tuple("error"_atom, "request"_atom));
    EXPECT_EQ(co_await asks(tuple("put_chars"_atom, "unicode"_atom, 7)), tuple("error"_atom, "request"_atom));
  });
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "Grüße\n{a,1}!\n");
}

} // namespace
} // namespace agner
