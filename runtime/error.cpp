// SPDX-License-Identifier: Apache-2.0

#include "error.hpp"

#include "reasons.hpp"
#include "term_builders.hpp"
#include "term_text.hpp"

namespace agner {

const char* raised::what() const noexcept {
  try {
    if (text_.empty()) text_ = print_short(reason_);
    return text_.c_str();
  } catch (...) {
    return "an Erlang exception whose reason does not fit in memory";
  }
}

void raise_error(term reason) { throw raised{raised_class::error, std::move(reason)}; }
void raise_throw(term reason) { throw raised{raised_class::throw_, std::move(reason)}; }

namespace internal {

void raise_badmatch(const error& of) { raise_error(tuple(reasons::badmatch, tuple("error"_atom, of.reason()))); }

} // namespace internal

} // namespace agner
