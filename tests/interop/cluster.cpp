// SPDX-License-Identifier: Apache-2.0

#include "cluster.hpp"

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
#include <agner/dist/net_kernel.hpp>
#include <agner/dist/tcp_carrier.hpp>
#include <agner/dist/tls_carrier.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "../support/private_epmd.hpp"
#include "../support/test_ca.hpp"
#include "programs/counter.hpp"
#include "programs/puppet.hpp"

namespace agner::test {

namespace {

/// A loaded machine needs more than the usual seven seconds for the first TLS connection of an erl, which loads its code then.
constexpr std::chrono::seconds setup_time{60};

/// What all nodes of the program share.
struct surroundings {
  private_epmd epmd;
  test_ca trusted;
  test_ca foreign;
  credentials of_trusted = trusted.issue(plan());
  credentials of_foreign = foreign.issue(plan());
  std::map<over, std::unique_ptr<erl_peer>> erls;
  std::map<std::pair<over, side>, std::unique_ptr<node>> nodes;

  static ssl::certificate_plan plan() {
    ssl::certificate_plan p = plan_for("127.0.0.1");
    p.dns_names = {"127.0.0.1"};
    p.addresses = {"127.0.0.1"};
    return p;
  }
};

std::unique_ptr<surroundings> made;

class shared_surroundings : public testing::Environment {
public:
  void SetUp() override { made = std::make_unique<surroundings>(); }
  void TearDown() override { made.reset(); }
};

const auto* const shared = testing::AddGlobalTestEnvironment(new shared_surroundings);

std::string tls_options(over carrier, const unlike& how) {
  const credentials& own = how.foreign ? made->of_foreign : made->of_trusted;
  const std::string version = carrier == over::tls_1_2 ? "'tlsv1.2'" : "'tlsv1.3'";
  const std::string both = how.ssl_options + "{certfile,\"" + own.certfile + "\"},{keyfile,\"" + own.keyfile +
                           "\"},{cacertfile,\"" + made->trusted.cacertfile() + "\"},{verify,verify_peer},{versions,[" +
                           version + "]}";
  return "[{server,[" + both + ",{fail_if_no_peer_cert,true}]},{client,[" + both + "]}].";
}

std::shared_ptr<dist::carrier> carrier_for(over carrier, const unlike& how) {
  if (carrier == over::tcp) return dist::tcp_carrier();
  const term both = must(parse_term(tls_options(carrier, how)));
  dist::tls_carrier_options options;
  for (const term& end : both.as_list())
    (end[0].is("server"_atom) ? options.server : options.client) = end[1];
  return dist::tls_carrier(options);
}

task<> echo() {
  for (;;)
    co_await receive(on(match(any<pid>, any<term>),
                        [](pid from, term what) -> task<> { co_await send(from, tuple(self(), std::move(what))); }),
                     [](const term&) {});
}

struct puppet_master {
  static pid handle_call(const term& /*new*/) { return spawn(interop::puppet); }
};

} // namespace

std::string text_of(over carrier) {
  switch (carrier) {
  case over::tcp: return "Tcp";
  case over::tls_1_2: return "Tls12";
  case over::tls_1_3: return "Tls13";
  }
  return "";
}

std::string text_of(side which) { return which == side::ours ? "Agner" : "Erlang"; }

std::string full_name(const std::string& name) { return name + "@127.0.0.1"; }

node_options ours(over carrier, const std::string& name, const unlike& how) {
  dist::distribution_options options{.secret = dist::cookie{how.cookie}};
  options.over = carrier_for(carrier, how);
  options.listen_ip = ip_address::loopback();
  options.tick_time = how.tick_time;
  options.setup_time = setup_time;
  node_options of;
  of.name = full_name(name);
  of.services.push_back(dist::distribution(std::move(options)));
  return of;
}

std::vector<std::string> theirs(over carrier, const std::string& name, const unlike& how) {
  std::vector<std::string> flags{"-name",    full_name(name), "-setcookie",
                                 how.cookie, "-pa",           AGNER_BEAMS,
                                 "-kernel",  "net_ticktime",  std::to_string(how.tick_time.count()),
                                 "-kernel",  "net_setuptime", std::to_string(setup_time.count())};
  if (carrier == over::tcp) return flags;
  const std::string file = made->trusted.folder().write(name + ".conf", tls_options(carrier, how));
  flags.insert(flags.end(), {"-proto_dist", "inet_tls", "-ssl_dist_optfile", file});
  return flags;
}

task<> register_peers() {
  register_("echo"_atom, spawn(echo));
  must(co_await gen_server::start<interop::counter>(gen_server::local("counter"_atom)));
  must(co_await gen_server::start<puppet_master>(gen_server::local("puppet_master"_atom)));
}

node_pair connected_pair(over carrier, side caller) {
  const std::string text = text_of(carrier);
  auto& erl = made->erls[carrier];
  if (!erl) {
    erl = std::make_unique<erl_peer>(theirs(carrier, "erl" + text));
    if (erl->eval("agner_peer:start()") != "ok") throw std::runtime_error("agner_peer did not start");
  }
  const atom erl_name{full_name("erl" + text)};
  auto& here = made->nodes[{carrier, caller}];
  if (!here) {
    here = std::make_unique<node>(ours(carrier, "ours" + text + text_of(caller) + "Calls"));
    here->run(register_peers);
    const bool up = caller == side::ours
                        ? here->run(net_kernel::connect_node, erl_name)
                        : erl->eval("net_kernel:connect_node('" + std::string{here->name().name()} + "')") == "true";
    if (!up) throw std::runtime_error("the nodes do not connect");
  }
  return {*erl, erl_name, *here, here->name()};
}

namespace {

std::vector<std::string> interop_node(const std::vector<std::string>& flags) {
  std::vector<std::string> all{AGNER_INTEROP_NODE};
  all.insert(all.end(), flags.begin(), flags.end());
  return all;
}

} // namespace

interop_process::interop_process(const std::vector<std::string>& flags) : runs_(interop_node(flags)) {
  const std::string said = runs_.read_until("ready ");
  if (!said.contains("ready ")) throw std::runtime_error("interop_node did not start: " + said);
}

void interop_process::kill() {
  runs_.kill(SIGKILL);
  runs_.wait();
}

void interop_process::pause() const { runs_.kill(SIGSTOP); }

} // namespace agner::test
