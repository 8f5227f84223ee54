// SPDX-License-Identifier: Apache-2.0

#include "epmd_messages.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "internal/byte_reader.hpp"
#include "internal/byte_writer.hpp"
#include "internal/codec_error.hpp"

namespace agner::dist::epmd {

namespace {

using internal::as_text;
using internal::byte_reader;
using internal::byte_writer;
using internal::quoted;

constexpr std::uint8_t tag_alive = 'x';
constexpr std::uint8_t tag_port = 'z';
constexpr std::uint8_t tag_names = 'n';
constexpr std::uint8_t tag_dump = 'd';
constexpr std::uint8_t tag_kill = 'k';
constexpr std::uint8_t tag_stop = 's';
constexpr std::uint8_t tag_alive_answer_long = 'v';
constexpr std::uint8_t tag_alive_answer = 'y';
constexpr std::uint8_t tag_port_answer = 'w';

std::unexpected<error> bad_request(std::string_view sentence) {
  return internal::complain("bad_epmd_request"_atom, sentence);
}
std::unexpected<error> bad_answer(std::string_view sentence) {
  return internal::complain("bad_epmd_answer"_atom, sentence);
}

std::string counted(byte_reader& in) {
  const std::size_t length = in.u16();
  return std::string{as_text(in.take(length))};
}
void counted(byte_writer& out, std::string_view text) { out.u16(static_cast<std::uint16_t>(text.size())).text(text); }

/// What a node says of itself, in a request after its tag and in an answer after its result.
alive_request read_node(byte_reader& in) {
  return {.port = in.u16(),
          .type = in.u8(),
          .protocol = in.u8(),
          .highest = in.u16(),
          .lowest = in.u16(),
          .name = counted(in),
          .extra = counted(in)};
}
void write_node(byte_writer& out, const alive_request& node) {
  out.u16(node.port).u8(node.type).u8(node.protocol).u16(node.highest).u16(node.lowest);
  counted(out, node.name);
  counted(out, node.extra);
}

/// What is wrong with what a node says of itself, empty if nothing is.
std::string problem_with(const alive_request& node) {
  if (!is_name(node.name)) return fmt::format("{} is no name for a node", quoted(node.name));
  if (node.port == 0) return fmt::format("node {} has port 0", quoted(node.name));
  if (node.highest < node.lowest)
    return fmt::format("node {} knows versions {} to {}", quoted(node.name), node.lowest, node.highest);
  if (node.extra.size() > extra_bytes_max)
    return fmt::format("node {} has {} bytes of extra data, {} are the most", quoted(node.name), node.extra.size(),
                       extra_bytes_max);
  return {};
}

template <class Request>
result<request> named(byte_reader& in) {
  std::string name{as_text(in.rest())};
  if (!is_name(name)) return bad_request(fmt::format("{} is no name for a node", quoted(name)));
  return Request{std::move(name)};
}

} // namespace

bool is_name(std::string_view name) noexcept {
  const auto is_fit = [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code > 0x20 && code != 0x7f && c != '@';
  };
  return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, is_fit);
}

// -- requests -----------------------------------------------------------------------------------------------------------------------

result<request> read_request(std::span<const std::byte> from) {
  byte_reader in{from};
  const std::uint8_t tag = in.u8();
  if (in.is_short()) return bad_request("an empty request");
  switch (tag) {
  case tag_alive: {
    alive_request node = read_node(in);
    if (in.is_short()) return bad_request(fmt::format("a registration of {} bytes ends too early", from.size()));
    if (auto problem = problem_with(node); !problem.empty()) return bad_request(problem);
    return node;
  }
  case tag_port: return named<port_request>(in);
  case tag_stop: return named<stop_request>(in);
  case tag_names: return names_request{};
  case tag_dump: return dump_request{};
  case tag_kill: return kill_request{};
  default: return bad_request(fmt::format("unknown request {}", quoted(from)));
  }
}

namespace {

class request_writer {
public:
  void operator()(const alive_request& r) {
    out_.u8(tag_alive);
    write_node(out_, r);
  }
  void operator()(const port_request& r) { out_.u8(tag_port).text(r.name); }
  void operator()(const stop_request& r) { out_.u8(tag_stop).text(r.name); }
  void operator()(const names_request&) { out_.u8(tag_names); }
  void operator()(const dump_request&) { out_.u8(tag_dump); }
  void operator()(const kill_request&) { out_.u8(tag_kill); }
  [[nodiscard]] std::vector<std::byte> finish() && { return std::move(out_).finish(); }

private:
  byte_writer out_;
};

} // namespace

