// SPDX-License-Identifier: Apache-2.0
// Reading files of certificates and keys whole, and telling one version of a file from another. Any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

namespace agner::ssl::internal {

/// Longest file that is read: the certificates of all public authorities are a quarter of a megabyte.
inline constexpr std::size_t pem_file_bytes_max = 16UL << 20U;

/// What changes when somebody writes to a file or puts another in its place.
struct file_identity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_nanoseconds = 0;
  std::int64_t changed_nanoseconds = 0;
  friend bool operator==(const file_identity&, const file_identity&) noexcept = default;
};

struct pem_file {
  std::string bytes;
  file_identity identity;
};

/// The identity of the file at @p path, or an errno.
std::expected<file_identity, int> identify_file(const std::string& path);

/// The file at @p path with the identity of just what was read, or an errno: EISDIR for a directory, EFBIG past pem_file_bytes_max.
std::expected<pem_file, int> read_pem_file(const std::string& path);

} // namespace agner::ssl::internal
