// SPDX-License-Identifier: Apache-2.0

#include "option_faults.hpp"

#include <cerrno>
#include <system_error>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_text.hpp"

namespace agner::ssl::internal {
namespace {

/// Erlang's atom of an errno that opening and reading a file may give.
atom posix_name(int of) {
  switch (of) {
  case ENOENT: return "enoent"_atom;
  case EACCES: return "eacces"_atom;
  case EISDIR: return "eisdir"_atom;
  case ENOTDIR: return "enotdir"_atom;
  case ENAMETOOLONG: return "enametoolong"_atom;
  case ELOOP: return "eloop"_atom;
  case EMFILE: return "emfile"_atom;
  case EFBIG: return "efbig"_atom;
  default: return "eio"_atom;
  }
}

std::string posix_text(const term& name) {
  if (name.is("enoent"_atom)) return "there is no such file; give the path of a PEM file";
  if (name.is("eacces"_atom)) return "the file may not be read; let this user read it";
  if (name.is("eisdir"_atom)) return "this is a directory; give the path of a PEM file";
  if (name.is("efbig"_atom)) return "the file is too large for certificates and keys";
  return "the file cannot be read: " + print_short(name);
}

std::string text_of(const term& of) { return of.is_binary() ? std::string(of.text()) : print_short(of); }

/// The path as Erlang writes paths; as a binary where it is no text.
term path_term(const std::string& path) {
  try {
    return string(path);
  } catch (const raised&) {
    return binary(path);
  }
}

/// The part after "Option X: ".
std::string why_sentence(const term& option, const term& value, const term& why) {
  const std::string shown = print_short(value);
  if (why.is("not_supported_yet"_atom)) return "agner does not have this option of Erlang's ssl yet; leave it out";
  if (why.is_tagged("expected"_atom, 2)) return shown + " is not valid; expected " + text_of(why[1]);
  if (why.is_tagged("error"_atom, 2)) return shown + ": " + posix_text(why[1]);
  if (why.is_tagged("file"_atom, 2)) return shown + ": " + text_of(why[1]);
  if (why.is_tagged("missing"_atom, 2)) return shown + " needs the option " + print_short(why[1]) + " as well";
  if (why.is_tagged("role"_atom, 2)) return "only a " + print_short(why[1]) + " has this option; leave it out";
  if (why.is_tagged("unknown"_atom, 2)) {
    const auto hint = text_of(why[1]);
    return hint.empty() ? "there is no option " + print_short(option)
                        : "there is no such option; did you mean " + hint + "?";
  }
  return shown + ": " + print_short(why);
}

} // namespace

void option_faults::add(term option, term value, term why) {
  faults_.push_back(tuple(std::move(option), std::move(value), std::move(why)));
}

void option_faults::expected(atom option, term value, std::string_view what) {
  add(option, std::move(value), tuple("expected"_atom, binary(what)));
}

void option_faults::expected_secret(atom option, std::string_view what) { expected(option, "..."_atom, what); }

void option_faults::unreadable(atom option, const std::string& path, int posix) {
  add(option, path_term(path), tuple("error"_atom, posix_name(posix)));
}

void option_faults::bad_file(atom option, const std::string& path, std::string_view text) {
  add(option, path_term(path), tuple("file"_atom, binary(text)));
}

error option_faults::reason() const {
  return error{tuple("options"_atom, faults_.size() == 1 ? faults_.front() : list_of(faults_))};
}

std::string fault_sentence(const term& fault) {
  const auto parts = fault.elements();
  if (parts.size() != 3) return "invalid options: " + print_short(fault);
  return "option " + print_short(parts[0]) + ": " + why_sentence(parts[0], parts[1], parts[2]);
}

} // namespace agner::ssl::internal
