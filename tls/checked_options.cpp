// SPDX-License-Identifier: Apache-2.0

#include "checked_options.hpp"

#include <algorithm>
#include <vector>

#include "../actors/application.hpp"
#include "../runtime/term_builders.hpp"
#include "../runtime/term_views.hpp"
#include "internal/option_set.hpp"
#include "internal/options_check.hpp"
#include "internal/peer_decision.hpp"

namespace agner::ssl {

namespace internal {
namespace {

/// The contexts of a node, kept as long as it is.
struct node_contexts {
  explicit node_contexts(node&) noexcept {}
  context_cache cache;
};

bool is_stream_option(const term& entry) {
  if (entry.is("binary"_atom) || entry.is("list"_atom)) return true;
  for (const atom name :
       {"mode"_atom.value(), "packet"_atom.value(), "packet_size"_atom.value(), "active"_atom.value()})
    if (entry.is_tagged(name, 2)) return true;
  return false;
}

/// @p more before @p base, as the first of an option counts; but those of the stream behind, as there the last does.
term merged(const term& more, const term& base) {
  std::vector<term> made;
  for (const term& entry : more.as_list())
    if (!is_stream_option(entry)) made.push_back(entry);
  for (const term& entry : base.as_list())
    made.push_back(entry);
  for (const term& entry : more.as_list())
    if (is_stream_option(entry)) made.push_back(entry);
  return list_of(std::move(made));
}

/// A host's options are final: no name is looked up twice.
term without_hosts(const term& of) {
  std::vector<term> made;
  for (const term& entry : of.as_list())
    if (!entry.is_tagged("sni_hosts"_atom, 2) && !entry.is_tagged("sni_fun"_atom, 2)) made.push_back(entry);
  return list_of(std::move(made));
}

bool same_name(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(left, right, {}, lower, lower);
}

result<std::shared_ptr<const option_set>> make_set(context_cache& contexts, const term& given, role side) {
  option_faults faults;
  auto made = std::make_shared<option_set>(check_options(given, side, faults), given, &contexts);
  made->settings.context.hello_awaited =
      made->awaits_name() || !made->settings.server_names.hosts.empty() || made->settings.pauses_at_hello;
  contexts.find_or_make(made->settings.context, faults);
  for (const auto& host : made->settings.server_names.hosts) {
    auto options = make_set(contexts, merged(host.options, without_hosts(given)), side);
    if (options)
      made->hosts.push_back({host.name, *std::move(options)});
    else
      faults.add("sni_hosts"_atom, string(host.name), options.error().reason());
  }
  if (!faults.empty()) return std::unexpected{faults.reason()};
  return made;
}

} // namespace

namespace {

/// The parameter protocol_version of the application counts where no versions were given; one that names none is none.
/// @source OTP 25 lib/ssl, tls_record: supported_protocol_versions
term with_environment(node& on, const term& given) {
  auto said = application::get_env(on, "ssl"_atom, "protocol_version"_atom);
  const bool proper = given.is_nil() || (given.is_cons() && given.as_list().is_proper());
  if (!said || said->is_nil() || !proper) return given;
  for (const term& entry : given.as_list())
    if (entry.is_tagged("versions"_atom, 2)) return given;
  const term versions = said->is_atom() ? list({*said}) : *std::move(said);
  return list_of(std::vector{tuple("versions"_atom, versions)}, given);
}

} // namespace

result<std::shared_ptr<const option_set>> option_set::make(node& on, const term& given, role side) {
  return make_set(on.service<node_contexts>().cache, with_environment(on, given), side);
}

result<std::shared_ptr<const option_set>> option_set::with(const term& more) const {
  const bool proper = more.is_nil() || (more.is_cons() && more.as_list().is_proper());
  return make_set(*contexts, proper ? merged(more, given) : more, settings.context.side);
}

result<std::shared_ptr<const option_set>> option_set::chosen(const term& more) const {
  const bool proper = more.is_nil() || (more.is_cons() && more.as_list().is_proper());
  return make_set(*contexts, proper ? merged(more, without_hosts(given)) : more, settings.context.side);
}

verifier option_set::decides() const { return verifier_for(settings.verification); }

std::shared_ptr<const option_set> option_set::for_host(std::string_view name) const {
  const auto found = std::ranges::find_if(hosts, [name](const host& of) { return same_name(of.name, name); });
  return found == hosts.end() ? nullptr : found->options;
}

result<std::shared_ptr<const context>> option_set::context_for(const handshake_hooks& hooks) const {
  option_faults faults;
  auto wanted = settings.context;
  wanted.decision_awaited = hooks.decision_awaited;
  wanted.validated_later = hooks.validated_later;
  auto made = contexts->find_or_make(wanted, faults);
  if (!made) return std::unexpected{faults.reason()};
  return made;
}

} // namespace internal

namespace {

result<checked_options> checked(node& on, const term& given, internal::role side) {
  auto made = internal::option_set::make(on, given, side);
  if (!made) return std::unexpected{made.error()};
  return checked_options{*std::move(made)};
}

result<checked_options> checked(node& on, const options& given, internal::role side) {
  return checked(on, list_of(internal::option_list(given)), side);
}

} // namespace

result<checked_options> checked_options::for_client(node& on, const options& given) {
  return checked(on, given, internal::role::client);
}
result<checked_options> checked_options::for_client(node& on, const option_list& given) {
  return checked(on, given.list, internal::role::client);
}
result<checked_options> checked_options::for_server(node& on, const options& given) {
  return checked(on, given, internal::role::server);
}
result<checked_options> checked_options::for_server(node& on, const option_list& given) {
  return checked(on, given.list, internal::role::server);
}

} // namespace agner::ssl
