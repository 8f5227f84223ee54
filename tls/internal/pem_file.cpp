// SPDX-License-Identifier: Apache-2.0

#include "pem_file.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace agner::ssl::internal {
namespace {

class descriptor {
public:
  explicit descriptor(const std::string& path) noexcept : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int number() const noexcept { return number_; }

private:
  int number_;
};

std::int64_t nanoseconds(const timespec& of) noexcept { return of.tv_sec * std::int64_t{1'000'000'000} + of.tv_nsec; }

std::expected<file_identity, int> identity_of(const struct stat& seen) {
  if (S_ISDIR(seen.st_mode)) return std::unexpected(EISDIR);
  return file_identity{.device = seen.st_dev,
                       .inode = seen.st_ino,
                       .size_bytes = static_cast<std::uint64_t>(seen.st_size),
                       .modified_nanoseconds = nanoseconds(seen.st_mtim),
                       .changed_nanoseconds = nanoseconds(seen.st_ctim)};
}

std::expected<std::string, int> read_all(int from) {
  std::string bytes;
  std::array<char, 16384> part;
  for (;;) {
    const ssize_t got = ::read(from, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(errno);
    if (got == 0) return bytes;
    bytes.append(part.data(), static_cast<std::size_t>(got));
    if (bytes.size() > pem_file_bytes_max) return std::unexpected(EFBIG);
  }
}

} // namespace

std::expected<file_identity, int> identify_file(const std::string& path) {
  struct stat seen{};
  if (::stat(path.c_str(), &seen) != 0) return std::unexpected(errno);
  return identity_of(seen);
}

std::expected<pem_file, int> read_pem_file(const std::string& path) {
  const descriptor file{path};
  struct stat seen{};
  if (file.number() < 0 || ::fstat(file.number(), &seen) != 0) return std::unexpected(errno);
  const auto identity = identity_of(seen);
  if (!identity) return std::unexpected(identity.error());
  auto bytes = read_all(file.number());
  if (!bytes) return std::unexpected(bytes.error());
  return pem_file{.bytes = *std::move(bytes), .identity = *identity};
}

} // namespace agner::ssl::internal
