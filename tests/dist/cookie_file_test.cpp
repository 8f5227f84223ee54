// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/cookie_file.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <barrier>
#include <fstream>
#include <thread>
#include <vector>

namespace agner {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class CookieFile : public testing::Test {
protected:
  CookieFile() {
    fs::create_directories(root / "home");
    fs::create_directories(root / "config" / "erlang");
  }
  ~CookieFile() override { fs::remove_all(root); }

  void write(const fs::path& path, const std::string& text, mode_t mode = 0400) {
    std::ofstream{path} << text;
    ::chmod(path.c_str(), mode);
  }
  [[nodiscard]] std::expected<std::string, std::string> read() const { return read_or_create_cookie(places); }

  static fs::path fresh_folder() {
    std::string pattern = (fs::temp_directory_path() / "agner_cookie_XXXXXX").string();
    return ::mkdtemp(pattern.data());
  }

  fs::path root{fresh_folder()};
  fs::path in_home{root / "home" / ".erlang.cookie"};
  cookie_places places{.home = root / "home", .config = root / "config"};
};

TEST(Cookie, IsTheFilesTextUpToItsEnd) {
  EXPECT_EQ(cookie_in("abc").value(), "abc");
  EXPECT_EQ(cookie_in("abc\n").value(), "abc");
  EXPECT_EQ(cookie_in("abc\r\n \n").value(), "abc");
  EXPECT_EQ(cookie_in("a b ").value(), "a b "); // as OTP: blanks on its line belong to it
}

TEST(Cookie, IsRefusedForOTPsReasons) {
  EXPECT_EQ(cookie_in("").error(), "Too short cookie string");
  EXPECT_EQ(cookie_in("\n\n").error(), "Too short cookie string");
  EXPECT_EQ(cookie_in("abc\ndef").error(), "Bad characters in cookie");
  EXPECT_EQ(cookie_in("ab\xc3\xbc").error(), "Bad characters in cookie");
  EXPECT_EQ(cookie_in(std::string_view{"a\0b", 3}).error(), "Bad characters in cookie");
  EXPECT_THAT(cookie_in(std::string(256, 'x')).error(), HasSubstr("Too long"));
}

TEST_F(CookieFile, IsReadFromTheHomeFirst) {
  write(in_home, "HOME\n");
  write(root / "config" / "erlang" / ".erlang.cookie", "CONFIG");

  EXPECT_EQ(read().value(), "HOME");
}

TEST_F(CookieFile, IsReadFromTheConfigurationElse) {
  write(root / "config" / "erlang" / ".erlang.cookie", "CONFIG");

  EXPECT_EQ(read().value(), "CONFIG");
}

TEST_F(CookieFile, IsMadeInTheHomeForItsOwnerAlone) {
  const auto cookie = read();

  ASSERT_EQ(cookie.value().size(), 20U);
  EXPECT_TRUE(std::ranges::all_of(*cookie, [](char c) { return c >= 'A' && c <= 'Z'; }));
  struct stat what{};
  ASSERT_EQ(::stat(in_home.c_str(), &what), 0);
  EXPECT_EQ(what.st_mode & 07777U, 0400U);
  EXPECT_EQ(read().value(), *cookie);
  EXPECT_EQ(std::distance(fs::directory_iterator{root / "home"}, {}), 1);
}

// Each round starts all at the same instant where there is no file yet: with a draft that two share, nearly every run of so many meets one that has gone.
TEST_F(CookieFile, IsTheSameForAllThatStartAtOnce) {
  constexpr int rounds = 50;
  constexpr int nodes = 8;
  for (int round = 0; round < rounds; ++round) {
    fs::remove(in_home);
    std::vector<std::string> seen(nodes);
    std::barrier start{nodes};
    {
      std::vector<std::jthread> starting;
      for (std::string& each : seen)
        starting.emplace_back([&] {
          start.arrive_and_wait();
          const auto cookie = read();
          each = cookie ? *cookie : cookie.error();
        });
    }

    ASSERT_EQ(seen.front().size(), 20U) << seen.front();
    ASSERT_THAT(seen, testing::Each(seen.front()));
    ASSERT_EQ(std::distance(fs::directory_iterator{root / "home"}, {}), 1) << "a draft stays";
  }
}

TEST_F(CookieFile, IsRefusedWhereOthersMayReadIt) {
  for (const mode_t mode : {0440U, 0404U, 0644U, 0420U, 0401U}) {
    fs::remove(in_home);
    write(in_home, "X", mode);
    EXPECT_EQ(read().error(), "Cookie file " + in_home.string() + " must be accessible by owner only");
  }
}

TEST_F(CookieFile, IsRefusedWhereItIsNoFile) {
  fs::create_directory(in_home);

  EXPECT_EQ(read().error(), "Cookie file " + in_home.string() + " is of type directory");
}

TEST_F(CookieFile, IsNotReplacedWhereItIsWrong) {
  write(in_home, "");

  EXPECT_THAT(read().error(), HasSubstr("Too short cookie string"));
  EXPECT_EQ(fs::file_size(in_home), 0U);
}

TEST_F(CookieFile, SaysWhereItCannotBeMade) {
  places.home = root / "nowhere";

  EXPECT_EQ(read().error(), "Failed to create cookie file '" + (root / "nowhere" / ".erlang.cookie").string() +
                                "': No such file or directory");
}

TEST_F(CookieFile, NeedsAHome) {
  places = {};

  EXPECT_THAT(read().error(), HasSubstr("No home for cookie file"));
}

} // namespace
} // namespace agner
