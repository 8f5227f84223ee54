// SPDX-License-Identifier: Apache-2.0
// node_options::from_args: what erl's flags say, as a node takes it.

#include <span>
#include <utility>

#include "../actors/application.hpp"
#include "../runtime/error.hpp"
#include "../runtime/log.hpp"
#include "../runtime/node.hpp"
#include "../runtime/struct_mapping.hpp"
#include "../runtime/term_builders.hpp"
#include "distribution.hpp"
#include "epmd_directory.hpp"
#include "node_arguments.hpp"
#include "tcp_carrier.hpp"
#include "tls_carrier.hpp"

namespace agner {

namespace {

[[noreturn]] void refuse(const std::vector<flag_fault>& faults) {
  const flag_fault& first = faults.front();
  for (const flag_fault& other : std::span{faults}.subspan(1))
    log::error("~ts", binary(print(other)));
  raise_error(tuple("bad_flag"_atom, binary(first.flag), binary(first.why + "; " + first.right)));
}

std::shared_ptr<dist::carrier> carrier_of(const node_arguments& said) {
  if (said.protocol == dist_protocol::inet_tcp) return dist::tcp_carrier();
  return dist::tls_carrier({said.ssl.server.value_or(term{}), said.ssl.client.value_or(term{}), said.ssl_dist_optfile});
}

/// Flags and parameters, where programs and layers find them.
class environment_service final : public node_service {
public:
  explicit environment_service(const node_arguments& said)
      : kernel_(said.kernel_values), ssl_(said.ssl_values), flags_(said.flags) {}

  void start(node& on) override {
    for (const auto& [key, value] : kernel_)
      application::set_env(on, "kernel"_atom, key, value);
    for (const auto& [key, value] : ssl_)
      application::set_env(on, "ssl"_atom, key, value);
    std::vector<init::flag> flags;
    for (const erl_flag& each : flags_)
      flags.emplace_back(each.name, each.values);
    init::set_arguments(on, std::move(flags));
  }
  void stop(node& /*on*/) noexcept override {}

private:
  std::vector<std::pair<atom, term>> kernel_;
  std::vector<std::pair<atom, term>> ssl_;
  std::vector<erl_flag> flags_;
};

std::shared_ptr<node_service> distribution_of(const node_arguments& said) {
  dist::distribution_options options{.secret = dist::cookie{said.cookie}};
  for (const auto& [peer, secret] : said.other_cookies)
    options.other_secrets.emplace_back(peer, dist::cookie{secret});
  options.over = carrier_of(said);
  if (said.listen_address) options.listen_ip = from_term<ip_address>(*said.listen_address).value_or(ip_address::any());
  options.names = dist::epmd_directory({said.starts_epmd, said.epmd_port, options.listen_ip});
  options.listens = said.listens;
  options.connects = said.connects;
  options.port_min = said.listen_port_min;
  options.port_max = said.listen_port_max;
  options.tick_time = said.net_ticktime;
  options.tick_intensity = said.net_tickintensity;
  options.setup_time = said.net_setuptime;
  return dist::distribution(std::move(options));
}

} // namespace

node_options node_options::from_args(int argc, const char* const* argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i)
    words.emplace_back(argv[i]);
  auto arguments = read_node_arguments(std::move(words), node_surroundings::here());
  if (!arguments) refuse(arguments.error());

  if (arguments->log_level) log::set_level(*arguments->log_level);
  for (const std::string& remark : arguments->remarks)
    log::notice("~ts", binary(remark));
  node_options options;
  options.services.push_back(std::make_shared<environment_service>(*arguments));
  if (arguments->name) {
    options.name = *arguments->name;
    options.services.push_back(distribution_of(*arguments));
  }
  return options;
}

} // namespace agner
