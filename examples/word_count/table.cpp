// SPDX-License-Identifier: Apache-2.0

#include "table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include <agner/runtime/term_text.hpp>

namespace word_count {

namespace {

/// One line of the table: a name, two numbers, a remark.
std::string row(std::string_view name, std::string_view files, std::string_view words, const std::string& remark) {
  std::array<char, 128> columns{};
  std::snprintf(columns.data(), columns.size(), "%-20.40s %8.20s %14.20s", std::string{name}.c_str(),
                std::string{files}.c_str(), std::string{words}.c_str());
  return columns.data() + (remark.empty() ? "" : "   " + remark) + "\n";
}

std::string row(std::string_view name, std::int64_t files, std::int64_t words, const std::string& remark) {
  return row(name, std::to_string(files), std::to_string(words), remark);
}

std::string seconds_text(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f s", seconds);
  return text.data();
}

std::string remark_on(const share& of, const account& all) {
  if (of.node != all.victim) return "";
  return "killed: DOWN with " + print(all.loss) + ", " + std::to_string(all.reassigned) + " of its files to others";
}

std::string compared_remark(const account& of) {
  return *of.compared == of.words ? "agrees" : "DISAGREES by " + std::to_string(*of.compared - of.words);
}

bool any_for(std::string_view kind, const std::vector<refusal>& refused) {
  return std::ranges::find(refused, kind, &refusal::kind) != refused.end();
}

} // namespace

std::vector<std::string> faults_of(const account& of, const std::vector<refusal>& refused) {
  std::vector<std::string> faults;
  if (!of.fault.empty()) faults.push_back(of.fault);
  if (!of.compared)
    faults.emplace_back("no other count came to compare with");
  else if (of.fault.empty() && *of.compared != of.words)
    faults.push_back("the counts disagree: the cluster has " + std::to_string(of.words) +
                     " words, the Erlang node alone " + std::to_string(*of.compared));
  if (of.reassigned == 0) faults.emplace_back("no work of a killed node went to others");
  if (!of.loss.is("noconnection"_atom))
    faults.push_back("the DOWN of its workers said " + print(of.loss) + ", not noconnection");
  if (!any_for("bad_cookie", refused)) faults.emplace_back("nobody was refused for a wrong cookie");
  if (!any_for("unknown_ca", refused)) faults.emplace_back("nobody was refused for a certificate of another authority");
  return faults;
}

std::string table_of(const account& of, const std::vector<refusal>& refused) {
  std::string table = row("node", "files", "words", "");
  for (const share& each : of.shares)
    table += row(each.node.name(), each.files, each.words, remark_on(each, of));
  table += row("all", of.files, of.words, seconds_text(of.seconds));
  if (of.compared) table += row("Erlang's own count", of.files, *of.compared, compared_remark(of));
  for (const refusal& each : refused)
    table += "refused, " + each.kind + ": " + each.why + "\n";
  return table;
}

} // namespace word_count
