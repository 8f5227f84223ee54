// SPDX-License-Identifier: Apache-2.0
// Rules of the options about how a handshake goes, and what a connection does when it is over.

#include <array>

#include "../../runtime/term_builders.hpp"
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

constexpr std::array rules = {
    rule{"handshake", rule::sides::both, handshake},
    rule{"signature_algs_cert", rule::sides::both, signature_algs_cert},
};

} // namespace

std::span<const rule> handshake_rules() { return rules; }

} // namespace agner::ssl::internal
