// SPDX-License-Identifier: Apache-2.0
// The table of options: name in Erlang, member, what is right. Reading, writing, merging and checking all go through it.

#include "inet_options.hpp"

#include <array>
#include <limits>
#include <string_view>
#include <vector>

#include "clause.hpp"

namespace agner::inet {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// -- values of options as terms: read() is false where the term is none -------------------------------------------------------------------

template <class T>
bool read(const term& from, T& into) {
  auto value = from_term<T>(from);
  if (value) into = *std::move(value);
  return value.has_value();
}
template <class T>
term write(const T& value) {
  return to_term(value);
}

bool read(const term& from, active_option& into) {
  if (from.is("once"_atom)) return into = once, true;
  if (from.is_boolean()) return into = *from_term<bool>(from), true;
  const auto count = from_term<int>(from);
  if (count) into = *count;
  return count.has_value();
}
term write(const active_option& value) {
  switch (value.what()) {
  case active_option::kind::off: return false;
  case active_option::kind::on: return true;
  case active_option::kind::once: return "once"_atom;
  case active_option::kind::counted: return value.count();
  }
  return false;
}

bool read(const term& from, mode& into) {
  into = from.is("binary"_atom) ? mode::binary : mode::list;
  return from.is("binary"_atom) || from.is("list"_atom);
}
term write(const mode& value) { return value == mode::binary ? "binary"_atom.value() : "list"_atom.value(); }

bool read(const term& from, packet_option& into) {
  if (from.is("raw"_atom)) return into = packet_type::raw, true;
  const auto number = from_term<int>(from);
  if (number) into = *number;
  return number.has_value();
}
term write(const packet_option& value) { return value.number(); }

bool read(const term& from, milliseconds& into) {
  if (from.is("infinity"_atom)) return into = infinity, true;
  const auto number = from_term<std::uint32_t>(from);
  if (number) into = milliseconds{*number};
  return number.has_value();
}
term write(const milliseconds& value) { return value == infinity ? term{"infinity"_atom} : term{value.count()}; }

bool read(const term& from, std::pair<bool, seconds>& into) {
  const auto pair = from_term<std::pair<bool, std::uint16_t>>(from);
  if (pair) into = {pair->first, seconds{pair->second}};
  return pair.has_value();
}
term write(const std::pair<bool, seconds>& value) { return tuple(value.first, value.second.count()); }

// -- the table ------------------------------------------------------------------------------------------------------------------------------

struct entry {
  atom (*name)();
  std::string_view right; // what a value must be
  bool (*read)(options&, const term&);
  std::optional<term> (*write)(const options&);
  void (*merge)(options&, const options&);
  bool (*is_right)(const options&); // where said
};

template <auto Member>
using value_of = typename std::remove_cvref_t<decltype(std::declval<options&>().*Member)>::value_type;

struct always {
  template <class T>
  bool operator()(const T&) const noexcept {
    return true;
  }
};

template <auto Member, internal::literal_text Name, class Right = always>
constexpr entry option(std::string_view right, Right = {}) {
  return {.name = [] { return atom_literal<Name>::value(); },
          .right = right,
          .read =
              [](options& into, const term& from) {
                auto& member = into.*Member;
                if constexpr (std::is_default_constructible_v<value_of<Member>>) {
                  member.emplace();
                } else {
                  member.emplace(0);
                }
                return inet::read(from, *member);
              },
          .write = [](const options& from) -> std::optional<term> {
            const auto& member = from.*Member;
            return member ? std::optional{inet::write(*member)} : std::nullopt;
          },
          .merge =
              [](options& into, const options& from) {
                if (from.*Member) into.*Member = from.*Member;
              },
          .is_right = [](const options& of) { return !(of.*Member) || Right{}(*(of.*Member)); }};
}

constexpr std::string_view flag = "true or false";
constexpr std::string_view size = "a number of bytes";
constexpr std::string_view number = "an integer";

struct is_packet {
  bool operator()(packet_option of) const noexcept { return of.type().has_value(); }
};
struct is_packet_size {
  bool operator()(std::size_t of) const noexcept { return of <= packet_size_max; }
};
struct is_count {
  bool operator()(active_option of) const noexcept {
    return of.count() >= std::numeric_limits<std::int16_t>::min() &&
           of.count() <= std::numeric_limits<std::int16_t>::max();
  }
};
struct is_positive {
  template <class T>
  bool operator()(const T& of) const noexcept {
    return of > T{0};
  }
};
struct is_not_negative {
  template <class T>
  bool operator()(const T& of) const noexcept {
    return of >= T{0};
  }
};
struct is_linger {
  bool operator()(const std::pair<bool, seconds>& of) const noexcept {
    return of.second >= seconds{0} && of.second <= seconds{std::numeric_limits<std::uint16_t>::max()};
  }
};

constexpr std::array table{
    option<&options::active, "active">("true, false, once or a count from -32768 to 32767", is_count{}),
    option<&options::mode, "mode">("list or binary"),
    option<&options::packet, "packet">("raw, 0, 1, 2 or 4", is_packet{}),
    option<&options::packet_size, "packet_size">("a number of bytes up to 67108864, or 0 for that", is_packet_size{}),
    option<&options::buffer, "buffer">("a positive number of bytes", is_positive{}),
    option<&options::high_watermark, "high_watermark">(size),
    option<&options::low_watermark, "low_watermark">(size),
    option<&options::send_timeout, "send_timeout">("milliseconds or infinity", is_not_negative{}),
    option<&options::send_timeout_close, "send_timeout_close">(flag),
    option<&options::exit_on_close, "exit_on_close">(flag),
    option<&options::show_econnreset, "show_econnreset">(flag),
    option<&options::linger, "linger">("{true or false, seconds}", is_linger{}),
    option<&options::nodelay, "nodelay">(flag),
    option<&options::keepalive, "keepalive">(flag),
    option<&options::reuseaddr, "reuseaddr">(flag),
    option<&options::reuseport, "reuseport">(flag),
    option<&options::ipv6_v6only, "ipv6_v6only">(flag),
    option<&options::recbuf, "recbuf">("a positive number of bytes", is_positive{}),
    option<&options::sndbuf, "sndbuf">("a positive number of bytes", is_positive{}),
    option<&options::priority, "priority">(number),
    option<&options::tos, "tos">(number),
    option<&options::tclass, "tclass">(number),
    option<&options::user_timeout, "user_timeout">("milliseconds", is_not_negative{}),
    option<&options::ip, "ip">("an address tuple"),
    option<&options::port, "port">("a port number"),
    option<&options::inet6, "inet6">(flag),
    option<&options::backlog, "backlog">("a number of connections", is_not_negative{}),
};

const entry* find(const term& name) {
  for (const entry& each : table)
    if (name.is(each.name())) return &each;
  return nullptr;
}

term complaint(const term& option, std::string_view right) {
  return tuple(option, binary("must be " + std::string{right}));
}

// Reads one option of a list into @p into; what is wrong with it goes into @p wrong.
void read_option(const term& from, options& into, std::vector<term>& wrong) {
  if (from.is("binary"_atom) || from.is("list"_atom)) {
    into.mode = from.is("binary"_atom) ? mode::binary : mode::list;
  } else if (from.is("inet"_atom) || from.is("inet6"_atom)) {
    into.inet6 = from.is("inet6"_atom);
  } else if (const entry* what = from.is_tuple() && from.size() == 2 ? find(from[0]) : nullptr; what == nullptr) {
    wrong.push_back(tuple(from, binary("is no option of a TCP socket")));
  } else if (!what->read(into, from[1])) {
    wrong.push_back(complaint(from, what->right));
  }
}

result<> outcome(std::vector<term> wrong) {
  if (!wrong.empty()) return fail(tuple("options"_atom, list_of(std::move(wrong))));
  return {};
}

} // namespace

