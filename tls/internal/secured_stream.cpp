// SPDX-License-Identifier: Apache-2.0

#include "secured_stream.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "../../runtime/node.hpp"
#include "../../runtime/term_builders.hpp"
#include "limits.hpp"

namespace agner::ssl::internal {
namespace {

using pieces = std::span<const std::span<const std::byte>>;

/// Pieces that one call of write looks at.
constexpr std::size_t pieces_max = 64;

void send_now(const pid& to, term message) {
  if (node* const on = node::local(to.home)) on->send(to, std::move(message));
}

std::size_t size_of(pieces of) {
  std::size_t bytes = 0;
  for (const auto piece : of)
    bytes += piece.size();
  return bytes;
}

} // namespace

// -- reading ------------------------------------------------------------------------------------------------------------------------

io_result secured_stream::read(std::span<std::byte> into) {
  if (closed_) return io_result::failed("closed"_atom);
  drained_ = false;
  if (into.empty()) return io_result::done(0);
  for (;;) {
    const auto got = wire_->tls().read(into);
    flush();
    tell_writer();
    if (got.bytes != 0) return io_result::done(got.bytes);
    if (wire_->tls().status() != engine_status::open) return ended();
    if (wire_->fill(read_bytes)) continue;
    drained_ = true;
    return io_result::would_block();
  }
}

/// The end, as a transport tells it.
io_result secured_stream::ended() const {
  const auto& tls = wire_->tls();
  if (tls.status() == engine_status::failed) {
    const bool alert = tls.reason().is_tagged("tls_alert"_atom, 2);
    return io_result::failed(alert ? tls.reason()[1][0].as_atom() : tls.reason()[0].as_atom());
  }
  return wire_->broken() ? io_result::failed(*wire_->broken()) : io_result::closed();
}

// -- writing ------------------------------------------------------------------------------------------------------------------------

io_result secured_stream::write(pieces from) {
  if (closed_ || shutdown_due_) return io_result::failed("closed"_atom);
  flush();
  if (wire_->tls().status() == engine_status::failed || wire_->output_ended()) return ended();
  if (size_of(from) == 0) return io_result::done(0);

  std::size_t taken = byte_withheld_ ? 1 : 0;
  if (wire_->unsent() < output_high_watermark) taken += encrypt(from);
  byte_withheld_ = !flush() && taken != 0;
  const std::size_t said = taken - (byte_withheld_ ? 1 : 0);
  return said == 0 ? io_result::would_block() : io_result::done(said);
}

/// Encrypts some of @p from, without the byte that was taken before; how many bytes.
std::size_t secured_stream::encrypt(pieces from) {
  std::array<std::span<const std::byte>, pieces_max> chosen;
  std::size_t count = 0;
  std::size_t room = output_high_watermark;
  std::size_t skip = byte_withheld_ ? 1 : 0;
  for (const auto piece : from) {
    if (count == chosen.size() || room == 0) break;
    const std::size_t skipped = std::min(skip, piece.size());
    skip -= skipped;
    chosen[count] = piece.subspan(skipped, std::min(piece.size() - skipped, room));
    room -= chosen[count++].size();
  }
  return wire_->tls().write(std::span{chosen}.first(count)).bytes;
}

/// True once nothing waits for the transport.
bool secured_stream::flush() {
  if (!wire_->flush()) return false;
  if (shutdown_due_) wire_->below().shutdown(*shutdown_due_);
  return true;
}

// -- waiting ------------------------------------------------------------------------------------------------------------------------

void secured_stream::notify(direction what, const pid& to, term message) {
  const bool over = closed_ || wire_->tls().status() == engine_status::failed;
  if (what == direction::input) {
    if (over || !drained_) return send_now(to, std::move(message));
    // What the peer waits for must leave, though nobody writes: an answer in a renegotiation.
    if (wire_->unsent() != 0 && !byte_withheld_) wire_->below().notify(direction::output, to, message);
    return wire_->below().notify(direction::input, to, std::move(message));
  }
  if (!over && wire_->unsent() != 0) return wire_->below().notify(direction::output, to, std::move(message));
  if (!over && wire_->tls().rekeying())
    writer_ = request{to, std::move(message)};
  else
    send_now(to, std::move(message));
}

void secured_stream::tell_writer() {
  if (!writer_ || (wire_->tls().status() == engine_status::open && wire_->tls().rekeying())) return;
  const auto told = std::exchange(writer_, std::nullopt);
  send_now(told->to, told->message);
}

// -- ending -------------------------------------------------------------------------------------------------------------------------

result<> secured_stream::shutdown(shutdown_how how) {
  if (closed_) return fail("closed"_atom);
  if (how == shutdown_how::read) return wire_->below().shutdown(how);
  wire_->tls().close_write();
  shutdown_due_ = how;
  flush();
  return {};
}

void secured_stream::close() noexcept {
  if (std::exchange(closed_, true)) return;
  try {
    wire_->tls().close_write();
    wire_->flush();
  } catch (...) { // no memory for the farewell: the peer sees the end all the same
  }
  wire_->below().close();
}

// -- about it -----------------------------------------------------------------------------------------------------------------------

protocol_version secured_stream::version() const {
  return SSL_version(wire_->tls().native()) == TLS1_3_VERSION ? tlsv1_3 : tlsv1_2;
}

std::optional<certificate_names> secured_stream::peer_names() const {
  const auto& certificate = wire_->tls().peer_certificate();
  return certificate ? names_of_certificate(*certificate) : std::nullopt;
}

term secured_stream::failure() const {
  switch (wire_->tls().status()) {
  case engine_status::failed: return wire_->tls().reason();
  case engine_status::closed: return wire_->broken() ? term(*wire_->broken()) : wire_->tls().reason();
  default: return closed_ ? term("closed"_atom) : term("undefined"_atom);
  }
}

} // namespace agner::ssl::internal
