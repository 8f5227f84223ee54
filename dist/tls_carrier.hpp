// SPDX-License-Identifier: Apache-2.0
// Distribution over mutual TLS: both ends show certificates of an authority they trust, and a certificate speaks for a node or for all nodes of its host.
// Mechanism: docs/distribution.md, "Over TLS". @erlang -proto_dist inet_tls

#pragma once

#include <memory>
#include <string>

#include "../runtime/term.hpp"
#include "carrier.hpp"

namespace agner::dist {

/// Options of both ends, as lists of ssl options. Where they do not say otherwise: {verify, verify_peer} on both, {fail_if_no_peer_cert, true}, TLS 1.3 and 1.2, and
/// a client of TLS 1.2 may renegotiate, as OTP does.
struct tls_carrier_options {
  term server;
  term client;
  /// Where they came from, if that is a file: what is wrong with them names it.
  std::string file = {};
};

/// @returns the carrier; starting it fails with {ssl_dist_opt, server | client, Reason}, or {ssl_dist_optfile, File, server | client, Reason}, where the options or the files they name are
///          of no use, and where there are options of sockets among them, which a stream of packets of its own cannot obey
std::shared_ptr<carrier> tls_carrier(tls_carrier_options options);

} // namespace agner::dist
