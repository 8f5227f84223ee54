// SPDX-License-Identifier: Apache-2.0

#include "test_ca.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace agner::test {

using ssl::certificate_and_key;
using ssl::certificate_plan;
using ssl::certificate_use;

// -- files --------------------------------------------------------------------------------------------------------------------------

temporary_folder::temporary_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "agner-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string temporary_folder::write(const std::string& name, const std::string& text) const {
  const auto path = path_ / name;
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// -- certificates -------------------------------------------------------------------------------------------------------------------

certificate_plan plan_for(const std::string& common_name) {
  const auto now = std::chrono::system_clock::now();
  return {
      .common_name = common_name, .not_before = now - std::chrono::hours{1}, .not_after = now + std::chrono::hours{24}};
}

certificate_plan plan_for_host(const std::string& host) {
  auto plan = plan_for(host);
  plan.dns_names = {host};
  return plan;
}

test_ca::test_ca(const std::string& common_name) {
  auto plan = plan_for(common_name);
  plan.use = certificate_use::authority;
  authority_ = must(ssl::make_self_signed(plan));
  cacertfile_ = folder_.write("ca.pem", authority_.certificate);
}

credentials test_ca::write(const certificate_and_key& made) {
  const std::string name = std::to_string(++written_);
  return {.certfile = folder_.write(name + ".pem", made.certificate),
          .keyfile = folder_.write(name + ".key", made.key)};
}

credentials test_ca::issue(const certificate_plan& plan) {
  return write(must(ssl::make_certificate(plan, authority_)));
}

credentials test_ca::issue_through_intermediate(const certificate_plan& plan) {
  auto between = plan_for("Intermediate CA");
  between.use = certificate_use::authority;
  const auto intermediate = must(ssl::make_certificate(between, authority_));
  auto made = must(ssl::make_certificate(plan, intermediate));
  made.certificate += intermediate.certificate;
  return write(made);
}

std::string test_ca::encrypted_key(const credentials& of, const std::string& password) {
  return folder_.write(std::to_string(++written_) + ".key", must(ssl::encrypt_key(file_text(of.keyfile), password)));
}

const credentials& test_ca::server() {
  const std::lock_guard lock{mutex_};
  if (server_.certfile.empty()) {
    auto plan = plan_for("localhost");
    plan.dns_names = {"localhost", "127.0.0.1"};
    plan.addresses = {"127.0.0.1"};
    server_ = issue(plan);
  }
  return server_;
}

const credentials& test_ca::client() {
  const std::lock_guard lock{mutex_};
  if (client_.certfile.empty()) client_ = issue(plan_for("client"));
  return client_;
}

test_ca& shared_ca() {
  static test_ca made;
  return made;
}

test_ca& foreign_ca() {
  static test_ca made;
  return made;
}

} // namespace agner::test
