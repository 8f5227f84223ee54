// SPDX-License-Identifier: Apache-2.0

#include "tls_contexts.hpp"

#include <stdexcept>

#include <agner/tls/format_error.hpp>

namespace agner::test {

using namespace ssl::internal;

namespace {

context_settings checked(const ssl::options& given, role side) {
  option_faults faults;
  auto made = check_options(given, side, faults);
  if (!faults.empty()) throw std::runtime_error(ssl::format_error(faults.reason()));
  return std::move(made.context);
}

} // namespace

context_settings server_settings(ssl::options given) {
  if (!given.certfile) {
    given.certfile = shared_ca().server().certfile;
    given.keyfile = shared_ca().server().keyfile;
  }
  if (given.verify == ssl::verify_peer && !given.cacertfile) given.cacertfile = shared_ca().cacertfile();
  return checked(given, role::server);
}

context_settings client_settings(ssl::options given) {
  if (!given.cacertfile) given.cacertfile = shared_ca().cacertfile();
  return checked(given, role::client);
}

std::shared_ptr<const context> make_context(const context_settings& of) {
  option_faults faults;
  auto made = context::make(of, faults);
  if (!made) throw std::runtime_error(ssl::format_error(faults.reason()));
  return made;
}

std::shared_ptr<const context> server_context(ssl::options given) {
  return make_context(server_settings(std::move(given)));
}
std::shared_ptr<const context> client_context(ssl::options given) {
  return make_context(client_settings(std::move(given)));
}

} // namespace agner::test
