// SPDX-License-Identifier: Apache-2.0

#include "control_message.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include <fmt/format.h>

#include "../runtime/reasons.hpp"
#include "../runtime/term_builders.hpp"
#include "../runtime/term_text.hpp"
#include "../runtime/term_views.hpp"
#include "internal/codec_error.hpp"

namespace agner::dist::control {

namespace {

using internal::complain;

// -- what each operation looks like ---------------------------------------------------------------------------------------------------

enum class has : std::uint8_t { no_payload, payload };

struct row {
  operation op;
  std::string_view name;
  std::size_t arity; // with the operation itself
  has follows;
};

constexpr std::array rows = {
    row{operation::link, "LINK", 3, has::no_payload},
    row{operation::send, "SEND", 3, has::payload},
    row{operation::exit, "EXIT", 4, has::no_payload},
    row{operation::unlink, "UNLINK", 3, has::no_payload},
    row{operation::reg_send, "REG_SEND", 4, has::payload},
    row{operation::group_leader, "GROUP_LEADER", 3, has::no_payload},
    row{operation::exit2, "EXIT2", 4, has::no_payload},
    row{operation::send_tt, "SEND_TT", 4, has::payload},
    row{operation::exit_tt, "EXIT_TT", 5, has::no_payload},
    row{operation::reg_send_tt, "REG_SEND_TT", 5, has::payload},
    row{operation::exit2_tt, "EXIT2_TT", 5, has::no_payload},
    row{operation::monitor_p, "MONITOR_P", 4, has::no_payload},
    row{operation::demonitor_p, "DEMONITOR_P", 4, has::no_payload},
    row{operation::monitor_p_exit, "MONITOR_P_EXIT", 5, has::no_payload},
    row{operation::send_sender, "SEND_SENDER", 3, has::payload},
    row{operation::send_sender_tt, "SEND_SENDER_TT", 4, has::payload},
    row{operation::payload_exit, "PAYLOAD_EXIT", 3, has::payload},
    row{operation::payload_exit_tt, "PAYLOAD_EXIT_TT", 4, has::payload},
    row{operation::payload_exit2, "PAYLOAD_EXIT2", 3, has::payload},
    row{operation::payload_exit2_tt, "PAYLOAD_EXIT2_TT", 4, has::payload},
    row{operation::payload_monitor_p_exit, "PAYLOAD_MONITOR_P_EXIT", 4, has::payload},
    row{operation::spawn_request, "SPAWN_REQUEST", 6, has::payload},
    row{operation::spawn_request_tt, "SPAWN_REQUEST_TT", 7, has::payload},
    row{operation::spawn_reply, "SPAWN_REPLY", 5, has::no_payload},
    row{operation::spawn_reply_tt, "SPAWN_REPLY_TT", 6, has::no_payload},
    row{operation::alias_send, "ALIAS_SEND", 3, has::payload},
    row{operation::alias_send_tt, "ALIAS_SEND_TT", 4, has::payload},
    row{operation::unlink_id, "UNLINK_ID", 4, has::no_payload},
    row{operation::unlink_id_ack, "UNLINK_ID_ACK", 4, has::no_payload},
    row{operation::altact_sig_send, "ALTACT_SIG_SEND", 4, has::payload},
};

const row* row_of(std::uint64_t number) noexcept {
  const auto* found = std::ranges::find(rows, number, [](const row& r) { return static_cast<std::uint64_t>(r.op); });
  return found != rows.end() ? found : nullptr;
}

/// What the flags in op 37 say. @source OTP 28 erts dist.h
namespace altact {
constexpr std::uint64_t prio = 1;
constexpr std::uint64_t token = 2;
constexpr std::uint64_t alias = 4;
constexpr std::uint64_t name = 8;
constexpr std::uint64_t exit = 16;
} // namespace altact

std::unexpected<error> bad(std::string_view sentence) { return complain("bad_control"_atom, sentence); }

/// The elements of one control tuple. A wrong one is noted, and something harmless is given back: whoever reads asks once, at the end.
class fields {
public:
  fields(const row& of, const term& control, const std::optional<term>& payload)
      : of_(&of), elements_(control.elements()), payload_(&payload) {}

