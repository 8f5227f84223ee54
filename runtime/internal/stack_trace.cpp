// SPDX-License-Identifier: Apache-2.0

#include "stack_trace.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "../atom.hpp"
#include "../error.hpp"
#include "../term_builders.hpp"
#include "thread_state.hpp"

namespace agner::internal {

namespace {

// Through which co_awaits the last exception came on this thread. Holds the exception, so that no other can be taken for it.
struct trace {
  std::exception_ptr of;
  std::array<std::source_location, stack_depth_max> awaited;
  std::size_t depth = 0;
};

[[gnu::noinline]] trace& this_trace() noexcept {
  static thread_local trace last;
  return last;
}

std::string_view base_name(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

// An atom has 255 characters at most; names of templates are cut.
atom short_atom(const std::string& text) {
  std::size_t end = std::min<std::size_t>(text.size(), 255);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
    --end;
  return atom{std::string_view{text}.substr(0, end)};
}

term entry(const std::source_location& at) {
  const function_name name = parse_function(at.function_name(), at.file_name());
  return tuple(short_atom(name.module), short_atom(name.function), name.arity,
               list({tuple("file"_atom, string(base_name(at.file_name()))), tuple("line"_atom, at.line())}));
}

} // namespace

void raise_in_waiting_task(const std::exception_ptr& failure, const std::source_location& awaited) {
  trace& last = this_trace();
  if (last.of != failure) {
    last.of = failure;
    last.depth = 0;
    this_thread().traces = true;
  }
  if (last.depth < stack_depth_max) last.awaited[last.depth++] = awaited;
  std::rethrow_exception(failure);
}

void forget_stack() noexcept {
  this_trace().of = nullptr;
  this_thread().traces = false;
}

term stack_of(const std::exception_ptr& failure, const std::source_location* raised) {
  std::vector<term> entries;
  if (raised != nullptr) entries.push_back(entry(*raised));
  const trace& last = this_trace();
  for (std::size_t i = 0; last.of == failure && i < last.depth && entries.size() < stack_depth_max; ++i)
    entries.push_back(entry(last.awaited[i]));
  return list_of(std::move(entries));
}

} // namespace agner::internal
