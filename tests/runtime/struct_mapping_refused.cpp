// SPDX-License-Identifier: Apache-2.0
// Each macro is a type that is no term; the compiler must say why. Compiled by tests, never built.

#include <agner/runtime/struct_mapping.hpp>

#include <chrono>

using namespace agner;

#if defined(HAS_ENUM)
enum class colour { red };
term made = to_term(colour::red);
#elif defined(HAS_DURATION)
struct later {
  std::chrono::seconds wait;
};
term made = to_term(later{});
#elif defined(HAS_PRIVATE_MEMBERS)
class closed_box {
  int inside_ = 0;
};
std::optional<closed_box> made = from_term<closed_box>(term{});
#elif defined(HAS_BASE)
struct base {
  int a;
};
struct derived : base {
  int b;
};
term made = to_term(derived{});
#elif defined(HAS_ARRAY)
struct with_array {
  int head;
  int values[3];
  atom last;
};
term made = to_term(with_array{});
#elif defined(HAS_CHARACTER)
struct with_character {
  char letter;
};
term made = to_term(with_character{});
#elif defined(HAS_FLOAT)
term made = to_term(1.0F);
#elif defined(HAS_POINTER)
int somewhere;
term made = to_term(&somewhere);
#elif defined(HAS_TAG_THAT_IS_NO_LITERAL)
struct odd_tag {
  static constexpr int tag = 5;
  int value;
};
term made = to_term(odd_tag{});
#endif
