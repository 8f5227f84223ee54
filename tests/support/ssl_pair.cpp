// SPDX-License-Identifier: Apache-2.0

#include "ssl_pair.hpp"

#include <utility>

namespace agner::test {

ssl::options server_options(ssl::options more) {
  if (!more.certfile) {
    more.certfile = shared_ca().server().certfile;
    more.keyfile = shared_ca().server().keyfile;
  }
  if (more.verify == ssl::verify_peer && !more.cacertfile) more.cacertfile = shared_ca().cacertfile();
  return more;
}

ssl::options client_options(ssl::options more) {
  if (!more.cacertfile && more.verify != ssl::verify_none) more.cacertfile = shared_ca().cacertfile();
  return more;
}

ssl::options with_client_certificate(ssl::options more) {
  more.certfile = shared_ca().client().certfile;
  more.keyfile = shared_ca().client().keyfile;
  return more;
}

ssl::options demanding(ssl::options more) {
  more.verify = ssl::verify_peer;
  more.fail_if_no_peer_cert = true;
  return more;
}

namespace {

ssl::options passive_binaries(ssl::options of) {
  if (!of.active) of.active = false;
  if (!of.mode) of.mode = inet::mode::binary;
  return of;
}

task<> serve(pid owner, std::unique_ptr<transport>& over, ssl::options with) {
  const auto made = must(co_await ssl::handshake(std::move(over), std::move(with)));
  must(co_await ssl::controlling_process(made, owner));
  send(owner, tuple("$server"_atom, to_term(made)));
}

} // namespace

task<ssl_pair> connected(ssl_pair_options how) {
  memory_pipe pipe{how.pipe};
  spawn(serve, self(), std::move(pipe.right), passive_binaries(server_options(std::move(how.server))));
  ssl_pair made;
  made.client =
      must(co_await ssl::connect(std::move(pipe.left), passive_binaries(client_options(std::move(how.client)))));
  made.server = co_await receive(on(match("$server"_atom, any<ssl::socket>), [](ssl::socket of) { return of; }));
  co_return made;
}

term alert_in(const term& reason) { return reason.is_tagged("tls_alert"_atom, 2) ? reason[1][0] : reason; }

std::string text_of(const term& data) { return from_term<std::string>(data).value_or("no text"); }

} // namespace agner::test
