// SPDX-License-Identifier: Apache-2.0
// Certificates for tests, made when they run, as files in a folder that goes with the authority.

#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>

#include <agner/tls/certificate_maker.hpp>

namespace agner::test {

/// A folder of its own under the system's temporary one, removed with all that is in it.
class temporary_folder {
public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// Writes @p text to a file called @p name; its path.
  std::string write(const std::string& name, const std::string& text) const;

private:
  std::filesystem::path path_;
};

/// Paths as options name them.
struct credentials {
  std::string certfile;
  std::string keyfile;
};

/// A certificate for @p common_name that is valid today, for servers and clients.
ssl::certificate_plan plan_for(const std::string& common_name);
/// plan_for, with the name as DNS name too.
ssl::certificate_plan plan_for_host(const std::string& host);

class test_ca {
public:
  explicit test_ca(const std::string& common_name = "Test CA");

  [[nodiscard]] const std::string& cacertfile() const noexcept { return cacertfile_; }
  [[nodiscard]] const ssl::certificate_and_key& authority() const noexcept { return authority_; }
  [[nodiscard]] const temporary_folder& folder() const noexcept { return folder_; }

  /// Issues a certificate and writes it and its key to files.
  credentials issue(const ssl::certificate_plan& plan);
  /// The same, signed by an authority between; the certfile holds both certificates.
  credentials issue_through_intermediate(const ssl::certificate_plan& plan);
  /// The key of @p of in a file of its own, encrypted.
  std::string encrypted_key(const credentials& of, const std::string& password);

  // -- what most tests need, made once --------------------------------------------------------------------------------------------

  /// For localhost and 127.0.0.1.
  const credentials& server();
  const credentials& client();

private:
  credentials write(const ssl::certificate_and_key& made);

  temporary_folder folder_;
  ssl::certificate_and_key authority_;
  std::string cacertfile_;
  std::mutex mutex_; // guards the two that are made when they are first asked for
  credentials server_;
  credentials client_;
  std::atomic<unsigned> written_{0};
};

/// The whole file at @p path.
std::string file_text(const std::string& path);

/// An authority that all tests of a program share.
test_ca& shared_ca();
/// Another one, which signs with the same name and is trusted by nobody.
test_ca& foreign_ca();

} // namespace agner::test
