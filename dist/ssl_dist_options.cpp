// SPDX-License-Identifier: Apache-2.0

#include "ssl_dist_options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "../runtime/error.hpp"
#include "../runtime/term_builders.hpp"
#include "../runtime/term_text.hpp"
#include "../runtime/term_views.hpp"
#include "internal/flag_values.hpp"

namespace agner {

namespace {

// -- -ssl_dist_opt ----------------------------------------------------------------------------------------------------------------------

enum class value_kind : unsigned char { text, word, number, any_term, erlang_fun };

struct known_option {
  std::string_view name;
  value_kind kind;
  bool server_only = false;
  std::string_view words = {}; // of a word, separated by |
};

constexpr auto known_options = std::to_array<known_option>({
    {.name = "certfile", .kind = value_kind::text},
    {.name = "cacertfile", .kind = value_kind::text},
    {.name = "keyfile", .kind = value_kind::text},
    {.name = "password", .kind = value_kind::text},
    {.name = "verify", .kind = value_kind::word, .words = "verify_none|verify_peer"},
    {.name = "verify_fun", .kind = value_kind::erlang_fun},
    {.name = "crl_check", .kind = value_kind::word, .words = "true|false|peer|best_effort"},
    {.name = "crl_cache", .kind = value_kind::any_term},
    {.name = "reuse_sessions", .kind = value_kind::word, .words = "true|false|save"},
    {.name = "secure_renegotiate", .kind = value_kind::word, .words = "true|false"},
    {.name = "depth", .kind = value_kind::number},
    {.name = "hibernate_after", .kind = value_kind::number},
    {.name = "ciphers", .kind = value_kind::text},
    {.name = "dhfile", .kind = value_kind::text, .server_only = true},
    {.name = "fail_if_no_peer_cert", .kind = value_kind::word, .server_only = true, .words = "true|false"},
});

const known_option* find_option(std::string_view name, bool server) {
  const auto* const found = std::ranges::find(known_options, name, &known_option::name);
  return found == known_options.end() || (found->server_only && !server) ? nullptr : found;
}

bool is_one_of(std::string_view word, std::string_view words) {
  while (!words.empty()) {
    const std::size_t bar = std::min(words.find('|'), words.size());
    if (words.substr(0, bar) == word) return true;
    words.remove_prefix(std::min(bar + 1, words.size()));
  }
  return false;
}

/// The value as a term, or what it should have been.
std::expected<term, std::string> read_value(const known_option& of, const std::string& word) {
  switch (of.kind) {
  case value_kind::text: return internal::text_value(word);
  case value_kind::word:
    if (!is_one_of(word, of.words)) return std::unexpected{"one of " + std::string{of.words}};
    return term{atom{word}};
  case value_kind::number:
    if (const auto number = internal::number_value(word, 0, 1 << 30)) return term{*number};
    return std::unexpected{"a number, from 0 up"};
  case value_kind::any_term:
    if (auto value = parse_term(word)) return *value;
    return std::unexpected{"an Erlang term"};
  case value_kind::erlang_fun: break;
  }
  return std::unexpected{"nothing: agner runs no Erlang functions"};
}

class pair_reader {
public:
  explicit pair_reader(std::span<const std::string> words) : words_(words) {}

  void read() {
    for (std::size_t i = 0; i < words_.size(); i += 2) {
      if (i + 1 == words_.size())
        fault(words_[i], "has no value", "write -ssl_dist_opt " + words_[i] + " VALUE");
      else
        read_pair(words_[i], words_[i + 1]);
    }
  }

  std::vector<flag_fault> faults;
  std::vector<term> server;
  std::vector<term> client;

private:
  void fault(const std::string& name, std::string why, std::string right) {
    faults.push_back({"-ssl_dist_opt " + name, std::move(why), std::move(right)});
  }

  void read_pair(const std::string& name, const std::string& word) {
    const bool is_server = name.starts_with("server_");
    if (!is_server && !name.starts_with("client_"))
      return fault(name, "is neither for the server nor for the client", "write server_" + name + " or client_" + name);
    const std::string_view plain = std::string_view{name}.substr(7);
    const known_option* const known = find_option(plain, is_server);
    if (known == nullptr) return fault(name, "is no option of distribution", "known are " + names_for(is_server));
    if (!seen_.insert(name).second) return fault(name, "is there twice", "say it once");
    auto value = read_value(*known, word);
    if (!value) return fault(name, "cannot be '" + word + "'", "it takes " + value.error());
    (is_server ? server : client).push_back(tuple(atom{plain}, *std::move(value)));
  }

  static std::string names_for(bool server) {
    std::string all;
    for (const known_option& each : known_options) {
      if (each.server_only && !server) continue;
      if (!all.empty()) all += ", ";
      all += (server ? "server_" : "client_") + std::string{each.name};
    }
    return all;
  }

  std::span<const std::string> words_;
  std::set<std::string, std::less<>> seen_;
};

// -- -ssl_dist_optfile --------------------------------------------------------------------------------------------------------------------

bool says_latin_1(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  return first.starts_with('%') && first.find("coding: latin-1") != std::string_view::npos;
}

std::string from_latin_1(std::string_view text) {
  std::string utf8;
  utf8.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80U) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xC0U | byte >> 6U);
      utf8 += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return utf8;
}

/// An entry's `Key` and its list of options; nothing where it is something else.
std::optional<std::pair<std::string, term>> entry_of(const term& entry) {
  if (!entry.is_tuple() || entry.size() != 2 || !entry[0].is_atom() || !entry[1].is_list()) return std::nullopt;
  if (!entry[1].is_nil() && !entry[1].as_list().is_proper()) return std::nullopt;
  return std::pair{std::string{entry[0].as_atom().name()}, entry[1]};
}

std::string shape_fault(const std::string& path, const std::string& what) {
  return path + ": " + what + "; it should hold one list, [{server, [...]}, {client, [...]}].";
}

} // namespace

std::expected<ssl_dist_options, std::vector<flag_fault>> parse_ssl_dist_opts(std::span<const std::string> words) {
  pair_reader reader{words};
  reader.read();
  if (!reader.faults.empty()) return std::unexpected{std::move(reader.faults)};
  return ssl_dist_options{.server = list_of(std::move(reader.server)), .client = list_of(std::move(reader.client))};
}

std::expected<ssl_dist_options, std::string> parse_ssl_dist_optfile(const std::string& path, std::string_view text) {
  const bool latin_1 = says_latin_1(text) || !internal::is_utf8(text);
  const auto parsed = parse_terms(latin_1 ? from_latin_1(text) : std::string{text});
  if (!parsed) {
    const term& why = parsed.error().reason(); // {Line, Column, Reason}
    return std::unexpected{path + ":" + print_short(why[0]) + ":" + print_short(why[1]) + ": " +
                           std::string{why[2].text()}};
  }
  if (parsed->size() != 1)
    return std::unexpected{shape_fault(path, "holds " + std::to_string(parsed->size()) + " terms")};
  const term& all = parsed->front();
  if (!all.is_list() || !all.as_list().is_proper()) return std::unexpected{shape_fault(path, "holds no list")};

  ssl_dist_options found;
  for (const term& each : all.as_list()) {
    auto entry = entry_of(each);
    if (!entry || (entry->first != "server" && entry->first != "client"))
      return std::unexpected{shape_fault(path, print_short(each) + " is neither {server, List} nor {client, List}")};
    auto& place = entry->first == "server" ? found.server : found.client;
    if (place) return std::unexpected{shape_fault(path, entry->first + " is there twice")};
    place = std::move(entry->second);
  }
  return found;
}

} // namespace agner