  pid process(std::size_t i) { return must_be(elements_[i].to_pid(), i, "pid"); }
  atom name(std::size_t i) { return must_be(elements_[i].to_atom(), i, "atom"); }
  reference ref(std::size_t i) { return must_be(elements_[i].to_reference(), i, "reference"); }
  std::uint64_t number(std::size_t i) { return must_be(elements_[i].to_uint64(), i, "number of 64 bits"); }
  process_or_name process_or_named(std::size_t i) {
    if (const auto p = elements_[i].to_pid()) return *p;
    return must_be(elements_[i].to_atom(), i, "pid or atom");
  }
  process_or_alias process_or_aliased(std::size_t i) {
    if (const auto p = elements_[i].to_pid()) return *p;
    return must_be(elements_[i].to_reference(), i, "pid or reference");
  }
  const term& any(std::size_t i) { return elements_[i]; }
  const term& payload() { return **payload_; }
  void wrong(std::size_t i, std::string_view expected) {
    if (complaint_.empty())
      complaint_ = fmt::format("{} ({}): element {} is {}, no {}", of_->name, static_cast<unsigned>(of_->op), i + 1,
                               print_short(elements_[i]), expected);
  }

  result<received> finish(message what, term token = {}, priority urgency = priority::ordinary) {
    if (!complaint_.empty()) return bad(complaint_);
    return received{.what = std::move(what), .token = std::move(token), .urgency = urgency};
  }

private:
  template <class T>
  T must_be(std::optional<T> value, std::size_t i, std::string_view expected) {
    if (!value) wrong(i, expected);
    return value ? *std::move(value) : T{};
  }

