// SPDX-License-Identifier: Apache-2.0

#include "error.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <typeinfo>

#include "internal/stack_trace.hpp"
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

void raise_error(term reason, std::source_location where) {
  throw raised{raised_class::error, std::move(reason), where};
}
void raise_throw(term reason, std::source_location where) {
  throw raised{raised_class::throw_, std::move(reason), where};
}

raised as_raised(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const raised& already) {
    if (!already.stack().is_nil()) return already;
    return {already.cls(), already.reason(), internal::stack_of(failure, &already.where())};
  } catch (const std::bad_alloc&) {
    return {raised_class::error, reasons::system_limit, internal::stack_of(failure, nullptr)};
  } catch (const std::exception& e) {
    return {raised_class::error, tuple("cxx_exception"_atom, binary(type_name(typeid(e))), binary(e.what())),
            internal::stack_of(failure, nullptr)};
  } catch (...) {
    return {raised_class::error, "cxx_exception"_atom, internal::stack_of(failure, nullptr)};
  }
}

namespace internal {

void raise_badmatch(const error& of, const std::source_location& where) {
  raise_error(tuple(reasons::badmatch, tuple("error"_atom, of.reason())), where);
}

} // namespace internal

} // namespace agner
