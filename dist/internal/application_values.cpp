// SPDX-License-Identifier: Apache-2.0

#include "application_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "../../runtime/term_text.hpp"

namespace agner::internal {

namespace {

using std::string_view;

// What a node obeys, and what it knows but has no use for. @source OTP 25 kernel(6), ssl(6)
constexpr auto kernel_obeyed = std::to_array<string_view>(
    {"connect_all", "dist_auto_connect", "inet_dist_listen_max", "inet_dist_listen_min", "inet_dist_use_interface",
     "logger_level", "net_setuptime", "net_tickintensity", "net_ticktime"});
constexpr auto kernel_known = std::to_array<string_view>({"dist_nodelay",
                                                          "distributed",
                                                          "error_logger",
                                                          "global_groups",
                                                          "inet_default_connect_options",
                                                          "inet_default_listen_options",
                                                          "inet_dist_connect_options",
                                                          "inet_dist_listen_options",
                                                          "inetrc",
                                                          "logger",
                                                          "logger_metadata",
                                                          "logger_sasl_compatible",
                                                          "net_ticker_spawn_options",
                                                          "permissions",
                                                          "prevent_overlapping_partitions",
                                                          "shell_history",
                                                          "shutdown_func",
                                                          "standard_io_encoding",
                                                          "start_boot_server",
                                                          "start_disk_log",
                                                          "start_dist_ac",
                                                          "start_distribution",
                                                          "start_pg",
                                                          "start_timer",
                                                          "sync_nodes_mandatory",
                                                          "sync_nodes_optional",
                                                          "sync_nodes_timeout"});
constexpr auto ssl_obeyed = std::to_array<string_view>({"protocol_version"});
constexpr auto ssl_known = std::to_array<string_view>(
    {"alert_timeout", "bypass_pem_cache", "client_session_ticket_lifetime", "client_session_ticket_store_size",
     "dtls_protocol_version", "internal_active_n", "protocol_version", "server_session_ticket_lifetime",
     "server_session_ticket_max_early_data", "server_session_ticket_store_size", "session_cache_client_max",
     "session_cache_server_max", "session_cb", "session_cb_init_args", "session_delay_cleanup_time", "session_lifetime",
     "ssl_pem_cache_clean"});

bool is_in(std::span<const string_view> names, string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::size_t distance(string_view a, string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

/// Where the text of a wrong term is: its column, for it is one line.
std::string why_not(const error& of) {
  const term& reason = of.reason();
  return "is no Erlang term, column " + print_short(reason[1]) + ": " + std::string{reason[2].text()};
}

} // namespace

std::optional<string_view> nearest(string_view word, std::span<const string_view> among) {
  constexpr std::size_t slip = 2;
  constexpr std::size_t longest = 64; // nobody's slip, and the work is bounded
  if (word.size() > longest) return std::nullopt;
  std::optional<string_view> best;
  std::size_t least = slip + 1;
  for (const string_view each : among) {
    const std::size_t d = distance(word, each);
    if (d >= least || d >= each.size()) continue;
    least = d;
    best = each;
  }
  return best;
}

void application_values::fault(const std::string& key, std::string why, std::string right) {
  faults_.push_back({key, std::move(why), std::move(right)});
}

void application_values::read(const std::string& application, std::span<const std::string> words) {
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (i + 1 == words.size())
      fault("-" + application + " " + words[i], "has no value", "write -" + application + " " + words[i] + " VALUE");
    else
      read_pair(application, words[i], words[i + 1]);
  }
}

void application_values::read_pair(const std::string& application, const std::string& key, const std::string& text) {
  const bool kernel = application == "kernel";
  const std::string flag = "-" + application + " " + key;
  const bool obeyed = kernel && is_in(kernel_obeyed, key);
  if (!obeyed && !(kernel ? is_in(kernel_known, key) : is_in(ssl_known, key))) {
    auto near =
        nearest(key, kernel ? std::span<const string_view>{kernel_obeyed} : std::span<const string_view>{ssl_known});
    if (!near && kernel) near = nearest(key, kernel_known);
    return fault(flag, "is no parameter of " + application,
                 near ? "did you mean " + std::string{*near} + "?" : "docs/node-flags.md lists those there are");
  }
  const auto value = parse_term(text);
  if (!value) return fault(flag, "'" + text + "' " + why_not(value.error()), "give an Erlang term");
  auto& values = kernel ? into_.kernel_values : into_.ssl_values;
  values.emplace_back(atom{key}, *value);
  if (obeyed)
    use_kernel(key, *value);
  else if (kernel || !is_in(ssl_obeyed, key))
    into_.remarks.push_back(flag + " is accepted and does nothing so far");
}

void application_values::use_kernel(string_view key, const term& value) {
  constexpr int port_most = 65535;
  constexpr std::int64_t seconds_most = 86'400 * 365; // a year: beyond it, a slip
  std::int64_t count = 0;
  if (key == "connect_all") {
    boolean(key, value, into_.connects_all);
  } else if (key == "dist_auto_connect") {
    connect(value);
  } else if (key == "inet_dist_listen_min") {
    number(key, value, 0, port_most, port_min_.emplace());
  } else if (key == "inet_dist_listen_max") {
    number(key, value, 0, port_most, port_max_.emplace());
  } else if (key == "inet_dist_use_interface") {
    address(value);
  } else if (key == "logger_level") {
    level(value);
  } else if (key == "net_setuptime") {
    const auto seconds =
        value.is_float() ? value.to_double() : value.to_int64().transform([](auto n) { return double(n); });
    constexpr int most = 120; // as in OTP
    if (seconds && *seconds > 0 && *seconds < most)
      into_.net_setuptime = std::chrono::milliseconds{std::llround(*seconds * 1000)};
    else
      fault("-kernel net_setuptime", "cannot be " + print_short(value), "it is a time above 0 and below 120 seconds");
  } else if (key == "net_tickintensity") {
    number(key, value, 4, 1000, into_.net_tickintensity);
  } else if (key == "net_ticktime") {
    number(key, value, 1, seconds_most, count);
    if (count > 0) into_.net_ticktime = std::chrono::seconds{count};
  }
}

template <class T>
void application_values::number(string_view key, const term& value, std::int64_t least, std::int64_t most, T& into) {
  const auto number = value.to_int64();
  if (number && *number >= least && *number <= most)
    into = static_cast<T>(*number);
  else
    fault("-kernel " + std::string{key}, "cannot be " + print_short(value),
          "it is a number from " + std::to_string(least) + " to " + std::to_string(most));
}

void application_values::boolean(string_view key, const term& value, bool& into) {
  if (value.is_boolean())
    into = value.is(true_atom);
  else
    fault("-kernel " + std::string{key}, "cannot be " + print_short(value), "it is true or false");
}

void application_values::address(const term& value) {
  const std::size_t parts = value.is_tuple() ? value.size() : 0;
  const std::int64_t most = parts == 4 ? 255 : 65535;
  const bool good = (parts == 4 || parts == 8) && std::ranges::all_of(value.elements(), [most](const term& part) {
                      const auto number = part.to_int64();
                      return number && *number >= 0 && *number <= most;
                    });
  if (good)
    into_.listen_address = value;
  else
    fault("-kernel inet_dist_use_interface", "cannot be " + print_short(value),
          "it is an address, such as {127,0,0,1}");
}

void application_values::level(const term& value) {
  constexpr auto names = std::to_array<string_view>(
      {"emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"}); // in the order of log::level
  const string_view word = value.is_atom() ? value.as_atom().name() : string_view{};
  const auto* const found = std::ranges::find(names, word);
  if (found != names.end())
    into_.log_level = static_cast<log::level>(found - names.begin());
  else if (word == "all")
    into_.log_level = log::level::debug;
  else if (word == "none")
    into_.log_level = log::level::emergency;
  else
    fault("-kernel logger_level", "cannot be " + print_short(value),
          "it is emergency, alert, critical, error, warning, notice, info, debug, all or none");
}

void application_values::connect(const term& value) {
  if (value.is(atom{"once"}))
    into_.connects = auto_connect::once;
  else if (value.is(atom{"never"}))
    into_.connects = auto_connect::never;
  else
    fault("-kernel dist_auto_connect", "cannot be " + print_short(value), "it is once or never");
}

// Without the upper end the range is one port; without the lower, OTP ignores the upper. @source OTP 25 inet_tcp_dist: get_port_range
void application_values::finish() {
  if (!port_min_) {
    if (port_max_) into_.remarks.emplace_back("-kernel inet_dist_listen_max does nothing without inet_dist_listen_min");
    return;
  }
  if (into_.listen_port_min != 0) return; // -erl_epmd_port counts before
  into_.listen_port_min = *port_min_;
  into_.listen_port_max = port_max_.value_or(*port_min_);
  if (into_.listen_port_max < into_.listen_port_min)
    fault("-kernel inet_dist_listen_max", "is below inet_dist_listen_min", "give a range with at least one port");
}

} // namespace agner::internal
