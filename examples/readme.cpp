// SPDX-License-Identifier: Apache-2.0
// The program that README.md shows, without these three lines.
// clang-format off: there its structs take a line each
#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
using namespace agner;

struct add { static constexpr auto tag = "add"_atom; std::int64_t by; }; // {add, By}
struct counter { std::int64_t sum = 0; std::int64_t handle_call(add a) { return sum += a.by; } };

int main() {
  node here;
  here.run([]() -> task<> {
    must(co_await gen_server::start_link<counter>(gen_server::local("counter"_atom)));
    log::notice("the sum is ~p", co_await gen_server::call("counter"_atom, add{2}));
  });
}
