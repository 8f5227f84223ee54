// SPDX-License-Identifier: Apache-2.0

#include "format_exception.hpp"

#include "../runtime/io_lib.hpp"
#include "../runtime/reasons.hpp"
#include "../runtime/term_text.hpp"
#include "../runtime/term_views.hpp"

namespace agner {

namespace {

std::string_view word(raised_class cls) {
  switch (cls) {
  case raised_class::error: return "error";
  case raised_class::exit: return "exit";
  case raised_class::throw_: return "throw";
  }
  return "error";
}

std::string explain(const raised& what) {
  const term& reason = what.reason();
  if (what.cls() != raised_class::error) return print(reason);
  if (reason.is(reasons::badarg)) return "bad argument";
  if (reason.is(reasons::badarith)) return "an error occurred when evaluating an arithmetic expression";
  if (reason.is(reasons::noproc)) return "no such process or port";
  if (reason.is(reasons::system_limit)) return "a system limit has been reached";
  if (reason.is(reasons::timeout_value)) return "bad receive timeout value";
  if (reason.is_tagged(reasons::badmatch, 2)) return "no match of right hand side value " + print(reason[1]);
  if (reason.is_tagged(reasons::case_clause, 2)) return "no case clause matching " + print(reason[1]);
  return print(reason);
}

// Name and value of a place are what they are only by custom: a stack may come from anywhere.
std::string place(const term& of) {
  std::string file;
  std::string line;
  if (of.is_list())
    for (const term& item : of.as_list()) {
      if (item.is_tagged("file"_atom, 2)) file = io_lib::format("~ts", item.elements().subspan(1)).value_or("");
      if (item.is_tagged("line"_atom, 2)) line = print(item[1]);
    }
  return file.empty() || line.empty() ? "" : " (" + file + ", line " + line + ')';
}

} // namespace

std::string format_exception(const raised& what, std::string_view indent) {
  std::string text{indent};
  text += "exception " + std::string{word(what.cls())} + ": " + explain(what);
  if (!what.stack().is_list()) return text;
  bool first = true;
  for (const term& entry : what.stack().as_list()) {
    if (!entry.is_tuple() || entry.size() != 4) continue;
    const std::string arity = entry[2].is_list() ? std::to_string(entry[2].as_list().size()) : print(entry[2]);
    text += '\n' + std::string{indent} + (first ? "  in function  " : "  in call from ") + print(entry[0]) + ':' +
            print(entry[1]) + '/' + arity + place(entry[3]);
    first = false;
  }
  return text;
}

} // namespace agner
