// SPDX-License-Identifier: Apache-2.0

#include "log.hpp"

#include <cstdio>

#include "term_text.hpp"

namespace agner::log {

namespace {
std::atomic<level> least{level::notice};
}
void set_level(level l) noexcept { least = l; }
bool enabled(level severity) noexcept { return severity <= least.load(std::memory_order_relaxed); }
void write(level, std::string_view format, std::initializer_list<term> arguments) {
  std::string line(format);
  for (const term& t : arguments)
    line += " " + print_short(t);
  std::fprintf(stderr, "%s\n", line.c_str());
}
} // namespace agner::log
