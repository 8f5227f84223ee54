// SPDX-License-Identifier: Apache-2.0
// One function a flag. What -kernel and -ssl know: internal/application_values.cpp.

#include "node_arguments.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cookie_file.hpp"
#include "internal/application_values.hpp"
#include "internal/flag_values.hpp"

namespace agner {

namespace {

struct known_flag {
  std::string_view name;
  std::string_view remark = {}; // what is accepted for the sake of scripts written for `erl`, and why it does nothing
};
constexpr auto known = std::to_array<known_flag>({
    {.name = "sname"},
    {.name = "name"},
    {.name = "setcookie"},
    {.name = "hidden"},
    {.name = "proto_dist"},
    {.name = "ssl_dist_opt"},
    {.name = "ssl_dist_optfile"},
    {.name = "kernel"},
    {.name = "ssl"},
    {.name = "connect_all"},
    {.name = "dist_listen"},
    {.name = "start_epmd"},
    {.name = "erl_epmd_port"},
    {.name = "epmd_port"},
    {.name = "boot", .remark = "there is no boot script: an agner program is linked with what it runs"},
    {.name = "pa", .remark = "there is no code path: an agner program is linked with what it runs"},
    {.name = "pz", .remark = "there is no code path: an agner program is linked with what it runs"},
    {.name = "noinput", .remark = "agner never reads standard input by itself"},
    {.name = "noshell", .remark = "there is no shell"},
});

class flag_reader {
public:
  flag_reader(const erl_command_line& line, const node_surroundings& from) : line_(line), from_(from) {}

  std::expected<node_arguments, std::vector<flag_fault>> read() {
    result_.plain = line_.plain;
    result_.flags = line_.flags;
    refuse_unknown();
    read_name();
    read_cookies();
    read_protocol();
    read_ssl_options();
    read_switches();
    read_epmd();
    read_applications();
    if (faults_.empty()) complete_cookie();
    if (!faults_.empty()) return std::unexpected{std::move(faults_)};
    return std::move(result_);
  }

private:
  // -- faults -------------------------------------------------------------------------------------------------------------------------------

  void fault(std::string flag, std::string why, std::string right) {
    faults_.push_back({std::move(flag), std::move(why), std::move(right)});
  }

  void refuse_unknown() {
    for (const erl_flag& flag : line_.flags) {
      const auto* const found = std::ranges::find(known, flag.name, &known_flag::name);
      if (found == known.end())
        unknown(flag);
      else if (!found->remark.empty())
        remark("-" + flag.name, found->remark);
      for (const std::string& value : flag.values)
        refuse_switch(value);
    }
    for (const std::string& word : line_.plain)
      refuse_switch(word);
  }

  void unknown(const erl_flag& flag) {
    std::vector<std::string_view> names;
    for (const known_flag& each : known)
      names.push_back(each.name);
    const auto near = internal::nearest(flag.name, names);
    fault("-" + flag.name, "is no flag of agner",
          near ? "did you mean -" + std::string{*near} + "?" : "docs/node-flags.md lists those there are");
  }

  void refuse_switch(const std::string& word) {
    if (word.starts_with('+')) fault(word, "is a switch of Erlang's emulator, and there is none here", "take it out");
  }

  void remark(const std::string& flag, std::string_view why) {
    std::string text = flag + " is accepted and does nothing: " + std::string{why};
    if (std::ranges::find(result_.remarks, text) == result_.remarks.end()) result_.remarks.push_back(std::move(text));
  }

  // -- finding ------------------------------------------------------------------------------------------------------------------------------

  [[nodiscard]] std::vector<const erl_flag*> all(std::string_view name) const {
    std::vector<const erl_flag*> found;
    for (const erl_flag& flag : line_.flags)
      if (flag.name == name) found.push_back(&flag);
    return found;
  }

  /// The value of a flag that takes one. Said twice, it must say the same.
  std::optional<std::string> one_value(const std::string& name, const std::string& placeholder) {
    std::optional<std::string> value;
    for (const erl_flag* flag : all(name)) {
      if (flag->values.size() != 1)
        fault("-" + name, "takes one value, not " + std::to_string(flag->values.size()),
              "write -" + name + " " + placeholder);
      else if (value && *value != flag->values.front())
        fault("-" + name, "says both " + *value + " and " + flag->values.front(), "say it once");
      else
        value = flag->values.front();
    }
    return value;
  }

  void read_boolean(const std::string& name, bool& into) {
    const auto word = one_value(name, "true|false");
    if (!word) return;
    if (const auto value = internal::boolean_value(*word))
      into = *value;
    else
      fault("-" + name, "cannot be '" + *word + "'", "it is true or false");
  }

  std::optional<std::uint16_t> read_port(const std::string& name) {
    const auto word = one_value(name, "PORT");
    if (!word) return std::nullopt;
    constexpr int highest = 65535;
    if (const auto port = internal::number_value(*word, 1, highest)) return static_cast<std::uint16_t>(*port);
    fault("-" + name, "cannot be '" + *word + "'", "a port is a number from 1 to 65535");
    return std::nullopt;
  }

  // -- who ----------------------------------------------------------------------------------------------------------------------------------

