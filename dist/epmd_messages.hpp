// SPDX-License-Identifier: Apache-2.0
// What nodes and the port mapper say to each other: requests and answers as bytes and as structs, for both sides. Any thread.
// Format, with a worked example: docs/formats/epmd.md.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "../runtime/error.hpp"

namespace agner::dist::epmd {

/// Where epmd listens unless ERL_EPMD_PORT says otherwise. Frozen.
inline constexpr std::uint16_t default_port = 4369;
/// Versions of the distribution protocol. What is announced is what OTP 25 announces. @source OTP 25 erl_epmd
inline constexpr std::uint16_t version_highest = 6;
inline constexpr std::uint16_t version_lowest = 5;

/// Longest name (the part before the `@`) in bytes. An atom has 255 characters.
inline constexpr std::size_t name_bytes_max = 255;
/// Longest extra data. Nodes send none; epmd keeps as much as a name may have in UTF-8. @source OTP 25 epmd_int.h, MAXSYMLEN
inline constexpr std::size_t extra_bytes_max = 1020;
/// Longest request, without its length: one with the longest name and extra data.
inline constexpr std::size_t request_bytes_max = 13 + name_bytes_max + extra_bytes_max;
/// Longest answer to a question for a port.
inline constexpr std::size_t answer_bytes_max = request_bytes_max + 1;
/// Longest list of names that is read: some ten thousand nodes on one host.
inline constexpr std::size_t names_bytes_max = 1UL << 20U;

enum class node_type : std::uint8_t { normal = 77, hidden = 72 };

// -- requests -----------------------------------------------------------------------------------------------------------------------

/// A node registers. It stays registered while the connection lasts.
struct alive_request {
  std::uint16_t port = 0;
  std::uint8_t type = static_cast<std::uint8_t>(node_type::hidden); // others than node_type's are kept as they are
  std::uint8_t protocol = 0;                                        // 0: TCP over IPv4
  std::uint16_t highest = version_highest;
  std::uint16_t lowest = version_lowest;
  std::string name;
  std::string extra;
  friend bool operator==(const alive_request&, const alive_request&) = default;
};
/// Where is the node of that name?
struct port_request {
  std::string name;
  friend bool operator==(const port_request&, const port_request&) = default;
};
/// Which nodes are there?
struct names_request {
  friend bool operator==(const names_request&, const names_request&) = default;
};
/// Everything, also what is gone. A server of ours refuses.
struct dump_request {
  friend bool operator==(const dump_request&, const dump_request&) = default;
};
/// End. A server of ours refuses.
struct kill_request {
  friend bool operator==(const kill_request&, const kill_request&) = default;
};
/// Forget a name. A server of ours refuses.
struct stop_request {
  std::string name;
  friend bool operator==(const stop_request&, const stop_request&) = default;
};

using request = std::variant<alive_request, port_request, names_request, dump_request, kill_request, stop_request>;

/// @param from  one request without its length
/// @errors `{bad_epmd_request, Sentence}`  an unknown request; too short; a name that is empty, too long or has characters no name has (a blank would forge
///         a line in the list of names); port 0; a highest version below the lowest; too much extra data
/// @source OTP 25 epmd_srv.c
result<request> read_request(std::span<const std::byte> from);

/// @p what with its length. Names are not checked: whoever has one has checked it.
std::vector<std::byte> write(const request& what);

/// Can @p name stand before the `@` of a node's name in epmd?
bool is_name(std::string_view name) noexcept;

// -- answers ------------------------------------------------------------------------------------------------------------------------
// They come without a length. A reader says nothing while bytes are missing, and fails as soon as what is there cannot become an answer.

/// To alive_request. The creation is a suggestion that OTP's nodes do not follow from the second on.
struct alive_answer {
  std::uint8_t refused = 0; // 0: registered
  std::uint32_t creation = 0;
  bool is_long = true; // 32 bits of creation, for nodes of version 6; else 16
  friend bool operator==(const alive_answer&, const alive_answer&) = default;
};
/// @errors `{bad_epmd_answer, Sentence}`
result<std::optional<alive_answer>> read_alive_answer(std::span<const std::byte> from);
std::vector<std::byte> write(const alive_answer& what);

/// To port_request.
struct port_answer {
  std::optional<alive_request> found; // nothing: nobody has that name
  friend bool operator==(const port_answer&, const port_answer&) = default;
};
/// @param asked  the name asked for: an answer about another is a lie
/// @errors `{bad_epmd_answer, Sentence}`  also for port 0 and for versions that contradict each other
result<std::optional<port_answer>> read_port_answer(std::span<const std::byte> from, std::string_view asked);
std::vector<std::byte> write(const port_answer& what);

/// The version that two nodes use: the highest that both know; 0 where there is none.
/// @source OTP 25 kernel, erl_epmd: select_best_version
std::uint16_t best_version(std::uint16_t lowest, std::uint16_t highest) noexcept;

struct named_port {
  std::string name;
  std::uint16_t port = 0;
  friend bool operator==(const named_port&, const named_port&) = default;
};
/// To names_request; it ends where the connection ends.
struct names_answer {
  std::uint32_t epmd_port = 0;
  std::vector<named_port> nodes;
  friend bool operator==(const names_answer&, const names_answer&) = default;
};
/// @param from  all that came. Lines that say nothing are passed over, as OTP does.
/// @errors `{bad_epmd_answer, Sentence}`  shorter than the port, or longer than `names_bytes_max`
result<names_answer> read_names_answer(std::span<const std::byte> from);
std::vector<std::byte> write(const names_answer& what);

/// What epmd says to a kill_request that it refuses. To a dump_request or stop_request that is refused it says nothing and closes.
inline constexpr std::string_view kill_refused = "NO";

} // namespace agner::dist::epmd
