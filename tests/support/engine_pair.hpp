// SPDX-License-Identifier: Apache-2.0
// Two engines, client and server, joined in memory.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <agner/runtime/term_text.hpp>
#include <agner/tls/internal/engine.hpp>

#include "tls_contexts.hpp"

namespace agner::test {

using ssl::internal::engine;
using ssl::internal::engine_options;
using ssl::internal::engine_status;

/// What waits in the output of @p of, taken out.
std::vector<std::byte> taken_output(engine& of);

/// All the plaintext that @p from has now.
std::string read_text(engine& from);
/// Writes @p text; true if all of it was taken.
bool write_text(engine& to, std::string_view text);

struct engine_pair {
  engine client;
  engine server;

  /// A client of localhost, unless @p options say otherwise.
  engine_pair(std::shared_ptr<const ssl::internal::context> client_context,
              std::shared_ptr<const ssl::internal::context> server_context,
              engine_options options = {.server_name = "localhost", .expected_name = "localhost"});

  /// Lets both go on and carries what they write across, in pieces of @p piece bytes, until nothing moves; advances each before it reads.
  void run(std::size_t piece = SIZE_MAX);
  /// Carries what @p from has written to @p to, in pieces.
  static std::size_t carry(engine& from, engine& to, std::size_t piece = SIZE_MAX);

  [[nodiscard]] bool open() const {
    return client.status() == engine_status::open && server.status() == engine_status::open;
  }
  /// Both ends send a text and get the other's.
  bool talks();
};

/// Feeds all of @p bytes in pieces, advancing the handshake after each; stops where none are taken any more. How many were fed.
std::size_t feed_all(engine& to, std::span<const std::byte> bytes, std::size_t piece = SIZE_MAX);

} // namespace agner::test
