// SPDX-License-Identifier: Apache-2.0
// Reads what compilers say a function is called: `task<> bank::(anonymous namespace)::teller::open(int) [T = ...]`.

#include <optional>
#include <vector>

#include "stack_trace.hpp"

namespace agner::internal {

namespace {

bool opens(char c) { return c == '(' || c == '<' || c == '[' || c == '{'; }
bool closes(char c) { return c == ')' || c == '>' || c == ']' || c == '}'; }

// The part of an operator's name that looks like a bracket is made harmless first.
std::string without_operators(std::string_view pretty) {
  std::string text{pretty};
  for (const std::string_view op : {"operator()", "operator<=>", "operator->*", "operator->", "operator<<",
                                    "operator>>", "operator<=", "operator>=", "operator<", "operator>", "operator[]"})
    for (std::size_t at = text.find(op); at != std::string::npos; at = text.find(op, at + 8)) {
      const bool call = op == "operator()";
      text.replace(at, op.size(), call ? "operator_call" : "operator_");
    }
  return text;
}

// Where the bracket that closes before @p end was opened.
std::size_t opening(std::string_view text, std::size_t end) {
  std::size_t depth = 0;
  for (std::size_t i = end; i-- > 0;) {
    if (closes(text[i])) ++depth;
    if (opens(text[i]) && --depth == 0) return i;
  }
  return 0;
}

unsigned parameters(std::string_view inside) {
  if (inside.empty() || inside == "void") return 0;
  unsigned count = 1;
  int depth = 0;
  for (const char c : inside) {
    depth += opens(c) ? 1 : closes(c) ? -1 : 0;
    if (c == ',' && depth == 0) ++count;
  }
  return count;
}

struct scoped {
  std::vector<std::string_view> parts; // from the outermost, with parameters and template arguments
};

// The qualified name without what stands before it: split at `::` and cut after the last blank outside of brackets.
scoped split(std::string_view text) {
  scoped all;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += opens(text[i]) ? 1 : closes(text[i]) ? -1 : 0;
    if (depth != 0) continue;
    if (text[i] == ' ' && !text.substr(begin).starts_with("operator")) {
      all.parts.clear();
      begin = i + 1;
    } else if (text.substr(i).starts_with("::")) {
      all.parts.push_back(text.substr(begin, i - begin));
      begin = ++i + 1;
    }
  }
  all.parts.push_back(text.substr(begin));
  return all;
}

std::string_view bare(std::string_view part) {
  const std::size_t end = part.find_first_of("(<", 1);
  const std::size_t begin = part.find_first_not_of("*&");
  return begin == std::string_view::npos ? part : part.substr(begin, end == std::string_view::npos ? end : end - begin);
}

bool is_lambda(std::string_view part) {
  return part.starts_with("(anonymous class") || part.starts_with("(lambda") || part.starts_with("<lambda");
}
bool is_unnamed(std::string_view part) { return part.starts_with('(') || part.starts_with('{'); }

// A part with parameters, `outer(int) const`: a function that the rest is inside of.
std::optional<std::string> enclosing(std::string_view part) {
  if (is_unnamed(part) || part.find('(') == std::string_view::npos) return std::nullopt;
  const std::size_t end = part.rfind(')');
  const std::size_t begin = opening(part, end + 1);
  return std::string{bare(part.substr(0, begin))} + '/' +
         std::to_string(parameters(part.substr(begin + 1, end - begin - 1)));
}

} // namespace

function_name parse_function(std::string_view pretty, std::string_view file) {
  std::string text = without_operators(pretty);
  if (text.ends_with(']')) text.resize(opening(text, text.size()));
  const std::size_t end = text.rfind(')');
  function_name name;
  std::string_view rest = text;
  if (end != std::string::npos) {
    const std::size_t begin = opening(text, end + 1);
    name.arity = parameters(rest.substr(begin + 1, end - begin - 1));
    rest = rest.substr(0, begin);
  }
  const scoped all = split(rest);
  name.function = bare(all.parts.back());
  if (name.function == "operator_call") name.function = "operator()";
  std::optional<std::string> outer;
  bool lambda = is_lambda(all.parts.back());
  for (std::size_t i = 0; i + 1 < all.parts.size(); ++i) {
    const std::string_view part = all.parts[i];
    lambda = lambda || is_lambda(part);
    if (outer) continue; // what is inside of a function is named after it
    outer = enclosing(part);
    if (outer || is_unnamed(part) || part == "agner" || part == "internal") continue;
    if (!name.module.empty()) name.module += "::";
    name.module += bare(part);
  }
  if (lambda) name.function = '-' + outer.value_or("") + "-fun-";
  if (name.module.empty()) {
    const std::string_view base = file.substr(file.find_last_of('/') + 1);
    name.module = base.substr(0, base.find('.'));
  }
  return name;
}

} // namespace agner::internal
