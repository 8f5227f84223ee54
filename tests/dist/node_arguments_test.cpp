// SPDX-License-Identifier: Apache-2.0

#include <agner/actors/application.hpp>
#include <agner/dist/node_arguments.hpp>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace agner {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;
using words = std::vector<std::string>;

struct world {
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> files;
  std::expected<std::string, std::string> cookie{"FILE"};
  mutable int cookies_read = 0;

  [[nodiscard]] auto read(words line) const {
    const auto look_up = [](const auto& in, const std::string& key) -> std::optional<std::string> {
      const auto found = in.find(key);
      return found == in.end() ? std::nullopt : std::optional{found->second};
    };
    return read_node_arguments(
        std::move(line),
        {.command = {.variable = [&](const char* name) { return look_up(variables, name); },
                     .read_file = [&](const std::string& path) -> std::expected<std::string, std::string> {
                       if (auto text = look_up(files, path)) return *text;
                       return std::unexpected{"No such file or directory"};
                     }},
         .host = [] { return host_names{.host = "box", .domain = "example.org"}; },
         .cookie_file = [this] { return ++cookies_read, cookie; }});
  }
};

node_arguments read(words line) { return world{}.read(std::move(line)).value(); }
std::vector<flag_fault> faults(words line) {
  const auto got = world{}.read(std::move(line));
  return got ? std::vector<flag_fault>{} : got.error();
}
/// The one fault there is.
flag_fault fault(words line) {
  auto all = faults(std::move(line));
  return all.size() == 1 ? all.front() : flag_fault{std::to_string(all.size()) + " faults", "", ""};
}

// -- who ------------------------------------------------------------------------------------------------------------------------------------

TEST(NodeArguments, LeaveANodeWithoutNameAlone) {
  const world with;
  const auto got = with.read({});

  EXPECT_EQ(got.value().name, std::nullopt);
  EXPECT_EQ(got.value().cookie, "");
  EXPECT_EQ(with.cookies_read, 0);
}

TEST(NodeArguments, MakeShortAndLongNames) {
  EXPECT_EQ(read({"-sname", "a"}).name, "a@box");
  EXPECT_EQ(read({"-name", "a"}).name, "a@box.example.org");
  EXPECT_EQ(read({"-name", "a@127.0.0.1"}).name, "a@127.0.0.1");
  EXPECT_EQ(read({"-name", "a@127.0.0.1"}).domain, name_domain::longnames);
}

TEST(NodeArguments, TakeTheFirstOfSeveralNamesAndShortBeforeLong) {
  const auto got = read({"-name", "l@h.d", "-sname", "a", "-sname", "b"});

  EXPECT_EQ(got.name, "a@box");
  EXPECT_EQ(got.remarks.size(), 2U);
}

TEST(NodeArguments, RefuseNamesThatAreNone) {
  EXPECT_EQ(fault({"-sname", "a@b.c"}).flag, "-sname a@b.c");
  EXPECT_THAT(fault({"-sname"}).why, HasSubstr("takes one name, not 0"));
  EXPECT_THAT(fault({"-sname", "a", "b"}).why, HasSubstr("takes one name, not 2"));
  EXPECT_THAT(fault({"-name", "undefined"}).why, HasSubstr("first peer"));
}

TEST(NodeArguments, TakeTheCookieOfTheFileUnlessOneIsSaid) {
  const world with;

  EXPECT_EQ(with.read({"-sname", "a"}).value().cookie, "FILE");
  EXPECT_EQ(with.cookies_read, 1);
  EXPECT_EQ(with.read({"-sname", "a", "-setcookie", "c"}).value().cookie, "c");
  EXPECT_EQ(with.cookies_read, 1);
}

TEST(NodeArguments, KeepCookiesOfOtherNodes) {
  const auto got = read({"-sname", "a", "-setcookie", "b@h", "x", "-setcookie", "c", "-setcookie", "c"});

  EXPECT_EQ(got.cookie, "c");
  EXPECT_THAT(got.other_cookies, ElementsAre(Pair("b@h", "x")));
}

