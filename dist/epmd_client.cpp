// SPDX-License-Identifier: Apache-2.0

#include "epmd_client.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "../actors/gen_tcp_stream.hpp"
#include "../actors/process.hpp"
#include "internal/stream_wait.hpp"

namespace agner::dist::epmd {

namespace {

using std::chrono::milliseconds;

clock::time_point in_time(milliseconds timeout) { return this_node().scheduler().time().now() + timeout; }

task<result<std::unique_ptr<transport>>> ask(inet::host host, std::uint16_t at, const request& what,
                                             clock::time_point deadline) {
  auto socket = co_await gen_tcp::internal::connect_stream(std::move(host), at, {}, internal::time_left(deadline));
  if (!socket) co_return std::unexpected(socket.error());
  auto stream = make_transport(this_node().scheduler(), std::move(*socket));
  const auto bytes = write(what);
  if (auto sent = co_await internal::write_all(*stream, bytes, deadline); !sent)
    co_return std::unexpected(sent.error());
  co_return stream;
}

// Reads until `parse` has its answer, or has seen enough to refuse. `ended`: the answer is whole when the peer closes.
template <class Parse>
auto read_answer(transport& from, std::size_t bytes_max, clock::time_point deadline, Parse parse)
    -> task<decltype(parse(std::span<const std::byte>{}, true))> {
  std::vector<std::byte> answer;
  for (;;) {
    auto more = co_await internal::read_some(from, answer, bytes_max, deadline);
    if (!more) co_return std::unexpected(more.error());
    auto parsed = parse(std::span<const std::byte>{answer}, !*more);
    if (!parsed || *parsed) co_return parsed;
    if (!*more) co_return fail("closed"_atom);
  }
}

} // namespace

std::uint16_t port() noexcept {
  const char* const said = std::getenv("ERL_EPMD_PORT");
  if (said == nullptr) return default_port;
  const std::string_view text{said};
  std::uint16_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc{} && end == text.data() + text.size() && value != 0 ? value : default_port;
}

task<result<alive_request>> port_please(inet::host host, std::string name, std::uint16_t at, milliseconds timeout) {
  const auto deadline = in_time(timeout);
  auto stream = co_await ask(std::move(host), at, port_request{name}, deadline);
  if (!stream) co_return std::unexpected(stream.error());
  const auto answer =
      co_await read_answer(**stream, answer_bytes_max, deadline,
                           [&](std::span<const std::byte> from, bool) { return read_port_answer(from, name); });
  if (!answer) co_return std::unexpected(answer.error());
  if (!(*answer)->found) co_return fail("noport"_atom);
  co_return *(*answer)->found;
}

task<result<names_answer>> names(inet::host host, std::uint16_t at, milliseconds timeout) {
  const auto deadline = in_time(timeout);
  auto stream = co_await ask(std::move(host), at, names_request{}, deadline);
  if (!stream) co_return std::unexpected(stream.error());
  auto answer =
      co_await read_answer(**stream, names_bytes_max, deadline,
                           [](std::span<const std::byte> from, bool ended) -> result<std::optional<names_answer>> {
                             if (!ended) return std::optional<names_answer>{};
                             auto read = read_names_answer(from);
                             if (!read) return std::unexpected(read.error());
                             return std::optional{std::move(*read)};
                           });
  if (!answer) co_return std::unexpected(answer.error());
  if ((*answer)->epmd_port != at) // whatever listens there, it is no epmd. @source OTP 25 erl_epmd
    co_return fail(
        tuple("bad_epmd_answer"_atom, binary("it calls itself the epmd of port " +
                                             std::to_string((*answer)->epmd_port) + ", not of " + std::to_string(at))));
  co_return std::move(**answer);
}

task<result<std::unique_ptr<transport>>> register_node(alive_request what, std::uint16_t at, milliseconds timeout) {
  const auto deadline = in_time(timeout);
  auto stream = co_await ask(ip_address::loopback(), at, what, deadline);
  if (!stream) co_return stream;
  const auto answer =
      co_await read_answer(**stream, answer_bytes_max, deadline,
                           [](std::span<const std::byte> from, bool) { return read_alive_answer(from); });
  if (!answer) co_return std::unexpected(answer.error());
  // The likeliest cause by far. @source OTP 25 erl_epmd
  if ((*answer)->refused != 0) co_return fail("duplicate_name"_atom);
  co_return stream;
}

} // namespace agner::dist::epmd