std::optional<packet_type> packet_option::type() const noexcept {
  switch (number_) {
  case 0: return packet_type::raw;
  case 1: return packet_type::one;
  case 2: return packet_type::two;
  case 4: return packet_type::four;
  default: return std::nullopt;
  }
}

options options::defaults() {
  return {.active = true,
          .mode = mode::list,
          .packet = packet_type::raw,
          .packet_size = 0,
          .buffer = packet_decoder::default_buffer_bytes,
          .high_watermark = 8192,
          .low_watermark = 4096,
          .send_timeout = infinity,
          .send_timeout_close = false,
          .exit_on_close = true,
          .show_econnreset = false,
          .linger = std::pair{false, seconds{0}}};
}

result<options> options::from_list(const term& list) {
  if (!list.is_list() || !list_view{list}.is_proper()) return fail(tuple("options"_atom, list));
  options made;
  std::vector<term> wrong;
  for (const term& each : list_view{list})
    read_option(each, made, wrong);
  if (auto right = outcome(std::move(wrong)); !right) return fail(right.error().reason());
  if (auto right = made.check(); !right) return fail(right.error().reason());
  return made;
}

term options::to_list() const {
  std::vector<term> said;
  for (const entry& each : table)
    if (auto value = each.write(*this)) said.push_back(tuple(each.name(), *std::move(value)));
  return list_of(std::move(said));
}

options options::with(const options& over) const {
  options merged = *this;
  for (const entry& each : table)
    each.merge(merged, over);
  return merged;
}

result<> options::check() const {
  std::vector<term> wrong;
  for (const entry& each : table)
    if (!each.is_right(*this)) wrong.push_back(complaint(tuple(each.name(), *each.write(*this)), each.right));
  return outcome(std::move(wrong));
}

} // namespace agner::inet
