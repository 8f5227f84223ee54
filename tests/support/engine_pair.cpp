// SPDX-License-Identifier: Apache-2.0

#include "engine_pair.hpp"

#include <algorithm>
#include <array>

namespace agner::test {

std::vector<std::byte> taken_output(engine& of) {
  std::vector<std::byte> made;
  for (const term& chunk : of.output().take())
    made.insert(made.end(), chunk.bytes().begin(), chunk.bytes().end());
  return made;
}

std::string read_text(engine& from) {
  std::string made;
  std::array<std::byte, 4096> part;
  for (;;) {
    const auto got = from.read(part);
    if (got.bytes == 0) return made;
    made.append(reinterpret_cast<const char*>(part.data()), got.bytes);
  }
}

bool write_text(engine& to, std::string_view text) {
  const std::span<const std::byte> piece{reinterpret_cast<const std::byte*>(text.data()), text.size()};
  return to.write(std::array{piece}).bytes == text.size();
}

std::size_t feed_all(engine& to, std::span<const std::byte> bytes, std::size_t piece) {
  std::size_t fed = 0;
  while (fed < bytes.size()) {
    const auto taken = to.feed(bytes.subspan(fed, std::min(piece, bytes.size() - fed)));
    to.advance();
    if (taken == 0) break;
    fed += taken;
  }
  return fed;
}

engine_pair::engine_pair(std::shared_ptr<const ssl::internal::context> client_context,
                         std::shared_ptr<const ssl::internal::context> server_context, engine_options options)
    : client(std::move(client_context), std::move(options)), server(std::move(server_context), {}) {}

std::size_t engine_pair::carry(engine& from, engine& to, std::size_t piece) {
  return feed_all(to, taken_output(from), piece);
}

void engine_pair::run(std::size_t piece) {
  client.advance();
  server.advance();
  while (carry(client, server, piece) + carry(server, client, piece) != 0) {
  }
}

bool engine_pair::talks() {
  if (!write_text(client, "from the client") || !write_text(server, "from the server")) return false;
  carry(client, server);
  carry(server, client);
  return read_text(server) == "from the client" && read_text(client) == "from the server";
}

} // namespace agner::test
