// SPDX-License-Identifier: Apache-2.0
// agner certs: a test CA, and for each node a certificate with its key and a file for -ssl_dist_optfile. Format of that: docs/formats/ssl_dist_optfile.md.

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_text.hpp"
#include "../../tls/certificate_maker.hpp"
#include "../node_name.hpp"
#include "commands.hpp"

namespace agner::tool {

namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

constexpr std::size_t common_name_characters_max = 64; // RFC 5280, ub-common-name
constexpr mode_t for_all = 0644;
constexpr mode_t for_owner = 0600;

/// Writes a file that is never seen half-written, nor readable for more than @p mode says.
void write_file(const fs::path& path, const std::string& text, mode_t mode) {
  const std::string draft = path.string() + "." + std::to_string(::getpid());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, for_owner);
  const bool written = file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fchmod(file, mode) == 0;
  const int why = errno;
  if (file >= 0) ::close(file);
  if (!written || ::rename(draft.c_str(), path.c_str()) != 0) {
    const int fault = written ? errno : why;
    ::unlink(draft.c_str());
    throw std::system_error{fault, std::generic_category(), path.string()};
  }
}

std::string read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in || text.empty()) throw std::system_error{errno, std::generic_category(), path.string()};
  return text;
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

ssl::certificate_plan plan_for(const std::string& name) {
  using std::chrono::days;
  const auto now = system_clock::now();
  constexpr days before{1}; // clocks of test machines differ
  constexpr days after{3650};
  return {
      .common_name = name.substr(0, common_name_characters_max), .not_before = now - before, .not_after = now + after};
}

/// The authority of the folder, a fresh one where there is none.
result<ssl::certificate_and_key> authority_in(const fs::path& folder) {
  const fs::path certificate = folder / "ca.pem";
  const fs::path key = folder / "ca.key";
  if (fs::exists(certificate) || fs::exists(key))
    return ssl::certificate_and_key{read_file(certificate), read_file(key)};
  ssl::certificate_plan plan = plan_for("agner test CA");
  plan.use = ssl::certificate_use::authority;
  auto made = ssl::make_self_signed(plan);
  if (!made) return made;
  write_file(key, made->key, for_owner);
  write_file(certificate, made->certificate, for_all);
  return made;
}

// An address is there as DNS name too: OTP compares the host part with DNS names only.
ssl::certificate_plan plan_for_node(const std::string& node) {
  ssl::certificate_plan plan = plan_for(node);
  const std::size_t at = node.find('@');
  const std::string host = at == std::string::npos ? node : node.substr(at + 1);
  plan.dns_names = {host};
  if (is_address(host)) plan.addresses = {host};
  if (at != std::string::npos) plan.uris = {"erl://" + node};
  return plan;
}

/// Option @p name with an absolute path, which `erl` wants.
term file_option(atom name, const fs::path& path) {
  return tuple(name, string(fs::absolute(path).lexically_normal().string()));
}

std::string option_file(const fs::path& certificate, const fs::path& authority) {
  const term own = file_option("certfile"_atom, certificate);
  const term trusted = file_option("cacertfile"_atom, authority);
  const term verify = tuple("verify"_atom, "verify_peer"_atom);
  const term strict = tuple("fail_if_no_peer_cert"_atom, true);
  const term all = list(
      {tuple("server"_atom, list({own, trusted, verify, strict})), tuple("client"_atom, list({own, trusted, verify}))});
  return "%% coding: utf-8\n" + print(all) + ".\n";
}

/// Why @p node cannot be a node, or a host, and the name of files.
std::string fault_of(const std::string& node) {
  const bool is_host = node.find('@') == std::string::npos;
  const auto name = make_node_name(is_host ? "a@" + node : node, name_domain::longnames, {});
  if (!name) return name.error();
  return node.find('/') == std::string::npos ? "" : "a host has no /";
}

int make_one(const fs::path& folder, const std::string& node, const ssl::certificate_and_key& authority) {
  const auto made = ssl::make_certificate(plan_for_node(node), authority);
  if (!made) return complain("certs " + node + ": " + print_short(made.error().reason()));
  const fs::path certificate = folder / (node + ".pem");
  write_file(certificate, made->certificate + made->key, for_owner);
  write_file(folder / (node + ".conf"), option_file(certificate, folder / "ca.pem"), for_all);
  return exit_success;
}

} // namespace

int run_certs(const std::string& folder, const words& nodes) {
  for (const std::string& node : nodes)
    if (const std::string fault = fault_of(node); !fault.empty()) return complain("certs " + node + ": " + fault);
  fs::create_directories(folder);
  const auto authority = authority_in(folder);
  if (!authority) return complain("certs: " + print_short(authority.error().reason()));
  for (const std::string& node : nodes)
    if (make_one(folder, node, *authority) != exit_success) return exit_failure;
  return exit_success;
}

} // namespace agner::tool
