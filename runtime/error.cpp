// SPDX-License-Identifier: Apache-2.0

#include "error.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <typeinfo>

#include "reasons.hpp"
#include "term_builders.hpp"
#include "term_text.hpp"

namespace agner {

namespace {

std::string type_name(const std::type_info& of) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name{abi::__cxa_demangle(of.name(), nullptr, nullptr, &status),
                                                    std::free};
  return status == 0 ? name.get() : of.name();
}

} // namespace

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

raised as_raised(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const raised& already) {
    return already;
  } catch (const std::bad_alloc&) {
    return {raised_class::error, reasons::system_limit};
  } catch (const std::exception& e) {
    return {raised_class::error, tuple("cxx_exception"_atom, binary(type_name(typeid(e))), binary(e.what()))};
  } catch (...) {
    return {raised_class::error, "cxx_exception"_atom};
  }
}

namespace internal {

void raise_badmatch(const error& of) { raise_error(tuple(reasons::badmatch, tuple("error"_atom, of.reason()))); }

} // namespace internal

} // namespace agner
