// SPDX-License-Identifier: Apache-2.0

#include "tls_carrier.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../runtime/term_builders.hpp"
#include "../runtime/term_views.hpp"
#include "../tls/checked_options.hpp"
#include "../tls/stream.hpp"
#include "handshake_decision.hpp"

namespace agner::dist {

namespace {

bool says(const term& options, atom name) {
  for (const term& o : options.as_list())
    if (o.is_tuple() && o.size() == 2 && o[0].is(name)) return true;
  return false;
}

// The options with those that they do not say.
ssl::option_list with_defaults(const term& options, std::initializer_list<std::pair<atom, term>> defaults) {
  std::vector<term> added;
  for (const auto& [name, value] : defaults)
    if (!says(options, name)) added.push_back(tuple(name, value));
  return ssl::option_list{list_of(std::move(added), options)};
}

[[noreturn]] void refuse(const std::string& file, atom side, const term& reason) {
  if (file.empty()) raise_error(tuple("ssl_dist_opt"_atom, side, reason));
  raise_error(tuple("ssl_dist_optfile"_atom, binary(file), side, reason));
}

/// Packets, modes and the like: distribution has its own. @source the ssl user's guide, "Specifying SSL Options"
void refuse_socket_options(const term& options, const std::string& file, atom side) {
  for (const term& o : options.as_list()) {
    bool raw = o.is("binary"_atom) || o.is("list"_atom);
    for (const atom name : {"mode"_atom.value(), "packet"_atom.value(), "packet_size"_atom.value(),
                            "active"_atom.value(), "header"_atom.value(), "exit_on_close"_atom.value()})
      raw = raw || o.is_tagged(name, 2);
    if (!raw) continue;
    const term name = o.is_tuple() ? o[0] : term{"mode"_atom};
    const term value = o.is_tuple() ? o[1] : o;
    refuse(
        file, side,
        tuple("options"_atom,
              tuple(name, value, tuple("expected"_atom, binary("no option of sockets: distribution sets its own")))));
  }
}

template <class Options>
ssl::checked_options must_be_usable(Options checked, const std::string& file, atom side) {
  if (!checked) refuse(file, side, checked.error().reason());
  return std::move(*checked);
}

// `a@host`, also written `erl:a@host` or `erl://a@host`; nothing for URIs that name no node.
std::optional<std::string_view> node_of(std::string_view uri) {
  for (const std::string_view scheme : {std::string_view{"erl://"}, std::string_view{"erl:"}})
    if (uri.starts_with(scheme)) {
      uri.remove_prefix(scheme.size());
      break;
    }
  if (!handshake::split(uri) || uri.find(':') != std::string_view::npos) return std::nullopt;
  return uri;
}

class tls final : public carrier {
public:
  explicit tls(tls_carrier_options options) : options_(std::move(options)) {}

  void start(node& on) override {
    refuse_socket_options(options_.server, options_.file, "server"_atom);
    refuse_socket_options(options_.client, options_.file, "client"_atom);
    server_ = must_be_usable(
        ssl::checked_options::for_server(on, with_defaults(options_.server, {{"verify"_atom, "verify_peer"_atom},
                                                                             {"fail_if_no_peer_cert"_atom, true},
                                                                             {"client_renegotiation"_atom, true}})),
        options_.file, "server"_atom);
    client_ = must_be_usable(
        ssl::checked_options::for_client(on, with_defaults(options_.client, {{"verify"_atom, "verify_peer"_atom}})),
        options_.file, "client"_atom);
    certificates_demanded_ = !says_verify_none(options_.server);
  }

  [[nodiscard]] std::string_view name() const noexcept override { return "inet_tls"; }
  [[nodiscard]] handshake_header header() const noexcept override { return handshake_header::four_bytes; }

  task<result<std::unique_ptr<transport>>> secure_client(std::unique_ptr<transport> stream, atom peer,
                                                         clock::time_point deadline) override {
    const auto parts = handshake::split(peer.name());
    auto secured = co_await ssl::secure_client(std::move(stream), *client_, std::string{parts->host}, deadline);
    if (!secured) co_return std::unexpected(secured.error());
    co_return std::move(*secured);
  }
  task<result<std::unique_ptr<transport>>> secure_server(std::unique_ptr<transport> stream,
                                                         clock::time_point deadline) override {
    auto secured = co_await ssl::secure_server(std::move(stream), *server_, deadline);
    if (!secured) co_return std::unexpected(secured.error());
    co_return std::move(*secured);
  }

  [[nodiscard]] result<> may_speak_for(const transport& secured, atom claimed) const override {
    const auto names = static_cast<const ssl::stream&>(secured).peer_names();
    if (!names) {
      if (!certificates_demanded_) return {}; // the options say {verify, verify_none}
      return refuse(claimed, "shows no certificate");
    }
    bool names_nodes = false;
    for (const std::string& uri : names->uris) {
      const auto node = node_of(uri);
      if (node == claimed.name()) return {};
      names_nodes |= node.has_value();
    }
    const auto parts = handshake::split(claimed.name());
    if (!names_nodes && parts && names->name_host(parts->host)) return {};
    return refuse(claimed, "shows the certificate of " + names->subject +
                               (names_nodes ? ", which is for another node" : ", which is for another host"));
  }

  [[nodiscard]] term in_full(const transport& secured, const term& reason) const override {
    const term why = static_cast<const ssl::stream&>(secured).failure();
    return why.is_tagged("tls_alert"_atom, 2) && why[1][0] == reason ? why : reason;
  }

private:
  static bool says_verify_none(const term& options) {
    for (const term& o : options.as_list())
      if (o.is_tuple() && o.size() == 2 && o[0].is("verify"_atom)) return o[1].is("verify_none"_atom);
    return false;
  }
  static result<> refuse(atom claimed, const std::string& why) {
    return fail(
        tuple("bad_certificate"_atom, binary("a peer that calls itself " + std::string{claimed.name()} + " " + why)));
  }

  tls_carrier_options options_;
  std::optional<ssl::checked_options> server_;
  std::optional<ssl::checked_options> client_;
  bool certificates_demanded_ = true;
};

} // namespace

std::shared_ptr<carrier> tls_carrier(tls_carrier_options options) { return std::make_shared<tls>(std::move(options)); }

} // namespace agner::dist
