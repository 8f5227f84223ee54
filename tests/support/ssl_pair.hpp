// SPDX-License-Identifier: Apache-2.0
// Two ends of a TLS connection whose controlling process is the caller, over a pipe in memory, with certificates of the shared authority.

#pragma once

#include <agner/actors/process.hpp>
#include <agner/tls/ssl.hpp>

#include "memory_pipe.hpp"
#include "test_ca.hpp"

namespace agner::test {

/// @p more, with what a server or a client needs where it says nothing: the shared authority's server certificate, its authority, localhost.
ssl::options server_options(ssl::options more = {});
ssl::options client_options(ssl::options more = {});
/// @p more, with the shared authority's certificate for clients.
ssl::options with_client_certificate(ssl::options more = {});
/// @p more of a server that demands a certificate.
ssl::options demanding(ssl::options more = {});

struct ssl_pair {
  ssl::socket client;
  ssl::socket server;
};

struct ssl_pair_options {
  ssl::options client = {};
  ssl::options server = {};
  memory_pipe_options pipe = {};
};

/// Both are passive and give binaries unless the options say otherwise.
task<ssl_pair> connected(ssl_pair_options how = {});

/// The name of the alert in a reason; the reason where it is none.
term alert_in(const term& reason);

/// The text of list or binary.
std::string text_of(const term& data);

} // namespace agner::test
