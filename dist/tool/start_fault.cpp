// SPDX-License-Identifier: Apache-2.0

#include "start_fault.hpp"

#include <algorithm>

#include "../../actors/inet.hpp"
#include "../../runtime/error.hpp"
#include "../../runtime/term_text.hpp"
#include "../../tls/format_error.hpp"

namespace agner::tool {

namespace {

std::string text_of(const term& bytes) { return std::string{bytes.text()}; }

std::string in_words(const raised& of) {
  const term& why = of.reason();
  if (why.is_tagged("bad_flag"_atom, 3)) return text_of(why[1]) + ": " + text_of(why[2]);
  if (why.is_tagged("ssl_dist_opt"_atom, 3))
    return "the options of TLS for the " + print_short(why[1]) + ": " + ssl::format_error(why[2]);
  if (why.is_tagged("ssl_dist_optfile"_atom, 4))
    return text_of(why[1]) + ": the options of TLS for the " + print_short(why[2]) + ": " + ssl::format_error(why[3]);
  if (why.is_tagged("register"_atom, 3))
    return "epmd does not take the name " + print_short(why[1]) + ": " +
           (why[2].is("duplicate_name"_atom) ? "a node of that name is there already" : inet::format_error(why[2]));
  return of.what();
}

} // namespace

std::string start_fault(const std::exception& of) {
  const auto* const erlang = dynamic_cast<const raised*>(&of);
  std::string line = erlang != nullptr ? in_words(*erlang) : of.what();
  std::ranges::replace(line, '\n', ' ');
  return line;
}

} // namespace agner::tool