  const row* of_;
  std::span<const term> elements_;
  const std::optional<term>* payload_;
  std::string complaint_;
};

result<received> read_altact(fields in, std::size_t arity) {
  const std::uint64_t flags = in.number(1);
  const pid from = in.process(2);
  const auto is = [flags](std::uint64_t bit) { return (flags & bit) != 0; };
  const auto urgency = is(altact::prio) ? priority::high : priority::ordinary;
  if (is(altact::token) && arity < 5) return bad("ALTACT_SIG_SEND (37): promises a token and has none");
  if (is(altact::name) && (is(altact::alias) || is(altact::exit)))
    return bad(fmt::format("ALTACT_SIG_SEND (37): contradictory flags {}", flags));
  term token = is(altact::token) ? in.any(4) : term{};
  if (is(altact::exit)) {
    process_or_alias to = is(altact::alias) ? process_or_alias{in.ref(3)} : process_or_alias{in.process(3)};
    return in.finish(exit2{from, std::move(to), in.payload()}, std::move(token), urgency);
  }
  if (is(altact::alias)) return in.finish(alias_send{from, in.ref(3), in.payload()}, std::move(token), urgency);
  if (is(altact::name)) return in.finish(reg_send{from, in.name(3), in.payload()}, std::move(token), urgency);
  return in.finish(send{from, in.process(3), in.payload()}, std::move(token), urgency);
}

result<received> read_spawn_request(fields in, term token) {
  spawn_request request{.id = in.ref(1),
                        .from = in.process(2),
                        .leader = in.process(3),
                        .module = {},
                        .function = {},
                        .arity = 0,
                        .options = in.any(5),
                        .arguments = in.payload()};
  const auto entry = in.any(4).elements();
  const auto arity = entry.size() == 3 ? entry[2].to_int64() : std::nullopt;
  if (!arity || !entry[0].is_atom() || !entry[1].is_atom() || *arity < 0 || *arity > UINT8_MAX) {
    in.wrong(4, "{Module, Function, Arity}");
  } else {
    request.module = *entry[0].to_atom();
    request.function = *entry[1].to_atom();
    request.arity = static_cast<std::uint32_t>(*arity);
  }
  const auto is_proper = [](const term& list) { return list.is_list() && list.as_list().is_proper(); };
  if (!is_proper(request.options)) in.wrong(5, "list of options");
  if (!is_proper(request.arguments)) return bad("SPAWN_REQUEST: the payload is no list of arguments");
  return in.finish(std::move(request), std::move(token));
}

result<received> read_spawn_reply(fields in, term token) {
  constexpr std::uint64_t flags_end = 1U << 27U; // @source OTP 25 erts dist.c
  const std::uint64_t flags = in.number(3);
  if (flags >= flags_end) in.wrong(3, "set of flags");
  return in.finish(spawn_reply{in.ref(1), in.process(2), static_cast<std::uint32_t>(flags), in.process_or_named(4)},
                   std::move(token));
}

result<received> read_unlink_id(fields in) {
  const std::uint64_t id = in.number(1);
  if (id == 0) in.wrong(1, "number of an unlink, which are 1 and up");
  return in.finish(unlink_id{id, in.process(2), in.process(3)});
}

result<received> read_as(operation op, fields in, std::size_t arity) {
  switch (op) {
  case operation::link: return in.finish(link{in.process(1), in.process(2)});
  case operation::unlink: return in.finish(unlink{in.process(1), in.process(2)});
  case operation::unlink_id: return read_unlink_id(in);
  case operation::unlink_id_ack: return in.finish(unlink_id_ack{in.number(1), in.process(2), in.process(3)});
  case operation::send: return in.finish(send{std::nullopt, in.process(2), in.payload()});
  case operation::send_tt: return in.finish(send{std::nullopt, in.process(2), in.payload()}, in.any(3));
  case operation::send_sender: return in.finish(send{in.process(1), in.process(2), in.payload()});
  case operation::send_sender_tt: return in.finish(send{in.process(1), in.process(2), in.payload()}, in.any(3));
  case operation::reg_send: return in.finish(reg_send{in.process(1), in.name(3), in.payload()});
  case operation::reg_send_tt: return in.finish(reg_send{in.process(1), in.name(3), in.payload()}, in.any(4));
  case operation::alias_send: return in.finish(alias_send{in.process(1), in.ref(2), in.payload()});
  case operation::alias_send_tt: return in.finish(alias_send{in.process(1), in.ref(2), in.payload()}, in.any(3));
  case operation::exit: return in.finish(exit{in.process(1), in.process(2), in.any(3)});
  case operation::exit_tt: return in.finish(exit{in.process(1), in.process(2), in.any(4)}, in.any(3));
  case operation::payload_exit: return in.finish(exit{in.process(1), in.process(2), in.payload()});
  case operation::payload_exit_tt: return in.finish(exit{in.process(1), in.process(2), in.payload()}, in.any(3));
  case operation::exit2: return in.finish(exit2{in.process(1), in.process(2), in.any(3)});
  case operation::exit2_tt: return in.finish(exit2{in.process(1), in.process(2), in.any(4)}, in.any(3));
  case operation::payload_exit2: return in.finish(exit2{in.process(1), in.process(2), in.payload()});
  case operation::payload_exit2_tt: return in.finish(exit2{in.process(1), in.process(2), in.payload()}, in.any(3));
  case operation::monitor_p: return in.finish(monitor{in.process(1), in.process_or_named(2), in.ref(3)});
  case operation::demonitor_p: return in.finish(demonitor{in.process(1), in.process_or_named(2), in.ref(3)});
  case operation::monitor_p_exit:
    return in.finish(monitor_exit{in.process_or_named(1), in.process(2), in.ref(3), in.any(4)});
  case operation::payload_monitor_p_exit:
    return in.finish(monitor_exit{in.process_or_named(1), in.process(2), in.ref(3), in.payload()});
  case operation::group_leader: return in.finish(group_leader{in.process(1), in.process(2)});
  case operation::spawn_request: return read_spawn_request(in, {});
  case operation::spawn_request_tt: return read_spawn_request(in, in.any(6));
  case operation::spawn_reply: return read_spawn_reply(in, {});
  case operation::spawn_reply_tt: return read_spawn_reply(in, in.any(5));
  case operation::altact_sig_send: return read_altact(in, arity);
  }
  return bad("unknown operation");
}

} // namespace

std::string_view name_of(std::uint64_t number) noexcept {
  const row* known = row_of(number);
  return known != nullptr ? known->name : std::string_view{};
}

result<received> read(const term& control, const std::optional<term>& payload) {
  const auto number = control.size() != 0 && control.is_tuple() ? control[0].to_int64() : std::nullopt;
  if (!number)
    return bad(fmt::format("{} is no tuple that begins with the number of an operation", print_short(control)));
  const row* known = *number >= 0 ? row_of(static_cast<std::uint64_t>(*number)) : nullptr;
  if (known == nullptr) return bad(fmt::format("unknown operation {}", *number));
  const std::size_t arity = control.size();
  const bool may_be_longer = known->op == operation::altact_sig_send; // says so of itself
  if (arity != known->arity && !(may_be_longer && arity > known->arity))
    return bad(fmt::format("{} ({}): has {} elements, not {}", known->name, *number, arity, known->arity));
  if (payload.has_value() != (known->follows == has::payload))
    return bad(
        fmt::format("{} ({}): {}", known->name, *number, payload ? "something follows it" : "nothing follows it"));
  return read_as(known->op, fields{*known, control, payload}, arity);
}

// -- parties ------------------------------------------------------------------------------------------------------------------------

namespace {

class parties {
public:
  parties(atom peer, atom self) noexcept : peer_(peer), self_(self) {}

