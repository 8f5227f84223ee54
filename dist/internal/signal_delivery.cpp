// SPDX-License-Identifier: Apache-2.0

#include "signal_delivery.hpp"

#include <utility>
#include <variant>

#include "../../runtime/node.hpp"
#include "../../runtime/process_core.hpp"
#include "../../runtime/signal.hpp"
#include "../../runtime/term_builders.hpp"

namespace agner::dist::internal {

using agner::internal::signal;
using agner::internal::signal_kind;

namespace {

signal* make(signal_kind kind, const pid& from, term ref, term value, std::uint64_t number = 0) {
  signal* s = agner::internal::new_signal(kind);
  s->from = from;
  s->ref = std::move(ref);
  s->value = std::move(value);
  s->number = number;
  return s;
}

result<> too_many_bonds() {
  return fail(
      tuple("system_limit"_atom, binary("the peer has made more links and monitors than one connection may have")));
}

} // namespace

result<> signal_delivery::deliver(std::span<const std::byte> bytes) {
  const auto read = read_frame(bytes);
  if (!read) return std::unexpected(read.error());
  switch (read->kind) {
  case frame_kind::tick: return {};
  case frame_kind::pass_through: return deliver_terms(read->body, external_term::version::present, nullptr);
  case frame_kind::whole: return deliver_terms(read->body, external_term::version::implied, nullptr);
  case frame_kind::first_fragment:
  case frame_kind::next_fragment: {
    const auto whole = fragments_.add(*read);
    if (!whole) return std::unexpected(whole.error());
    if (!*whole) return {};
    return deliver_terms((*whole)->bytes(), external_term::version::implied, &**whole);
  }
  }
  return {};
}

result<> signal_delivery::deliver_terms(std::span<const std::byte> body, external_term::version first,
                                        const term* source) {
  external_term::decode_options how;
  how.pays = &pays_;
  how.source = source;
  auto terms = read_terms(body, first, how);
  if (!terms) return std::unexpected(terms.error());
  auto signal = control::read(terms->control, terms->payload);
  if (!signal) return std::unexpected(signal.error());
  if (auto honest = control::check_parties(signal->what, at_.peer(), node_.name()); !honest) return honest;
  how_ = {.priority = signal->urgency == control::priority::high};
  terms->payload.reset(); // the message is then held once only, and is its own node in the inbox
  return std::visit([this](auto& what) { return on(what); }, signal->what);
}

bool signal_delivery::tell(const pid& to, signal_kind kind, const pid& from, term ref, term value,
                           std::uint64_t number) {
  return node_.is_local(to) && node_.push(to, make(kind, from, std::move(ref), std::move(value), number));
}

// -- messages -----------------------------------------------------------------------------------------------------------------------------

result<> signal_delivery::on(control::send& what) {
  if (node_.is_local(what.to)) node_.send(what.to, std::move(what.message));
  return {};
}

result<> signal_delivery::on(control::reg_send& what) {
  node_.send(what.to, std::move(what.message));
  return {};
}

result<> signal_delivery::on(control::alias_send& what) {
  if (what.to.home() == node_.identity()) node_.send(what.to, std::move(what.message), how_);
  return {};
}

// -- links ----------------------------------------------------------------------------------------------------------------------------------

result<> signal_delivery::on(control::link& what) {
  const auto made = at_.peer_links(what.to, what.from);
  if (made == connection::bond::too_many) return too_many_bonds();
  if (made == connection::bond::nobody) at_.put(what.to, control::exit{what.to, what.from, "noproc"_atom});
  return {};
}

result<> signal_delivery::on(control::unlink& what) {
  at_.peer_unlinked(what.to, what.from);
  tell(what.to, signal_kind::unlink, what.from, {}, {});
  return {};
}

result<> signal_delivery::on(control::unlink_id& what) {
  at_.peer_unlinked(what.to, what.from);
  if (!tell(what.to, signal_kind::unlink, what.from, {}, {}, what.id))
    at_.put(what.to, control::unlink_id_ack{what.id, what.to, what.from});
  return {};
}

result<> signal_delivery::on(control::unlink_id_ack& what) {
  tell(what.to, signal_kind::unlink_ack, what.from, {}, {}, what.id);
  return {};
}

result<> signal_delivery::on(control::exit& what) {
  at_.peer_unlinked(what.to, what.from);
  tell(what.to, signal_kind::link_exit, what.from, {}, std::move(what.reason));
  return {};
}

result<> signal_delivery::on(control::exit2& what) {
  if (const auto* alias = std::get_if<reference>(&what.to)) {
    if (alias->home() == node_.identity()) node_.exit(*alias, what.reason, what.from, how_);
    return {};
  }
  if (const auto* to = std::get_if<pid>(&what.to)) tell(*to, signal_kind::exit, what.from, {}, std::move(what.reason));
  return {};
}

// -- monitors -------------------------------------------------------------------------------------------------------------------------------

result<> signal_delivery::on(control::monitor& what) {
  const auto* by_pid = std::get_if<pid>(&what.target);
  const auto target = by_pid != nullptr ? std::optional{*by_pid} : node_.whereis(std::get<atom>(what.target));
  term named = by_pid != nullptr ? term(*by_pid) : term(std::get<atom>(what.target));
  const auto made = target ? at_.peer_monitors(what.ref, *target, what.from, named) : connection::bond::nobody;
  if (made == connection::bond::too_many) return too_many_bonds();
  // Said by the process that is gone, so that it comes behind what that has sent.
  if (made == connection::bond::nobody)
    at_.put(target.value_or(pid{}), control::monitor_exit{what.target, what.from, what.ref, "noproc"_atom});
  return {};
}

result<> signal_delivery::on(control::demonitor& what) {
  if (const auto target = at_.peer_demonitors(what.ref)) tell(*target, signal_kind::demonitor, what.from, what.ref, {});
  return {};
}

result<> signal_delivery::on(control::monitor_exit& what) {
  at_.monitor_fired(what.ref);
  const auto* by_pid = std::get_if<pid>(&what.target);
  tell(what.to, signal_kind::down, by_pid != nullptr ? *by_pid : pid{}, what.ref, std::move(what.reason));
  return {};
}

// -- the rest -------------------------------------------------------------------------------------------------------------------------------

result<> signal_delivery::on(control::group_leader& what) {
  tell(what.to, signal_kind::ask, {}, {}, what.leader,
       static_cast<std::uint64_t>(agner::internal::question_kind::group_leader));
  return {};
}

// The functions of a C++ program have no names to be asked for.
result<> signal_delivery::on(control::spawn_request& what) {
  at_.put({}, control::spawn_reply{what.id, what.from, 0, "notsup"_atom});
  return {};
}

result<> signal_delivery::on(control::spawn_reply& what) {
  if (!at_.peer_spawned(what)) return {};
  const auto* const made = std::get_if<pid>(&what.result);
  const pid process = made != nullptr ? *made : pid{};
  term why = made != nullptr ? term{} : term{std::get<atom>(what.result)};
  if (tell(what.to, signal_kind::spawned, process, what.id, std::move(why), what.flags) || made == nullptr) return {};
  agner::internal::signal unheard{signal_kind::spawned};
  unheard.from = process;
  unheard.ref = what.id;
  unheard.number = what.flags;
  node_.answer_for_nobody(what.to, unheard);
  return {};
}

} // namespace agner::dist::internal
