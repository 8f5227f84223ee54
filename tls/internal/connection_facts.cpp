// SPDX-License-Identifier: Apache-2.0
// What a connection tells about itself, and the options that can be changed on it.

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "../../runtime/term_views.hpp"
#include "connection.hpp"
#include "derived_keys.hpp"
#include "engine_facts.hpp"
#include "option_facts.hpp"
#include "option_values.hpp"
#include "options_check.hpp"

namespace agner::ssl::internal {
namespace {

struct kernel_option {
  atom (*name)();
  socket_option which;
  bool flag;
};

template <agner::internal::literal_text Text>
constexpr kernel_option flag(socket_option which) {
  return {&atom_literal<Text>::value, which, true};
}
template <agner::internal::literal_text Text>
constexpr kernel_option number(socket_option which) {
  return {&atom_literal<Text>::value, which, false};
}

/// Options of the transport, as inet:setopts has them.
constexpr std::array kernel_options{
    flag<"nodelay">(socket_option::nodelay),     flag<"keepalive">(socket_option::keepalive),
    flag<"reuseaddr">(socket_option::reuseaddr), number<"recbuf">(socket_option::recbuf),
    number<"sndbuf">(socket_option::sndbuf),     number<"priority">(socket_option::priority),
    number<"tos">(socket_option::tos),           number<"tclass">(socket_option::tclass),
};

const kernel_option* kernel_option_called(const term& name) {
  for (const auto& one : kernel_options)
    if (name.is(one.name())) return &one;
  return nullptr;
}

/// @source OTP 25 lib/ssl, ssl_gen_statem: get_socket_opts
term refused(term what, term why) {
  return tuple("options"_atom, tuple("socket_options"_atom, std::move(what), std::move(why)));
}

result<> set_kernel_option(transport& of, const term& given) {
  const auto* known = given.is_tuple() && given.size() == 2 ? kernel_option_called(given[0]) : nullptr;
  const auto value = known == nullptr ? std::nullopt
                     : known->flag
                         ? (given[1].is_boolean() ? std::optional{given[1].is("true"_atom) ? 1 : 0} : std::nullopt)
                         : from_term<int>(given[1]);
  if (!value) return fail(refused(given, "einval"_atom));
  if (auto done = of.set(known->which, *value); !done) return fail(refused(given, done.error().reason()));
  return {};
}

result<term> kernel_value(const transport* of, const term& name) {
  const auto* known = kernel_option_called(name);
  if (known == nullptr || of == nullptr) return fail(refused(name, "einval"_atom));
  const auto value = of->get(known->which);
  if (!value) return fail(refused(name, value.error().reason()));
  return known->flag ? term(*value != 0) : term(*value);
}

std::optional<term> stream_value(const stream_settings& of, const term& name) {
  if (name.is("mode"_atom)) return of.mode == inet::mode::binary ? "binary"_atom.value() : "list"_atom.value();
  if (name.is("packet"_atom)) return of.packet;
  if (name.is("packet_size"_atom)) return of.packet_size;
  if (name.is("active"_atom)) return active_term(of.active);
  return std::nullopt;
}

bool names_active(const term& options) {
  for (const term& entry : options.as_list())
    if (entry.is_tagged("active"_atom, 2)) return true;
  return false;
}

term answer_of(const result<socket_address>& of) { return to_term(of); }

} // namespace

transport* connection::below() const noexcept { return wire_ ? &wire_->below() : over_.get(); }

std::optional<term> connection::fact(const term& asked) const {
  if (asked.is("peername"_atom) || asked.is("sockname"_atom)) {
    const auto* from = below();
    if (from == nullptr) return failed("einval"_atom);
    return answer_of(asked.is("peername"_atom) ? from->peername() : from->sockname());
  }
  if (asked.is("peercert"_atom)) {
    const auto& certificate = wire_->tls().peer_certificate();
    return certificate ? tuple("ok"_atom, *certificate) : failed("no_peercert"_atom);
  }
  if (asked.is("negotiated_protocol"_atom)) {
    const auto name = wire_->tls().protocol();
    return name ? tuple("ok"_atom, binary(*name)) : failed("protocol_not_negotiated"_atom);
  }
  if (asked.is("information"_atom)) {
    auto known = connection_facts(wire_->tls());
    std::ranges::move(option_facts(*options_), std::back_inserter(known));
    return tuple("ok"_atom, list_of(std::move(known)));
  }
  return std::nullopt;
}

/// Answers what needs the connection's secrets.
std::optional<term> connection::derived(const term& asked) {
  SSL* of = wire_->tls().native();
  if (asked.is_tagged("export"_atom, 4)) return to_term(exported_keys(of, asked[1], asked[2], asked[3]));
  if (asked.is_tagged("prf"_atom, 5)) return to_term(pseudo_random(of, asked[1], asked[2], asked[3], asked[4]));
  return std::nullopt;
}

void connection::set_options(const connection_call& call) {
  option_faults faults;
  auto next = incoming_.settings();
  std::vector<term> others;
  check_stream_options(call.what[1], next, others, faults);
  if (!faults.empty()) return answer(call.by, failed(faults.reason().reason()));
  for (const term& one : others) {
    if (below() == nullptr) return answer(call.by, failed(refused(one, "einval"_atom)));
    if (const auto done = set_kernel_option(*below(), one); !done)
      return answer(call.by, failed(done.error().reason()));
  }
  const auto passive = incoming_.change(next, names_active(call.what[1]));
  if (!passive) return answer(call.by, failed(refused(call.what[1], passive.error().reason())));
  if (*passive) to_owner(tuple("ssl_passive"_atom, handle_));
  answer(call.by, "ok"_atom);
  if (phase_ == phase::over) settle();
}

term connection::get_options(const term& names) const {
  if (!names.is_list()) return failed(tuple("options"_atom, tuple("socket_options"_atom, names)));
  std::vector<term> made;
  for (const term& name : names.as_list()) {
    auto value = stream_value(incoming_.settings(), name);
    if (!value) {
      auto found = kernel_value(below(), name);
      if (!found) return failed(found.error().reason());
      value = *std::move(found);
    }
    made.push_back(tuple(name, *std::move(value)));
  }
  return tuple("ok"_atom, list_of(std::move(made)));
}

} // namespace agner::ssl::internal