TEST(NodeArguments, NeverShowACookieInAFault) {
  const auto got = fault({"-setcookie", "secret1", "-setcookie", "secret2"});

  EXPECT_THAT(print(got), testing::Not(HasSubstr("secret")));
}

TEST(NodeArguments, RefuseWhatIsNoCookie) {
  EXPECT_EQ(fault({"-setcookie"}).flag, "-setcookie");
  EXPECT_EQ(fault({"-setcookie", ""}).flag, "-setcookie");
  EXPECT_EQ(fault({"-setcookie", "a", "b", "c"}).flag, "-setcookie");
  EXPECT_EQ(fault({"-setcookie", std::string(256, 'c')}).flag, "-setcookie");
}

TEST(NodeArguments, TellWhyTheCookieFileIsRefused) {
  world with;
  with.cookie = std::unexpected{"Cookie file /h/.erlang.cookie must be accessible by owner only"};

  EXPECT_THAT(with.read({"-sname", "a"}).error().front().why, HasSubstr("must be accessible by owner only"));
}

TEST(NodeArguments, HideANode) {
  EXPECT_FALSE(read({}).hidden);
  EXPECT_TRUE(read({"-hidden"}).hidden);
  EXPECT_TRUE(read({"-hidden", "true"}).hidden);
  EXPECT_FALSE(read({"-hidden", "false"}).hidden);
  EXPECT_EQ(fault({"-hidden", "please"}).flag, "-hidden");
}

// -- how ------------------------------------------------------------------------------------------------------------------------------------

TEST(NodeArguments, ChooseTheProtocol) {
  EXPECT_EQ(read({}).protocol, dist_protocol::inet_tcp);
  EXPECT_EQ(read({"-proto_dist", "inet_tls"}).protocol, dist_protocol::inet_tls);
  EXPECT_EQ(fault({"-proto_dist", "inet6_tcp"}).right, "it is inet_tcp or inet_tls");
  EXPECT_THAT(fault({"-proto_dist", "inet_tcp", "inet_tls"}).why, HasSubstr("takes one value, not 2"));
  EXPECT_THAT(fault({"-proto_dist", "inet_tcp", "-proto_dist", "inet_tls"}).why, HasSubstr("says both"));
}

TEST(NodeArguments, AddUpSslPairs) {
  const auto got = read(
      {"-ssl_dist_opt", "server_certfile", "s", "client_depth", "2", "-ssl_dist_opt", "client_verify", "verify_peer"});

  EXPECT_EQ(got.ssl.server, parse_term("[{certfile,\"s\"}]").value());
  EXPECT_EQ(got.ssl.client, parse_term("[{depth,2},{verify,verify_peer}]").value());
}

TEST(NodeArguments, TakeTheOptionFileBeforePairsForTheEndsItNames) {
  world with;
  with.files["f"] = "[{server,[{certfile,\"f\"}]}].";

  const auto got =
      with.read({"-ssl_dist_opt", "server_certfile", "s", "client_certfile", "c", "-ssl_dist_optfile", "f"}).value();

  EXPECT_EQ(got.ssl.server, parse_term("[{certfile,\"f\"}]").value());
  EXPECT_EQ(got.ssl.client, parse_term("[{certfile,\"c\"}]").value());
}

TEST(NodeArguments, SayWhatIsWrongWithAnOptionFile) {
  world with;
  with.files["f"] = "[{server,\n[}].";

  EXPECT_THAT(with.read({"-ssl_dist_optfile", "f"}).error().front().why, testing::StartsWith("f:2:"));
  EXPECT_EQ(fault({"-ssl_dist_optfile", "none"}).why, "No such file or directory");
}

TEST(NodeArguments, ReadSwitches) {
  const auto got = read({"-connect_all", "false", "-dist_listen", "false", "-start_epmd", "false"});

  EXPECT_FALSE(got.connects_all);
  EXPECT_FALSE(got.listens);
  EXPECT_FALSE(got.starts_epmd);
  EXPECT_EQ(fault({"-start_epmd", "no"}).right, "it is true or false");
}

