// SPDX-License-Identifier: Apache-2.0
// A process, a message to it, and its answer.

#include <agner/actors/process.hpp>

#include <cstdio>
#include <string>

using namespace agner;

struct hello { // {hello, From, Name}
  static constexpr auto tag = "hello"_atom;
  pid from;
  std::string name;
};

// A process runs a coroutine. receive waits for a message that one of its clauses takes.
task<> greeter() {
  co_await receive([](const hello& h) { send(h.from, "Hello, " + h.name + "!"); });
}

int main() {
  node here;
  here.run([]() -> task<> {
    const pid other = spawn(greeter);
    send(other, hello{self(), "world"});
    co_await receive([](const std::string& answer) { std::puts(answer.c_str()); });
  });
}