  result<> operator()(const link& m) const { return both("LINK", m.from, m.to); }
  result<> operator()(const unlink& m) const { return both("UNLINK", m.from, m.to); }
  result<> operator()(const unlink_id& m) const { return both("UNLINK_ID", m.from, m.to); }
  result<> operator()(const unlink_id_ack& m) const { return both("UNLINK_ID_ACK", m.from, m.to); }
  result<> operator()(const exit& m) const { return both("EXIT", m.from, m.to); }
  result<> operator()(const exit2& m) const {
    if (const auto* to = std::get_if<pid>(&m.to)) return both("EXIT2", m.from, *to);
    return is("EXIT2", "sender", m.from.node(), peer_);
  }
  result<> operator()(const monitor& m) const { return watched("MONITOR_P", m.from, m.target); }
  result<> operator()(const demonitor& m) const { return watched("DEMONITOR_P", m.from, m.target); }
  result<> operator()(const monitor_exit& m) const {
    if (auto ok = is("MONITOR_P_EXIT", "receiver", m.to.node(), self_); !ok) return ok;
    const auto* process = std::get_if<pid>(&m.target);
    return process != nullptr ? is("MONITOR_P_EXIT", "sender", process->node(), peer_) : result<>{};
  }
  result<> operator()(const spawn_request& m) const { return is("SPAWN_REQUEST", "sender", m.from.node(), peer_); }
  result<> operator()(const spawn_reply& m) const {
    const auto* const made = std::get_if<pid>(&m.result);
    if (made != nullptr && made->node() != peer_) return is("SPAWN_REPLY", "process", made->node(), peer_);
    return is("SPAWN_REPLY", "receiver", m.to.node(), self_);
  }
  // Messages and group leaders: OTP looks the receiver up and drops what is for nobody.
  result<> operator()(const send&) const { return {}; }
  result<> operator()(const reg_send&) const { return {}; }
  result<> operator()(const alias_send&) const { return {}; }
  result<> operator()(const group_leader&) const { return {}; }

private:
  static result<> is(std::string_view what, std::string_view role, atom node, atom expected) {
    if (node == expected) return {};
    return bad(fmt::format("{}: the {} is a process of {}, not of {}", what, role, internal::quoted(node.name()),
                           internal::quoted(expected.name())));
  }
  [[nodiscard]] result<> both(std::string_view what, const pid& from, const pid& to) const {
    if (auto ok = is(what, "sender", from.node(), peer_); !ok) return ok;
    return is(what, "receiver", to.node(), self_);
  }
  [[nodiscard]] result<> watched(std::string_view what, const pid& from, const process_or_name& target) const {
    if (const auto* to = std::get_if<pid>(&target)) return both(what, from, *to);
    return is(what, "sender", from.node(), peer_);
  }

  atom peer_;
  atom self_;
};

} // namespace

result<> check_parties(const message& what, atom peer, atom self) { return std::visit(parties{peer, self}, what); }

// -- writing ------------------------------------------------------------------------------------------------------------------------

namespace {

template <class... Elements>
term control_tuple(operation op, Elements&&... elements) {
  return tuple(static_cast<std::uint8_t>(op), std::forward<Elements>(elements)...);
}

term as_term(const process_or_name& p) {
  return std::visit([](const auto& value) { return term{value}; }, p);
}

class writer {
public:
  writer(flag_set agreed, priority urgency) noexcept : agreed_(agreed), urgency_(urgency) {}

