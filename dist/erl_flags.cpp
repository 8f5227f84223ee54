// SPDX-License-Identifier: Apache-2.0

#include "erl_flags.hpp"

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace agner {

namespace {

using faults = std::vector<flag_fault>;

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// Reads words one after another.
class word_reader {
public:
  word_reader(std::string_view text, text_comments comments) : text_(text), comments_(comments) {}

  /// The next word; nothing at the end, or after a fault.
  std::optional<std::string> next() {
    skip_to_word();
    if (at_ == text_.size()) return std::nullopt;
    std::string word;
    while (at_ < text_.size() && !is_space(text_[at_]) && !begins_comment()) {
      const char c = text_[at_++];
      if (c == '\'' || c == '"') {
        if (!quoted(c, word)) return std::nullopt;
      } else if (c != '\\') {
        word += c;
      } else if (at_ < text_.size()) {
        word += text_[at_++];
      }
    }
    return word;
  }

  [[nodiscard]] const std::string& fault() const { return fault_; }

private:
  [[nodiscard]] bool begins_comment() const { return comments_ == text_comments::from_hash && text_[at_] == '#'; }

  void skip_to_word() {
    while (at_ < text_.size()) {
      if (begins_comment())
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (is_space(text_[at_]))
        ++at_;
      else
        return;
    }
  }

  bool quoted(char quote, std::string& into) {
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) {
      const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
      fault_ = "line " + std::to_string(line) + ": the quotation that begins with " + quote + " has no end";
      at_ = text_.size();
      return false;
    }
    into += text_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }

  std::string_view text_;
  text_comments comments_;
  std::size_t at_ = 0;
  std::string fault_;
};

/// Puts the words of files in the place of -args_file; what follows -extra in a file goes to the end, and so do the words after a word -extra itself.
class expansion {
public:
  expansion(const command_surroundings& from, faults& into) : from_(from), faults_(into) {}

  void add(const std::vector<std::string>& words, int depth) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == "-extra") {
        extra_.insert(extra_.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
        return;
      }
      if (words[i] != "-args_file") {
        words_.push_back(words[i]);
      } else if (i + 1 == words.size()) {
        faults_.push_back({"-args_file", "names no file", "write -args_file FILE"});
      } else {
        add_file(words[++i], depth + 1);
      }
      if (words_.size() + extra_.size() > words_max) return too_many();
    }
  }

  void add_variable(const char* name) {
    const auto text = from_.variable(name);
    if (!text) return;
    const auto words = split_words(*text, text_comments::none);
    if (!words) return faults_.push_back({name, words.error(), "close it"});
    add(*words, 0);
  }

  std::vector<std::string> words_;
  std::vector<std::string> extra_;

private:
  void add_file(const std::string& path, int depth) {
    const std::string flag = "-args_file " + path;
    if (full_) return;
    if (depth > args_files_deep_max)
      return faults_.push_back(
          {flag, "files name each other in a circle, or more than " + std::to_string(args_files_deep_max) + " deep",
           "take one of them out"});
    const auto text = from_.read_file(path);
    if (!text) return faults_.push_back({flag, text.error(), "name a file that can be read"});
    const auto words = split_words(*text, text_comments::from_hash);
    if (!words) return faults_.push_back({flag, words.error(), "close it"});
    add(*words, depth);
  }

  void too_many() {
    if (full_) return;
    full_ = true;
    faults_.push_back({"-args_file", "more than " + std::to_string(words_max) + " words in all", "shorten the files"});
  }

  const command_surroundings& from_;
  faults& faults_;
  bool full_ = false;
};

std::expected<std::string, std::string> read_regular_file(const std::string& path) {
  constexpr std::size_t bytes_max = 1U << 20U; // a thousand times what anybody writes by hand
  std::ifstream in{path, std::ios::binary};
  if (!in) return std::unexpected{std::generic_category().message(errno)};
  std::string text(bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.gcount() == 0 && !in.eof())) return std::unexpected{std::string{"cannot be read"}};
  if (static_cast<std::size_t>(in.gcount()) > bytes_max) return std::unexpected{std::string{"is larger than 1 MiB"}};
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

} // namespace

std::string print(const flag_fault& of) { return of.flag + ": " + of.why + "; " + of.right; }

command_surroundings command_surroundings::here() {
  return {.variable = [](const char* name) -> std::optional<std::string> {
            const char* const value = std::getenv(name);
            return value == nullptr ? std::nullopt : std::optional<std::string>{value};
          },
          .read_file = read_regular_file};
}

std::expected<std::vector<std::string>, std::string> split_words(std::string_view text, text_comments comments) {
  word_reader reader{text, comments};
  std::vector<std::string> words;
  while (auto word = reader.next())
    words.push_back(std::move(*word));
  if (!reader.fault().empty()) return std::unexpected{reader.fault()};
  return words;
}

std::expected<erl_command_line, faults> read_command_line(std::vector<std::string> words,
                                                          const command_surroundings& from) {
  faults wrong;
  expansion all{from, wrong};
  all.add_variable("ERL_AFLAGS");
  all.add(words, 0);
  all.add_variable("ERL_FLAGS");
  all.add_variable("ERL_ZFLAGS");
  if (!wrong.empty()) return std::unexpected{std::move(wrong)};

  erl_command_line line;
  bool in_flag = false;
  for (std::string& word : all.words_) {
    if (word == "--") {
      in_flag = false;
    } else if (word.starts_with('-')) {
      line.flags.push_back({word.substr(1), {}});
      in_flag = true;
    } else if (in_flag) {
      line.flags.back().values.push_back(std::move(word));
    } else {
      line.plain.push_back(std::move(word));
    }
  }
  line.plain.insert(line.plain.end(), std::make_move_iterator(all.extra_.begin()),
                    std::make_move_iterator(all.extra_.end()));
  return line;
}

} // namespace agner