TEST(NodeArguments, FindEpmd) {
  world with;
  with.variables["ERL_EPMD_PORT"] = "4711";

  EXPECT_EQ(read({}).epmd_port, 4369);
  EXPECT_EQ(with.read({}).value().epmd_port, 4711);
  EXPECT_EQ(with.read({"-epmd_port", "4712"}).value().epmd_port, 4712);
  EXPECT_EQ(fault({"-epmd_port", "0"}).flag, "-epmd_port");
  with.variables["ERL_EPMD_PORT"] = "x";
  EXPECT_EQ(with.read({}).error().front().flag, "ERL_EPMD_PORT");
}

TEST(NodeArguments, ListenWhereTheyAreTold) {
  using ports = std::pair<std::uint16_t, std::uint16_t>;
  const auto range = read({"-kernel", "inet_dist_listen_min", "9100", "inet_dist_listen_max", "9105"});
  const auto one = read({"-kernel", "inet_dist_listen_min", "9100"});
  const auto fixed = read({"-erl_epmd_port", "9200", "-kernel", "inet_dist_listen_min", "9100"});
  const auto upper = read({"-kernel", "inet_dist_listen_max", "9105"});

  EXPECT_EQ(ports(range.listen_port_min, range.listen_port_max), ports(9100, 9105));
  EXPECT_EQ(ports(one.listen_port_min, one.listen_port_max), ports(9100, 9100));
  EXPECT_EQ(ports(fixed.listen_port_min, fixed.listen_port_max), ports(9200, 9200));
  EXPECT_EQ(ports(upper.listen_port_min, upper.listen_port_max), ports(0, 0));
  EXPECT_EQ(read({"-kernel", "inet_dist_use_interface", "{127,0,0,1}"}).listen_address, tuple(127, 0, 0, 1));
}

// -- applications -----------------------------------------------------------------------------------------------------------------------------

TEST(NodeArguments, ObeyKernelParameters) {
  const auto got = read({"-kernel", "net_ticktime", "8", "net_tickintensity", "10", "-kernel", "net_setuptime", "1.5",
                         "dist_auto_connect", "never", "connect_all", "false", "logger_level", "debug"});

  EXPECT_EQ(got.net_ticktime, 8s);
  EXPECT_EQ(got.net_tickintensity, 10);
  EXPECT_EQ(got.net_setuptime, 1500ms);
  EXPECT_EQ(got.connects, auto_connect::never);
  EXPECT_FALSE(got.connects_all);
  EXPECT_EQ(got.log_level, log::level::debug);
  EXPECT_EQ(got.kernel_values.size(), 6U);
}

TEST(NodeArguments, TakeTheLastOfAParameterThatIsThereTwice) {
  EXPECT_EQ(read({"-kernel", "net_ticktime", "8", "-kernel", "net_ticktime", "9"}).net_ticktime, 9s);
}

TEST(NodeArguments, ExplainParametersThatDoNothing) {
  const auto got = read({"-kernel", "prevent_overlapping_partitions", "false", "-ssl", "session_lifetime", "60"});

  EXPECT_THAT(got.remarks, ElementsAre(HasSubstr("prevent_overlapping_partitions"), HasSubstr("session_lifetime")));
  EXPECT_THAT(got.ssl_values, ElementsAre(Pair("session_lifetime"_atom.value(), term{60})));
}

TEST(NodeArguments, ObeyTheVersionsOfSslWithoutARemark) {
  const auto got = read({"-ssl", "protocol_version", "['tlsv1.2']"});

  EXPECT_TRUE(got.remarks.empty());
  EXPECT_EQ(got.flags, (std::vector<erl_flag>{{"ssl", {"protocol_version", "['tlsv1.2']"}}}));
}

