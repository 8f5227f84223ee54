// SPDX-License-Identifier: Apache-2.0
// What bounds a connection, each with its reason.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace agner::ssl::internal {

/// Most plaintext in a record. @source RFC 8446, section 5.1: frozen
inline constexpr std::size_t record_plaintext_max = 16384;

/// Most that a record adds: header, explicit nonce or inner type, padding of CBC, tag or MAC. @source RFC 5246, section 6.2.3: 2048 at most; OpenSSL adds no padding of its own
inline constexpr std::size_t record_overhead_max = 5 + 16 + 256 + 48;

/// What it adds with today's suites: what memory is reserved for. A record that adds more gets memory of its own.
inline constexpr std::size_t record_overhead_usual = 5 + 8 + 16 + 1;

/// Longest certificate message, and most bytes of a whole handshake. @source OTP 25 lib/ssl, DEFAULT_MAX_HANDSHAKE_SIZE: 256 KiB
inline constexpr std::size_t handshake_bytes_max = 256UL << 10U;

/// Ciphertext that waits while nobody reads the plaintext: four records, so that a reader finds work while more comes.
inline constexpr std::size_t input_bytes_max = 4 * (record_plaintext_max + record_overhead_max);

/// Ciphertext that the transport has not taken above which nothing more is encrypted: a send waits from there on. Four records, so that the kernel finds the next ones ready.
inline constexpr std::size_t output_high_watermark = 4 * record_plaintext_max;

/// Bytes asked for at once while a handshake is under way: a flight with a chain of certificates. Memory is taken only once something came.
inline constexpr std::size_t handshake_read_bytes = 4096;

/// Most ciphertext asked for at once on an open connection.
inline constexpr std::size_t read_bytes = input_bytes_max;

/// How long a connection that is closed on this side waits for the peer to take what was sent and to close too.
inline constexpr std::chrono::milliseconds linger_time{2000};

/// How long a connection that is closed waits for what was sent before to go out, unless close says otherwise. @source OTP 25 lib/ssl, DEFAULT_TIMEOUT
inline constexpr std::chrono::milliseconds closing_time{5000};

/// How long the reason of a connection's end is kept for those who ask, once somebody was told: programs do not close what is closed, and a process for each would pile up.
inline constexpr std::chrono::milliseconds reason_time{30'000};

/// Renegotiations without any data between them after which the peer is thought to attack: it costs a server more than a client.
inline constexpr unsigned idle_renegotiations_max = 8;

/// Records after which the sender of TLS 1.3 changes its key. @source RFC 8446, section 5.5: 2^24.5 for AES-GCM
inline constexpr std::uint64_t records_per_key_max = 1ULL << 24U;

/// Bytes after which it does, if option key_update_at says nothing else. @source OTP 25 lib/ssl, KEY_USAGE_LIMIT_AES_GCM: 388,736,063,997
inline constexpr std::uint64_t key_bytes_max = 388'736'063'997;

/// Tickets that a server sends after a full handshake of TLS 1.3: what browsers and OpenSSL expect.
inline constexpr std::size_t tickets_per_handshake = 2;

/// Contexts that a cache keeps. Programs have a handful of option sets; more would be one per connection, which is a mistake or an attack.
inline constexpr std::size_t contexts_max = 64;

} // namespace agner::ssl::internal