std::vector<std::byte> write(const request& what) {
  request_writer writer;
  std::visit(writer, what);
  const auto body = std::move(writer).finish();
  byte_writer out;
  out.u16(static_cast<std::uint16_t>(body.size())).bytes(body);
  return std::move(out).finish();
}

// -- the answer to a registration -----------------------------------------------------------------------------------------------------

result<std::optional<alive_answer>> read_alive_answer(std::span<const std::byte> from) {
  if (from.empty()) return std::nullopt;
  byte_reader in{from};
  const std::uint8_t tag = in.u8();
  if (tag != tag_alive_answer && tag != tag_alive_answer_long)
    return bad_answer(fmt::format("epmd answers {} to a registration", quoted(from)));
  const bool is_long = tag == tag_alive_answer_long;
  alive_answer answer{.refused = in.u8(), .creation = is_long ? in.u32() : in.u16(), .is_long = is_long};
  if (in.is_short()) return std::nullopt;
  return answer;
}

std::vector<std::byte> write(const alive_answer& what) {
  byte_writer out;
  out.u8(what.is_long ? tag_alive_answer_long : tag_alive_answer).u8(what.refused);
  what.is_long ? out.u32(what.creation) : out.u16(static_cast<std::uint16_t>(what.creation));
  return std::move(out).finish();
}

// -- the answer to a question for a port ----------------------------------------------------------------------------------------------

result<std::optional<port_answer>> read_port_answer(std::span<const std::byte> from, std::string_view asked) {
  if (from.empty()) return std::nullopt;
  byte_reader in{from};
  if (in.u8() != tag_port_answer)
    return bad_answer(fmt::format("epmd answers {} to a question for a port", quoted(from)));
  const std::uint8_t refused = in.u8();
  if (in.is_short()) return std::nullopt;
  if (refused != 0) return port_answer{};
  alive_request node = read_node(in);
  if (in.is_short() && from.size() > answer_bytes_max)
    return bad_answer(fmt::format("epmd's answer for {} has more than {} bytes", quoted(asked), answer_bytes_max));
  if (in.is_short()) return std::nullopt;
  if (node.name != asked)
    return bad_answer(fmt::format("asked for {}, epmd answers for {}", quoted(asked), quoted(node.name)));
  if (auto problem = problem_with(node); !problem.empty()) return bad_answer(problem);
  return port_answer{.found = std::move(node)};
}

std::vector<std::byte> write(const port_answer& what) {
  byte_writer out;
  out.u8(tag_port_answer).u8(what.found ? 0 : 1);
  if (what.found) write_node(out, *what.found);
  return std::move(out).finish();
}

std::uint16_t best_version(std::uint16_t lowest, std::uint16_t highest) noexcept {
  const std::uint16_t best = std::min(highest, version_highest);
  return best >= lowest && best >= version_lowest ? best : std::uint16_t{0};
}

// -- the list of names ----------------------------------------------------------------------------------------------------------------

namespace {

/// `name NAME at port PORT`
std::optional<named_port> parse_line(std::string_view line) {
  constexpr std::string_view before_name = "name ";
  constexpr std::string_view before_port = " at port ";
  const auto middle = line.find(before_port);
  if (!line.starts_with(before_name) || middle == std::string_view::npos || middle < before_name.size())
    return std::nullopt;
  named_port node{.name = std::string{line.substr(before_name.size(), middle - before_name.size())}, .port = 0};
  const std::string_view number = line.substr(middle + before_port.size());
  const auto read = std::from_chars(number.data(), number.data() + number.size(), node.port);
  if (read.ec != std::errc{} || read.ptr != number.data() + number.size() || !is_name(node.name)) return std::nullopt;
  return node;
}

} // namespace

result<names_answer> read_names_answer(std::span<const std::byte> from) {
  if (from.size() > names_bytes_max)
    return bad_answer(fmt::format("epmd lists names in more than {} bytes", names_bytes_max));
  byte_reader in{from};
  names_answer answer{.epmd_port = in.u32(), .nodes = {}};
  if (in.is_short()) return bad_answer("epmd closed the connection before it listed names");
  for (std::string_view rest = as_text(in.rest()); !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (auto node = parse_line(rest.substr(0, end))) answer.nodes.push_back(*std::move(node));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return answer;
}

std::vector<std::byte> write(const names_answer& what) {
  byte_writer out;
  out.u32(what.epmd_port);
  for (const named_port& node : what.nodes)
    out.text(fmt::format("name {} at port {}\n", node.name, node.port));
  return std::move(out).finish();
}

} // namespace agner::dist::epmd
