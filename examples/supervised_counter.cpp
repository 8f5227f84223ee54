// SPDX-License-Identifier: Apache-2.0
// A gen_server under a supervisor: it counts, it crashes, and it is there again.

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
#include <agner/actors/supervisor.hpp>
#include <agner/runtime/term_text.hpp>

#include <cinttypes>
#include <cstdio>

using namespace agner;

struct add { // {add, By}
  static constexpr auto tag = "add"_atom;
  std::int64_t by;
};
struct get { // get
  static constexpr auto tag = "get"_atom;
};
struct crash { // crash
  static constexpr auto tag = "crash"_atom;
};

struct counter {
  using calls = gen_server::messages<get, add, crash>;

  [[nodiscard]] std::int64_t handle_call(get) const { return sum; }
  std::int64_t handle_call(add what) { return sum += what.by; }
  void handle_call(crash, const gen_server::from&) { exit("crashed"_atom); }
  void handle_cast(add what) { sum += what.by; }
  [[nodiscard]] term state() const { return sum; }

  std::int64_t sum = 0;
};

task<> show_sum(const char* when) {
  std::printf("%s: %" PRId64 "\n", when, co_await gen_server::call<std::int64_t>("counter"_atom, get{}));
}

int main() {
  log::set_level(log::level::critical); // the crash is expected here; otherwise the log tells all about it
  node here;
  here.run([]() -> task<> {
    const auto start = supervisor::start_link_of<counter>(gen_server::local("counter"_atom));
    const pid sup = must(co_await supervisor::start_link({.intensity = 3}, {{.id = "counter"_atom, .start = start}}));

    gen_server::cast("counter"_atom, add{40});
    co_await gen_server::call("counter"_atom, add{2});
    co_await show_sum("after adding");

    try {
      co_await gen_server::call("counter"_atom, crash{});
    } catch (const raised& ended) {
      std::printf("it crashed: %s\n", print(ended.reason()[0]).c_str());
    }
    co_await supervisor::which_children(sup); // answered after the restart
    co_await show_sum("after the restart");
  });
}
