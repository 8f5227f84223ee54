// SPDX-License-Identifier: Apache-2.0
// node_options::from_args: what erl's flags say, as a node takes it.

#include <utility>

#include "../runtime/error.hpp"
#include "../runtime/log.hpp"
#include "../runtime/node.hpp"
#include "../runtime/term_builders.hpp"
#include "node_arguments.hpp"

namespace agner {

namespace {

[[noreturn]] void refuse(const std::vector<flag_fault>& faults) {
  for (const flag_fault& each : faults)
    log::error("~ts", binary(print(each)));
  const flag_fault& first = faults.front();
  raise_error(tuple("bad_flag"_atom, binary(first.flag), binary(first.why + "; " + first.right)));
}

} // namespace

node_options node_options::from_args(int argc, const char* const* argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i)
    words.emplace_back(argv[i]);
  auto arguments = read_node_arguments(std::move(words), node_surroundings::here());
  if (!arguments) refuse(arguments.error());

  if (arguments->log_level) log::set_level(*arguments->log_level);
  for (const std::string& remark : arguments->remarks)
    log::notice("~ts", binary(remark));
  node_options options;
  if (arguments->name) options.name = *arguments->name;
  return options;
}

} // namespace agner
