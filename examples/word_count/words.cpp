// SPDX-License-Identifier: Apache-2.0

#include "words.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include <agner/actors/process.hpp>
#include <agner/runtime/posix_reason.hpp>

namespace word_count {

namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

bool belongs_to_word(char byte) noexcept {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

/// An open file, closed at the end of its scope.
class input_file {
public:
  explicit input_file(const std::string& path) noexcept : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;
  ~input_file() {
    if (is_open()) ::close(descriptor_);
  }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  /// As read(2), but not interrupted.
  ssize_t read(char* into, std::size_t bytes) const noexcept {
    for (;;) {
      const ssize_t got = ::read(descriptor_, into, bytes);
      if (got >= 0 || errno != EINTR) return got;
    }
  }

private:
  int descriptor_;
};

} // namespace

void word_counter::add(std::string_view piece) noexcept {
  for (const char byte : piece) {
    const bool belongs = belongs_to_word(byte);
    if (belongs && !inside_) ++words_;
    inside_ = belongs;
  }
}

agner::task<agner::result<std::int64_t>> words_of_file(std::string path) {
  const input_file file{path};
  if (!file.is_open()) co_return agner::fail(agner::posix_reason(errno));
  const auto piece = std::make_unique<std::array<char, piece_bytes>>();
  word_counter counter;
  for (;;) {
    const ssize_t bytes = file.read(piece->data(), piece->size());
    if (bytes < 0) co_return agner::fail(agner::posix_reason(errno));
    if (bytes == 0) co_return counter.words();
    counter.add({piece->data(), static_cast<std::size_t>(bytes)});
    co_await agner::yield();
  }
}

} // namespace word_count