TEST(NodeArguments, AreTheEnvironmentOfTheNodeAndItsArguments) {
  const char* const words[] = {"program", "-ssl", "protocol_version", "'tlsv1.2'", "-kernel", "net_ticktime", "8"};
  node here{node_options::from_args(std::size(words), words)};

  EXPECT_EQ(application::get_env(here, "ssl"_atom, "protocol_version"_atom), term{"tlsv1.2"_atom});
  EXPECT_EQ(application::get_env(here, "ssl"_atom, "session_lifetime"_atom), std::nullopt);
  EXPECT_EQ(application::get_all_env(here, "kernel"_atom), list({tuple("net_ticktime"_atom, 8)}));
  EXPECT_EQ(init::get_arguments(here), list({tuple("ssl"_atom, list({string("protocol_version"), string("'tlsv1.2'")})),
                                             tuple("kernel"_atom, list({string("net_ticktime"), string("8")}))}));
  EXPECT_EQ(init::get_argument(here, "kernel"_atom), list({list({string("net_ticktime"), string("8")})}));
  EXPECT_EQ(init::get_argument(here, "sname"_atom), std::nullopt);
}

TEST(NodeArguments, RefuseParametersThatAreWrong) {
  EXPECT_EQ(fault({"-kernel", "net_tiktime", "8"}).right, "did you mean net_ticktime?");
  EXPECT_EQ(fault({"-kernel", "wholly_unknown", "8"}).why, "is no parameter of kernel");
  EXPECT_EQ(fault({"-ssl", "sesion_lifetime", "8"}).right, "did you mean session_lifetime?");
  EXPECT_EQ(fault({"-kernel", "net_ticktime"}).why, "has no value");
  EXPECT_THAT(fault({"-kernel", "net_ticktime", "{"}).why, HasSubstr("is no Erlang term"));
  for (const words& wrong : std::vector<words>{{"net_ticktime", "0"},
                                               {"net_ticktime", "soon"},
                                               {"net_tickintensity", "3"},
                                               {"net_setuptime", "120"},
                                               {"net_setuptime", "0"},
                                               {"connect_all", "1"},
                                               {"dist_auto_connect", "always"},
                                               {"inet_dist_listen_min", "70000"},
                                               {"inet_dist_use_interface", "{127,0,0,256}"},
                                               {"inet_dist_use_interface", "{1,2,3}"},
                                               {"logger_level", "loud"}})
    EXPECT_EQ(fault({"-kernel", wrong[0], wrong[1]}).flag, "-kernel " + wrong[0]) << wrong[1];
}

TEST(NodeArguments, RefuseAnEmptyRangeOfPorts) {
  EXPECT_EQ(fault({"-kernel", "inet_dist_listen_min", "5", "inet_dist_listen_max", "4"}).why,
            "is below inet_dist_listen_min");
}

// -- the rest -----------------------------------------------------------------------------------------------------------------------------------

TEST(NodeArguments, AcceptAndExplainWhatIsForErlangAlone) {
  const auto got = read({"-boot", "start_clean", "-pa", "a", "b", "-noinput", "-noinput"});

  EXPECT_THAT(got.remarks, UnorderedElementsAre(HasSubstr("-boot"), HasSubstr("-pa"), HasSubstr("-noinput")));
}

TEST(NodeArguments, RefuseFlagsThatNobodyKnows) {
  EXPECT_EQ(fault({"-snam", "a"}).right, "did you mean -sname?");
  EXPECT_EQ(fault({"-eval", "ok."}).right, "docs/node-flags.md lists those there are");
  EXPECT_THAT(fault({"-hidden", "true", "+S"}).why, HasSubstr("emulator"));
  EXPECT_THAT(fault({"+S", "2"}).why, HasSubstr("emulator"));
}

TEST(NodeArguments, KeepWordsThatBelongToNoFlag) {
  EXPECT_THAT(read({"x", "-hidden", "--", "y"}).plain, ElementsAre("x", "y"));
}

TEST(NodeArguments, TellAllFaultsAtOnce) {
  EXPECT_EQ(
      faults({"-sname", "a b", "-foo", "-proto_dist", "x", "-kernel", "net_ticktime", "no", "-ssl_dist_opt", "x", "y"})
          .size(),
      5U);
}

TEST(NodeArguments, ReadFlagsFromFilesAndVariables) {
  world with;
  with.files["f"] = "-setcookie 'c d' # ours\n";
  with.variables["ERL_FLAGS"] = "-hidden";

  const auto got = with.read({"-sname", "a", "-args_file", "f"}).value();

  EXPECT_EQ(got.cookie, "c d");
  EXPECT_TRUE(got.hidden);
}

} // namespace
} // namespace agner
