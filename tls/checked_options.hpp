// SPDX-License-Identifier: Apache-2.0
// Options that were looked at once, with the files they name, for many connections: what is wrong is known before the first peer comes. A value whose copies share; any thread.

#pragma once

#include <memory>
#include <utility>

#include "../runtime/error.hpp"
#include "../runtime/node.hpp"
#include "options.hpp"

namespace agner::ssl {

/// Options as a list of Erlang terms, from a file, a command line or a message: `[{certfile, "cert.pem"}, binary]`.
struct option_list {
  explicit option_list(term from) noexcept : list(std::move(from)) {}
  term list;
};

namespace internal {
struct option_set;
}

class checked_options {
public:
  /// Files that change later are read anew by the connections that come after. The node @p on keeps what is made of them, and must live as long as this.
  /// @errors `{options, Fault}`, `{options, [Fault]}`  all that is wrong, in the files too; format_error says it in words
  static result<checked_options> for_client(node& on, const options& given);
  static result<checked_options> for_client(node& on, const option_list& given);
  static result<checked_options> for_server(node& on, const options& given);
  static result<checked_options> for_server(node& on, const option_list& given);

  /// For this layer.
  explicit checked_options(std::shared_ptr<const internal::option_set> of) noexcept : set_(std::move(of)) {}
  [[nodiscard]] const internal::option_set& set() const noexcept { return *set_; }
  [[nodiscard]] const std::shared_ptr<const internal::option_set>& shared_set() const noexcept { return set_; }

private:
  std::shared_ptr<const internal::option_set> set_;
};

} // namespace agner::ssl
