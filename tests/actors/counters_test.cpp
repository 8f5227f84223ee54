// SPDX-License-Identifier: Apache-2.0
// counters and atomics. What they give was asked of OTP 25.2.3.

#include <agner/actors/atomics.hpp>
#include <agner/actors/counters.hpp>

#include <limits>

#include "../support/deterministic_node.hpp"
#include "ets_support.hpp"

namespace agner {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

template <class F>
void in_process(F body) {
  test::deterministic_node here;
  here->run([&]() -> task<> {
    body();
    co_return;
  });
}

TEST(Counters, Count) {
  in_process([] {
    for (const auto how : {counters::kind::atomics, counters::kind::write_concurrency}) {
      const auto c = counters::new_(2, how);
      counters::put(c, 1, 5);
      counters::add(c, 1, 3);
      counters::sub(c, 1, 1);

      EXPECT_EQ(counters::get(c, 1), 7);
      EXPECT_EQ(counters::get(c, 2), 0);
      counters::put(c, 1, most);
      counters::add(c, 1, 1);
      EXPECT_EQ(counters::get(c, 1), least);
      EXPECT_BADARG(counters::get(c, 0));
      EXPECT_BADARG(counters::get(c, 3));
      EXPECT_EQ(*counters::info(c).as_map().find("size"_atom), term{2});
    }
    EXPECT_BADARG(counters::new_(0));
  });
}

TEST(Counters, LiveInTermsAsLongAsThese) {
  in_process([] {
    ets::new_("tab"_atom, {.named_table = true});
    {
      const auto c = counters::new_(1);
      counters::add(c, 1, 4);
      ets::insert("tab"_atom, tuple("c"_atom, to_term(c)));
    }
    const term held = ets::lookup_element("tab"_atom, "c"_atom, 2);
    ets::delete_("tab"_atom);

    const auto again = from_term<counters::counters_ref>(held);

    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(counters::get(*again, 1), 4);
    EXPECT_FALSE(from_term<counters::counters_ref>(make_ref()));
    EXPECT_FALSE(from_term<counters::counters_ref>(atomics::new_(1).as_term()));
    EXPECT_BADARG(counters::counters_ref{1});
  });
}

TEST(Counters, LoseNothingAmongManyProcesses) {
  node here{{.scheduler = scheduler::start({.workers = 3})}};
  here.run([]() -> task<> {
    for (const auto how : {counters::kind::atomics, counters::kind::write_concurrency}) {
      const auto c = counters::new_(1, how);
      for (int i = 0; i < 4; ++i)
        spawn(
            [](counters::counters_ref in, pid parent) -> task<> {
              for (int n = 0; n < 10'000; ++n) {
                counters::add(in, 1, 1);
                if (n % 1000 == 0) co_await yield();
              }
              send(parent, "done"_atom);
            },
            c, self());
      for (int i = 0; i < 4; ++i)
        co_await receive([](atom) {});
      EXPECT_EQ(counters::get(c, 1), 40'000);
    }
  });
}

TEST(Atomics, DoWhatErlangsDo) {
  in_process([] {
    const auto a = atomics::new_(3);
    const auto u = atomics::new_<std::uint64_t>(2);

    atomics::add(a, 1, -5);
    EXPECT_EQ(atomics::get(a, 1), -5);
    EXPECT_EQ(atomics::add_get(u, 1, -1), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(atomics::sub_get(a, 1, 2), -7);
    EXPECT_EQ(atomics::exchange(a, 1, 9), -7);
    EXPECT_EQ(atomics::compare_exchange(a, 1, 8, 1), 9);
    EXPECT_EQ(atomics::compare_exchange(a, 1, 9, 1), std::nullopt);
    EXPECT_EQ(atomics::get(a, 1), 1);
    EXPECT_EQ(atomics::add_get(a, 1, most), least);
    atomics::put(a, 3, 12);
    atomics::sub(a, 3, 2);
    EXPECT_EQ(atomics::get(a, 3), 10);
    EXPECT_BADARG(atomics::get(a, 4));
    EXPECT_BADARG(atomics::get(a, 0));
    EXPECT_BADARG(atomics::new_(0));
  });
}

TEST(Atomics, SayWhatTheyHold) {
  in_process([] {
    const auto value = [](const term& of, atom what) { return *of.as_map().find(what); };
    const term a = atomics::info(atomics::new_(3));
    const term u = atomics::info(atomics::new_<std::uint64_t>(2));
    EXPECT_EQ(value(a, "size"_atom), term{3});
    EXPECT_EQ(value(a, "max"_atom), term{most});
    EXPECT_EQ(value(a, "min"_atom), term{least});
    EXPECT_EQ(value(u, "max"_atom), term{std::numeric_limits<std::uint64_t>::max()});
    EXPECT_EQ(value(u, "min"_atom), term{0});
    EXPECT_GE(value(a, "memory"_atom).as_int64(), 24);
  });
}

TEST(Atomics, AreOfOneSignedness) {
  in_process([] {
    const term a = to_term(atomics::new_(1));
    EXPECT_TRUE(from_term<atomics::atomics_ref<std::int64_t>>(a));
    EXPECT_FALSE(from_term<atomics::atomics_ref<std::uint64_t>>(a));
    EXPECT_BADARG(atomics::atomics_ref<std::uint64_t>{a});
  });
}

} // namespace
} // namespace agner