  result<written> operator()(const link& m) const { return plain(control_tuple(operation::link, m.from, m.to)); }
  result<written> operator()(const unlink& m) const { return plain(control_tuple(operation::unlink, m.from, m.to)); }
  result<written> operator()(const unlink_id& m) const {
    if (!agreed_.has(flag::unlink_id)) return (*this)(unlink{m.from, m.to});
    return plain(control_tuple(operation::unlink_id, m.id, m.from, m.to));
  }
  result<written> operator()(const unlink_id_ack& m) const {
    if (!agreed_.has(flag::unlink_id)) return unsupported("acknowledgements of unlinks (UNLINK_ID)");
    return plain(control_tuple(operation::unlink_id_ack, m.id, m.from, m.to));
  }
  result<written> operator()(const send& m) const {
    if (is_urgent() && m.from) return with(alternative(0, *m.from, m.to), m.message);
    if (agreed_.has(flag::send_sender) && m.from)
      return with(control_tuple(operation::send_sender, *m.from, m.to), m.message);
    return with(control_tuple(operation::send, unused(), m.to), m.message);
  }
  result<written> operator()(const reg_send& m) const {
    if (is_urgent()) return with(alternative(altact::name, m.from, m.to), m.message);
    return with(control_tuple(operation::reg_send, m.from, unused(), m.to), m.message);
  }
  result<written> operator()(const alias_send& m) const {
    if (agreed_.has(flag::altact_sig)) return with(alternative(altact::alias, m.from, m.to), m.message);
    if (!agreed_.has(flag::alias)) return unsupported("aliases (ALIAS)");
    return with(control_tuple(operation::alias_send, m.from, m.to), m.message);
  }
  result<written> operator()(const exit& m) const {
    if (agreed_.has(flag::exit_payload)) return with(control_tuple(operation::payload_exit, m.from, m.to), m.reason);
    return plain(control_tuple(operation::exit, m.from, m.to, m.reason));
  }
  result<written> operator()(const exit2& m) const {
    if (const auto* alias = std::get_if<reference>(&m.to)) {
      if (!agreed_.has(flag::altact_sig)) return unsupported("exit signals to aliases (ALTACT_SIG)");
      return with(alternative(altact::exit | altact::alias, m.from, *alias), m.reason);
    }
    const pid& to = std::get<pid>(m.to);
    if (is_urgent()) return with(alternative(altact::exit, m.from, to), m.reason);
    if (agreed_.has(flag::exit_payload)) return with(control_tuple(operation::payload_exit2, m.from, to), m.reason);
    return plain(control_tuple(operation::exit2, m.from, to, m.reason));
  }
  result<written> operator()(const monitor& m) const { return watching(operation::monitor_p, m.from, m.target, m.ref); }
  result<written> operator()(const demonitor& m) const {
    return watching(operation::demonitor_p, m.from, m.target, m.ref);
  }
  result<written> operator()(const monitor_exit& m) const {
    if (agreed_.has(flag::exit_payload))
      return with(control_tuple(operation::payload_monitor_p_exit, as_term(m.target), m.to, m.ref), m.reason);
    return plain(control_tuple(operation::monitor_p_exit, as_term(m.target), m.to, m.ref, m.reason));
  }
  result<written> operator()(const group_leader& m) const {
    return plain(control_tuple(operation::group_leader, m.leader, m.to));
  }
  result<written> operator()(const spawn_request& m) const {
    if (!agreed_.has(flag::spawn)) return unsupported("spawn requests (SPAWN)");
    return with(control_tuple(operation::spawn_request, m.id, m.from, m.leader, tuple(m.module, m.function, m.arity),
                              m.options),
                m.arguments);
  }
  result<written> operator()(const spawn_reply& m) const {
    // Not asked whether the flag is agreed on: whoever asked can take the answer.
    return plain(control_tuple(operation::spawn_reply, m.id, m.to, m.flags, as_term(m.result)));
  }

private:
  static term unused() { return ""_atom; }
  static result<written> plain(term control) { return written{std::move(control), std::nullopt}; }
  static result<written> with(term control, const term& payload) { return written{std::move(control), payload}; }
  static result<written> unsupported(std::string_view what) {
    return complain(reasons::notsup, fmt::format("the peer does not know {}", what));
  }

  [[nodiscard]] bool is_urgent() const noexcept { return urgency_ == priority::high && agreed_.has(flag::altact_sig); }
  [[nodiscard]] term alternative(std::uint64_t flags, const pid& from, term to) const {
    return control_tuple(operation::altact_sig_send, flags | (is_urgent() ? altact::prio : 0), from, std::move(to));
  }
  [[nodiscard]] result<written> watching(operation op, const pid& from, const process_or_name& target,
                                         const reference& ref) const {
    const flag needed = std::holds_alternative<atom>(target) ? flag::dist_monitor_name : flag::dist_monitor;
    if (!agreed_.has(needed)) return unsupported("monitors (DIST_MONITOR, DIST_MONITOR_NAME)");
    return plain(control_tuple(op, from, as_term(target), ref));
  }

  flag_set agreed_;
  priority urgency_;
};

} // namespace

result<written> write(const message& what, flag_set agreed, priority urgency) {
  return std::visit(writer{agreed, urgency}, what);
}

} // namespace agner::dist::control