  // As OTP: a short name counts before a long one, and the first of several.
  void read_name() {
    const bool is_short = !all("sname").empty();
    const std::string flag = is_short ? "sname" : "name";
    const auto given = all(flag);
    if (given.empty()) return;
    if (is_short && !all("name").empty()) remark("-name", "-sname is there too, and counts");
    if (given.size() > 1) remark("-" + flag, "it is there more than once, and the first counts");
    if (given.front()->values.size() != 1)
      return fault("-" + flag, "takes one name, not " + std::to_string(given.front()->values.size()),
                   "write -" + flag + " NAME");
    const std::string& text = given.front()->values.front();
    if (text == "undefined")
      return fault("-" + flag + " undefined", "asks for a name from the first peer, which agner cannot do yet",
                   "give a name");
    result_.domain = is_short ? name_domain::shortnames : name_domain::longnames;
    auto full = make_node_name(text, result_.domain, from_.host());
    if (!full)
      return fault("-" + flag + " " + text, full.error(),
                   is_short ? "write -sname NAME or -sname NAME@HOST" : "write -name NAME@HOST.DOMAIN");
    result_.name = std::move(*full);
  }

  void read_cookies() {
    for (const erl_flag* flag : all("setcookie")) {
      const auto& values = flag->values;
      if (values.empty() || values.size() > 2) {
        fault("-setcookie", "takes a cookie, or a node and its cookie", "write -setcookie COOKIE");
      } else if (!is_cookie(values.back())) {
        fault("-setcookie", "the cookie is empty or longer than 255 characters", "write -setcookie COOKIE");
      } else if (values.size() == 2) {
        result_.other_cookies.emplace_back(values.front(), values.back());
      } else if (!result_.cookie.empty() && result_.cookie != values.front()) {
        fault("-setcookie", "says two different cookies", "say it once"); // and never shows them
      } else {
        result_.cookie = values.front();
      }
    }
  }

  static bool is_cookie(const std::string& text) {
    return !text.empty() && text.size() <= atom::characters_max && internal::is_utf8(text);
  }

  void complete_cookie() {
    if (!result_.name || !result_.cookie.empty()) return;
    auto cookie = from_.cookie_file();
    if (cookie)
      result_.cookie = std::move(*cookie);
    else
      fault("-setcookie", "is not there, and " + cookie.error(), "mend the file, or write -setcookie COOKIE");
  }

  // -- how ----------------------------------------------------------------------------------------------------------------------------------

  void read_protocol() {
    const auto word = one_value("proto_dist", "inet_tcp|inet_tls");
    if (!word || *word == "inet_tcp") return;
    if (*word == "inet_tls")
      result_.protocol = dist_protocol::inet_tls;
    else
      fault("-proto_dist", "cannot be '" + *word + "'", "it is inet_tcp or inet_tls");
  }

  // As OTP: where the file says something for one end, pairs for that end do not count.
  void read_ssl_options() {
    std::vector<std::string> words;
    for (const erl_flag* flag : all("ssl_dist_opt"))
      words.insert(words.end(), flag->values.begin(), flag->values.end());
    if (!words.empty()) {
      if (auto pairs = parse_ssl_dist_opts(words))
        result_.ssl = std::move(*pairs);
      else
        faults_.insert(faults_.end(), pairs.error().begin(), pairs.error().end());
    }
    const auto path = one_value("ssl_dist_optfile", "FILE");
    if (!path) return;
    const auto text = from_.command.read_file(*path);
    if (!text) return fault("-ssl_dist_optfile " + *path, text.error(), "name a file that can be read");
    auto file = parse_ssl_dist_optfile(*path, *text);
    if (!file) return fault("-ssl_dist_optfile", file.error(), "mend the file");
    result_.ssl_dist_optfile = *path;
    if (file->server) result_.ssl.server = std::move(file->server);
    if (file->client) result_.ssl.client = std::move(file->client);
  }

  void read_switches() {
    if (const auto given = all("hidden"); !given.empty()) {
      const auto& values = given.front()->values;
      result_.hidden = values.empty() || values.front() == "true";
      if (!values.empty() && !internal::boolean_value(values.front()))
        fault("-hidden", "cannot be '" + values.front() + "'", "write -hidden alone");
    }
    read_boolean("connect_all", result_.connects_all);
    read_boolean("dist_listen", result_.listens);
    read_boolean("start_epmd", result_.starts_epmd);
  }

  void read_epmd() {
    if (const auto port = read_port("erl_epmd_port")) result_.listen_port_min = result_.listen_port_max = *port;
    if (const auto port = read_port("epmd_port")) {
      result_.epmd_port = *port;
    } else if (const auto word = from_.command.variable("ERL_EPMD_PORT")) {
      constexpr int highest = 65535;
      if (const auto value = internal::number_value(*word, 1, highest))
        result_.epmd_port = static_cast<std::uint16_t>(*value);
      else
        fault("ERL_EPMD_PORT", "cannot be '" + *word + "'", "a port is a number from 1 to 65535");
    }
  }

  void read_applications() {
    internal::application_values values{result_, faults_};
    for (const char* name : {"kernel", "ssl"})
      for (const erl_flag* flag : all(name))
        values.read(name, flag->values);
    values.finish();
  }

  const erl_command_line& line_;
  const node_surroundings& from_;
  node_arguments result_;
  std::vector<flag_fault> faults_;
};

} // namespace

node_surroundings node_surroundings::here() {
  return {.command = command_surroundings::here(), .host = host_names::here, .cookie_file = [] {
            return read_or_create_cookie(cookie_places::here());
          }};
}

std::expected<node_arguments, std::vector<flag_fault>> read_node_arguments(std::vector<std::string> words,
                                                                           const node_surroundings& from) {
  const auto line = read_command_line(std::move(words), from.command);
  if (!line) return std::unexpected{line.error()};
  return flag_reader{*line, from}.read();
}

} // namespace agner
