// SPDX-License-Identifier: Apache-2.0

#include "cookie_file.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace agner {

namespace {

constexpr std::size_t cookie_characters_max = 255; // a cookie is an atom
constexpr std::size_t file_bytes_max = 4096;       // a cookie, line ends and blanks
constexpr std::size_t fresh_characters = 20;       // as many as OTP makes
constexpr mode_t owner_reads = 0400;

using text_or_fault = std::expected<std::string, std::string>;

class descriptor {
public:
  explicit descriptor(int of) : fd_(of) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

private:
  int fd_;
};

std::string fault_of_system() { return std::generic_category().message(errno); }

/// Nothing where there is no such file.
std::optional<text_or_fault> read_cookie_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  const descriptor file{::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    return std::unexpected{"Error when reading " + name + ": " + fault_of_system()};
  }
  struct stat what{};
  if (::fstat(file.get(), &what) != 0) return std::unexpected{"Error when reading " + name + ": " + fault_of_system()};
  if (!S_ISREG(what.st_mode))
    return std::unexpected{"Cookie file " + name + " is of type " + (S_ISDIR(what.st_mode) ? "directory" : "other")};
  if ((what.st_mode & 077U) != 0) return std::unexpected{"Cookie file " + name + " must be accessible by owner only"};

  std::array<char, file_bytes_max> text{};
  const ssize_t bytes = ::read(file.get(), text.data(), text.size());
  if (bytes < 0) return std::unexpected{"Error when reading " + name + ": " + fault_of_system()};
  auto cookie = cookie_in({text.data(), static_cast<std::size_t>(bytes)});
  if (!cookie) return std::unexpected{cookie.error() + " (in " + name + ")"};
  return cookie;
}

text_or_fault fresh_cookie() {
  std::array<unsigned char, fresh_characters> random{};
  std::string cookie;
  while (cookie.size() < fresh_characters) {
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
      return std::unexpected{"no random bytes for a cookie"};
    constexpr unsigned letters = 26;
    for (const unsigned char byte : random) // 234 is 9 times 26: all letters are as likely
      if (byte < 9 * letters && cookie.size() < fresh_characters) cookie += static_cast<char>('A' + byte % letters);
  }
  return cookie;
}

/// Writes @p text to a new file that others see only when it is whole: of all that start at once, one makes the cookie and the others read it. Nobody else, no thread and no
/// OS process, in this or another process namespace, writes the same draft: the system chooses its name. A crash half-way leaves a draft that nobody reads.
bool write_whole(const std::string& name, const std::string& text) {
  std::string draft = name + ".XXXXXX";
  const descriptor file{::mkostemp(draft.data(), O_CLOEXEC)};
  if (file.get() < 0) return false;
  const bool written = ::fchmod(file.get(), owner_reads) == 0 &&
                       ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       (::link(draft.c_str(), name.c_str()) == 0 || errno == EEXIST);
  const int why = errno;
  ::unlink(draft.c_str());
  errno = why;
  return written;
}

text_or_fault create_cookie(const std::filesystem::path& path) {
  const std::string name = path.string();
  const auto cookie = fresh_cookie();
  if (!cookie) return cookie;
  if (!write_whole(name, *cookie))
    return std::unexpected{"Failed to create cookie file '" + name + "': " + fault_of_system()};
  return read_cookie_file(path).value_or(std::unexpected{"Cookie file " + name + " is gone again"});
}

std::optional<std::filesystem::path> variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::filesystem::path>{value};
}

} // namespace

text_or_fault cookie_in(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] >= ' ' && text[length] <= '~')
    ++length;
  if (text.find_first_not_of("\n\r ", length) != std::string_view::npos)
    return std::unexpected{"Bad characters in cookie"};
  if (length == 0) return std::unexpected{"Too short cookie string"};
  if (length > cookie_characters_max) return std::unexpected{"Too long cookie string, more than 255 characters"};
  return std::string{text.substr(0, length)};
}

cookie_places cookie_places::here() {
  cookie_places found{.home = variable("HOME"), .config = variable("XDG_CONFIG_HOME")};
  if (!found.config && found.home) found.config = *found.home / ".config";
  return found;
}

text_or_fault read_or_create_cookie(const cookie_places& in) {
  constexpr const char* file = ".erlang.cookie";
  if (in.home)
    if (auto cookie = read_cookie_file(*in.home / file)) return *cookie;
  if (in.config)
    if (auto cookie = read_cookie_file(*in.config / "erlang" / file)) return *cookie;
  if (in.home) return create_cookie(*in.home / file);
  if (in.config) return create_cookie(*in.config / "erlang" / file);
  return std::unexpected{"No home for cookie file: set HOME, or name a cookie with -setcookie"};
}

} // namespace agner
