// SPDX-License-Identifier: Apache-2.0
// What functions of C++ are called in a stack. The texts are those of clang 19 and GCC 13.

#include <gtest/gtest.h>

#include <string>

#include <agner/runtime/internal/stack_trace.hpp>

namespace agner::internal {
namespace {

struct named {
  const char* pretty;
  const char* name; // module:function/arity
};

void PrintTo(const named& n, std::ostream* out) { *out << n.pretty; }

class FunctionName : public testing::TestWithParam<named> {};

TEST_P(FunctionName, IsReadAsModuleFunctionAndArity) {
  const function_name read = parse_function(GetParam().pretty, "/somewhere/teller_main.cpp");

  EXPECT_EQ(read.module + ':' + read.function + '/' + std::to_string(read.arity), GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(
    Compilers, FunctionName,
    testing::Values(
        named{"int main()", "teller_main:main/0"}, named{"int main(int, char **)", "teller_main:main/2"},
        named{"task<> bank::(anonymous namespace)::teller::open(int, std::vector<std::pair<int, std::string>>)",
              "bank::teller:open/2"},
        named{"agner::task<void> bank::{anonymous}::teller::open(int)", "bank::teller:open/1"},
        named{"auto main()::(anonymous class)::operator()() const", "teller_main:-main/0-fun-/0"},
        named{"main()::<lambda(int)>", "teller_main:-main/0-fun-/1"},
        named{"auto bank::free_one(void (*)(int, int), const char *)::(anonymous class)::operator()(auto) const "
              "[x:auto = int]",
              "bank:-free_one/2-fun-/1"},
        named{"auto bank::f(int)::(anonymous class)::operator()(int)::(anonymous class)::operator()() const",
              "bank:-f/1-fun-/0"},
        named{"task<> bank::teller::t(F) [F = (lambda at /tmp/t.cpp:26:17)]", "bank::teller:t/1"},
        named{"static void bank::teller::st(G) noexcept", "bank::teller:st/1"},
        named{"bool bank::teller::operator bool()", "bank::teller:operator bool/0"},
        named{"bool bank::teller::operator<(int) const", "bank::teller:operator_/1"},
        named{"void bank::functor::operator()(int) const", "bank::functor:operator()/1"},
        named{"task<T *> *X<X<int>>::go(T) [T = X<int>]", "X:go/1"},
        named{"void agner::internal::server_loop::run(void)", "server_loop:run/0"},
        named{"task<result<pid>> agner::gen_tcp::connect(host, std::uint16_t)", "gen_tcp:connect/2"},
        named{"TopLevel", "teller_main:TopLevel/0"}, named{"", "teller_main:/0"}, named{")", "teller_main:/0"},
        named{"(((", "teller_main:(/0"}));

} // namespace
} // namespace agner::internal
