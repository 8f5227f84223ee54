// SPDX-License-Identifier: Apache-2.0
// persistent_term. What it gives was asked of OTP 25.2.3.

#include <agner/actors/persistent_term.hpp>

#include <algorithm>

#include "../support/deterministic_node.hpp"
#include "ets_support.hpp"

namespace agner {
namespace {

using test::t;

template <class F>
void in_process(F body) {
  test::deterministic_node here;
  here->run([&]() -> task<> {
    body();
    co_return;
  });
}

TEST(PersistentTerm, GivesWhatWasPut) {
  in_process([] {
    for (const char* value : {"1", "{a,b}", "#{k => {v}}", "<<\"bytes\">>", "[a,b|c]", "[]", "{}", "#{}", "<<1:3>>",
                              "\"s\"", "340282366920938463463374607431768211456", "1.5"}) {
      persistent_term::put(t("{key, 1}"), t(value));
      EXPECT_EQ(persistent_term::get(t("{key, 1}")), t(value)) << value;
    }
    EXPECT_BADARG(persistent_term::get("none"_atom));
    EXPECT_EQ(persistent_term::get("none"_atom, 7), term{7});
  });
}

TEST(PersistentTerm, ComparesKeysExactly) {
  in_process([] {
    persistent_term::put(1, "integer"_atom);
    persistent_term::put(1.0, "float"_atom);

    EXPECT_EQ(persistent_term::get(1), term{"integer"_atom});
    EXPECT_EQ(persistent_term::get(1.0), term{"float"_atom});
    EXPECT_EQ(persistent_term::get().size(), 2U);
    EXPECT_EQ(*persistent_term::info().as_map().find("count"_atom), term{2});
  });
}

TEST(PersistentTerm, ErasesOnce) {
  in_process([] {
    persistent_term::put("k"_atom, t("{v, [1,2]}"));
    const term held = persistent_term::get("k"_atom);

    EXPECT_TRUE(persistent_term::erase("k"_atom));
    EXPECT_FALSE(persistent_term::erase("k"_atom));

    EXPECT_BADARG(persistent_term::get("k"_atom));
    EXPECT_EQ(held, t("{v, [1,2]}"));
    EXPECT_TRUE(persistent_term::get().empty());
  });
}

TEST(PersistentTerm, PutsNewOnesOnly) {
  in_process([] {
    persistent_term::put_new("k"_atom, 1);
    persistent_term::put_new("k"_atom, 1);
    EXPECT_BADARG((persistent_term::put_new("k"_atom, 2), 0));
    EXPECT_EQ(persistent_term::get("k"_atom), term{1});
  });
}

TEST(PersistentTerm, IsOfOneNode) {
  test::deterministic_node one{1, {.name = "one@here"}};
  test::deterministic_node two{1, {.name = "two@here"}};
  one->run([]() -> task<> {
    persistent_term::put("k"_atom, 1);
    co_return;
  });

  two->run([]() -> task<> {
    EXPECT_EQ(persistent_term::get("k"_atom, "none"_atom), term{"none"_atom});
    co_return;
  });
}

TEST(PersistentTerm, IsReadWhileItIsWritten) {
  node here{{.scheduler = scheduler::start({.workers = 3})}};
  here.run([]() -> task<> {
    persistent_term::put("k"_atom, tuple(0, 0));
    const auto reader = [](pid parent) -> task<> {
      bool whole = true;
      for (int i = 0; i < 20'000; ++i) {
        const term seen = persistent_term::get("k"_atom);
        whole = whole && seen[0] == seen[1];
        if (i % 100 == 0) co_await yield();
      }
      send(parent, whole);
    };
    spawn(reader, self());
    spawn(reader, self());
    for (int i = 0; i < 2'000; ++i) {
      persistent_term::put("k"_atom, tuple(i, i));
      if (i % 10 == 0) co_await yield();
    }
    for (int i = 0; i < 2; ++i)
      EXPECT_TRUE(co_await receive([](bool whole) { return whole; }));
  });
}

} // namespace
} // namespace agner
