// SPDX-License-Identifier: Apache-2.0
// Rules of the options about how a handshake goes, and what a connection does when it is over.

#include <array>
#include <chrono>
#include <limits>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_views.hpp"
#include "option_rules.hpp"
#include "option_values.hpp"

namespace agner::ssl::internal {
namespace {

void handshake(atom option, const term& value, checking& in) {
  if (value.is("hello"_atom) || value.is("full"_atom))
    in.made.pauses_at_hello = value.is("hello"_atom);
  else
    in.faults.expected(option, value, "full, or hello: to stop when the peer has said its hello");
}

/// OpenSSL 3.0 reads the extension signature_algorithms_cert, but sends none and lets nobody else send it.
void signature_algs_cert(atom option, const term& value, checking& in) {
  if (!value.is("undefined"_atom))
    in.faults.expected(
        option, value,
        "undefined: OpenSSL cannot tell a peer schemes for certificates alone; signature_algs are for both");
}

std::optional<fun> fun_of_arity(const term& of, std::size_t arity) {
  auto found = fun::of(of);
  return found && found->arity() == arity ? found : std::nullopt;
}

void customize_hostname_check(atom option, const term& value, checking& in) {
  bool fits = value.is_nil() || (value.is_cons() && value.as_list().is_proper());
  if (fits) {
    auto& names = in.made.verification.names;
    for (const term& one : value.as_list()) {
      const auto put = [&](std::optional<fun>& into, std::size_t arity) {
        into = fun_of_arity(one[1], arity);
        fits = fits && into.has_value();
      };
      if (one.is_tagged("match_fun"_atom, 2))
        put(names.match_fun, 2);
      else if (one.is_tagged("fail_callback"_atom, 2))
        put(names.fail_callback, 1);
      else if (one.is_tagged("fqdn_fun"_atom, 2))
        put(names.fqdn_fun, 1);
      else
        fits = false;
    }
  }
  if (!fits)
    in.faults.expected(option, value,
                       "a list of {match_fun, Fun}, {fail_callback, Fun} and {fqdn_fun, Fun} with functions of C++ "
                       "(ssl::fun) of two, one and one terms");
}

void hibernate_after(atom option, const term& value, checking& in) {
  if (value.is("undefined"_atom) || value.is("infinity"_atom)) return;
  if (const auto time = integer_value(value, 0, std::numeric_limits<std::uint32_t>::max()))
    in.made.hibernate_after = std::chrono::milliseconds{*time};
  else
    in.faults.expected(option, value, "milliseconds, undefined or infinity");
}

/// Other transports than TCP are given to connect and handshake as objects: there are no modules to be named.
void cb_info(atom option, const term& value, checking& in) {
  const bool tcp = value.is_tuple() && (value.size() == 4 || value.size() == 5) && value[0].is("gen_tcp"_atom) &&
                   value[1].is("tcp"_atom) && value[2].is("tcp_closed"_atom) && value[3].is("tcp_error"_atom);
  if (!tcp)
    in.faults.expected(option, value,
                       "{gen_tcp, tcp, tcp_closed, tcp_error}; any other transport is given to connect or handshake "
                       "instead of a socket");
}

constexpr std::array rules = {
    rule{"customize_hostname_check", rule::sides::client, customize_hostname_check},
    rule{"hibernate_after", rule::sides::both, hibernate_after},
    rule{"cb_info", rule::sides::both, cb_info},
    rule{"handshake", rule::sides::both, handshake},
    rule{"signature_algs_cert", rule::sides::both, signature_algs_cert},
};

} // namespace

std::span<const rule> handshake_rules() { return rules; }

} // namespace agner::ssl::internal
