// SPDX-License-Identifier: Apache-2.0

#include "caf_messages.hpp"

#include <caf/exit_reason.hpp>
#include <caf/message_builder.hpp>
#include <caf/sec.hpp>

#include <array>
#include <cstdlib>
#include <cxxabi.h>
#include <map>
#include <memory>
#include <set>

#include "../../runtime/reasons.hpp"
#include "../../runtime/term_builders.hpp"
#include "caf_bridge_core.hpp"

namespace agner {

// -- atoms --------------------------------------------------------------------------------------------------------------------------------

term internal::caf_atom_to_term(caf::atom_value from) {
  if (from == caf::atom("true") || from == caf::atom("false")) return from == caf::atom("true");
  return atom{caf::to_string(from)};
}

// CAF's atoms have ten characters of 63 at most; what is none of those would be changed silently.
std::optional<caf::atom_value> internal::caf_atom_from_term(const term& from) {
  const auto name = from.to_atom();
  if (!name) return std::nullopt;
  const std::string text{name->name()};
  if (text.size() > 10) return std::nullopt;
  const caf::atom_value made = caf::atom_from_string(text);
  return caf::to_string(made) == text ? std::optional{made} : std::nullopt;
}

// -- exit reasons ---------------------------------------------------------------------------------------------------------------------------

namespace {

const caf::atom_value ours = caf::atom("agner");

caf::error with_term(std::uint8_t code, caf::atom_value category, const term& reason) {
  return {code, category, caf::make_message(reason)};
}

} // namespace

term to_reason(const caf::error& why) {
  using caf::exit_reason;
  if (!why) return reasons::normal;
  if (why.context().size() == 1 && why.context().match_element<term>(0)) return why.context().get_as<term>(0);
  if (why == exit_reason::kill) return reasons::killed;
  if (why == exit_reason::user_shutdown) return reasons::shutdown;
  if (why == exit_reason::remote_link_unreachable) return reasons::noconnection;
  if (why == exit_reason::unknown) return reasons::noproc;
  const std::string context = why.context().empty() ? std::string{} : caf::to_string(why.context());
  return tuple("caf_error"_atom, internal::caf_atom_to_term(why.category()), static_cast<int>(why.code()),
               binary(context));
}

caf::error to_caf_error(const term& reason) {
  using caf::exit_reason;
  if (reason.is(reasons::normal)) return {};
  if (reason.is(reasons::shutdown)) return caf::make_error(exit_reason::user_shutdown);
  if (reason.is(reasons::noconnection)) return caf::make_error(exit_reason::remote_link_unreachable);
  if (reason.is(reasons::noproc)) return caf::make_error(exit_reason::unknown);
  if (reason.is_tagged(reasons::shutdown, 2))
    return with_term(static_cast<std::uint8_t>(exit_reason::user_shutdown), caf::atom("exit"), reason);
  if (reason.is_tagged("caf_error"_atom, 4)) {
    const auto category = internal::caf_atom_from_term(reason[1]);
    const auto code = from_term<std::uint8_t>(reason[2]);
    if (category && code) return with_term(*code, *category, reason);
  }
  return with_term(1, ours, reason);
}

// -- messages to terms ------------------------------------------------------------------------------------------------------------------------

namespace internal {

namespace {

std::optional<term> write_message(caf_bridge_core& at, const void* element) {
  auto made = caf_message_to_term(at, *static_cast<const caf::message*>(element));
  return made ? std::optional{*std::move(made)} : std::nullopt;
}

std::optional<term> write_text_set(caf_bridge_core&, const void* element) {
  const auto& texts = *static_cast<const std::set<std::string>*>(element);
  std::vector<term> made;
  for (const std::string& text : texts)
    made.push_back(binary(text));
  return list_of(std::move(made));
}

std::optional<term> write_bytes(caf_bridge_core&, const void* element) {
  const auto& bytes = *static_cast<const std::vector<char>*>(element);
  return binary(std::string_view{bytes.data(), bytes.size()});
}

std::optional<term> write_handles(caf_bridge_core& at, const void* element) {
  std::vector<term> made;
  for (const caf::actor& each : *static_cast<const std::vector<caf::actor>*>(element))
    made.emplace_back(caf_pid_of(at, caf::actor_cast<caf::strong_actor_ptr>(each)));
  return list_of(std::move(made));
}

using own_writers = std::array<caf_writer, caf::type_nrs>;

template <class... Types>
void add(own_writers& to) {
  ((to[caf::type_nr<Types>::value] = &write_caf_element<Types>), ...);
}

const own_writers& writers_of_own_types() {
  static const own_writers all = [] {
    own_writers made{};
    add<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t, std::uint32_t,
        std::uint64_t, float, double, std::string, caf::atom_value, caf::actor, caf::strong_actor_ptr, caf::error,
        std::vector<std::string>, std::map<std::string, std::string>>(made);
    made[caf::type_nr<std::vector<caf::actor>>::value] = &write_handles;
    made[caf::type_nr<std::vector<char>>::value] = &write_bytes;
    made[caf::type_nr<std::set<std::string>>::value] = &write_text_set;
    made[caf::type_nr<caf::message>::value] = &write_message;
    return made;
  }();
  return all;
}

caf_writer writer_of(const caf_bridge_core& at, const caf::rtti_pair& type) {
  if (type.first != 0) return writers_of_own_types().at(type.first);
  if (*type.second == typeid(term)) return &write_caf_element<term>;
  return at.writer_of(*type.second);
}

std::string name_of(const caf::rtti_pair& type) {
  if (type.first != 0) return caf::numbered_type_names[type.first - 1];
  int failed = 0;
  const std::unique_ptr<char, decltype(&std::free)> name{
      abi::__cxa_demangle(type.second->name(), nullptr, nullptr, &failed), &std::free};
  return failed == 0 ? name.get() : type.second->name();
}

} // namespace

std::expected<term, std::string> caf_message_to_term(caf_bridge_core& at, const caf::type_erased_tuple& message) {
  std::vector<term> elements;
  elements.reserve(message.size());
  for (std::size_t i = 0; i < message.size(); ++i) {
    const caf_writer write = writer_of(at, message.type(i));
    const auto told = [&](const char* why) {
      return std::unexpected{"element " + std::to_string(i + 1) + " of type " + name_of(message.type(i)) + why};
    };
    if (write == nullptr) return told(" has no term: tell the bridge with know<T>()");
    auto made = write(at, message.get(i));
    if (!made) return told(" has a value that is no term");
    elements.push_back(*std::move(made));
  }
  return elements.size() == 1 ? std::move(elements.front()) : tuple_of(std::move(elements));
}

// -- terms to messages ------------------------------------------------------------------------------------------------------------------------

namespace {

void append(caf::message_builder& to, caf_bridge_core& at, const term& element) {
  if (element.is_boolean())
    to.append(element.is(true_atom));
  else if (const auto name = caf_atom_from_term(element))
    to.append(*name);
  else if (const auto small = element.to_int64())
    to.append(*small);
  else if (const auto large = element.to_uint64())
    to.append(*large);
  else if (const auto real = element.to_double())
    to.append(*real);
  else if (const auto who = element.to_pid())
    to.append(caf::actor_cast<caf::actor>(caf_actor_of(at, *who)));
  else if (element.is_binary())
    to.append(std::string{element.text()});
  else
    to.append(element);
}

} // namespace

caf::message term_to_caf_message(caf_bridge_core& at, const term& from) {
  caf::message_builder made;
  if (from.is_tuple())
    for (const term& element : from.elements())
      append(made, at, element);
  else
    append(made, at, from);
  return made.move_to_message();
}

} // namespace internal

} // namespace agner
