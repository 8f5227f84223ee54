// SPDX-License-Identifier: Apache-2.0
// Which messages the callbacks of a gen_server's class take, as the compiler sees them. Programs include gen_server.hpp.

#pragma once

#include <type_traits>
#include <utility>

#include "clause.hpp"

namespace agner {

namespace gen_server {

/// The types that the overloads of a callback take, in the order in which they are tried.
template <class... Types>
struct messages {};

} // namespace gen_server

namespace internal {

// -- which messages a callback takes ------------------------------------------------------------------------------------------------------

/// Stands in for the callbacks that a class does not have, so that their absence can be told from their being overloaded.
struct no_callbacks {
  int handle_call, handle_cast, handle_info, handle_continue;
};
template <class Server>
struct beside_none : Server, no_callbacks {};

// One struct for each callback: the list of its messages in a class, its type where it is not overloaded, its type where it is absent, and calling it.

struct call_callback {
  template <class Server>
  using list = typename Server::calls;
  template <class Server>
  using only = decltype(&Server::handle_call);
  template <class Server>
  using absent = decltype(&beside_none<Server>::handle_call);
  template <class Server, class... Arguments>
    requires requires(Server& of, Arguments&&... given) { of.handle_call(std::forward<Arguments>(given)...); }
  static decltype(auto) invoke(Server& of, Arguments&&... given) {
    return of.handle_call(std::forward<Arguments>(given)...);
  }
};

struct cast_callback {
  template <class Server>
  using list = typename Server::casts;
  template <class Server>
  using only = decltype(&Server::handle_cast);
  template <class Server>
  using absent = decltype(&beside_none<Server>::handle_cast);
  template <class Server, class... Arguments>
    requires requires(Server& of, Arguments&&... given) { of.handle_cast(std::forward<Arguments>(given)...); }
  static decltype(auto) invoke(Server& of, Arguments&&... given) {
    return of.handle_cast(std::forward<Arguments>(given)...);
  }
};

struct info_callback {
  template <class Server>
  using list = typename Server::infos;
  template <class Server>
  using only = decltype(&Server::handle_info);
  template <class Server>
  using absent = decltype(&beside_none<Server>::handle_info);
  template <class Server, class... Arguments>
    requires requires(Server& of, Arguments&&... given) { of.handle_info(std::forward<Arguments>(given)...); }
  static decltype(auto) invoke(Server& of, Arguments&&... given) {
    return of.handle_info(std::forward<Arguments>(given)...);
  }
};

struct continue_callback {
  template <class Server>
  using list = typename Server::continues;
  template <class Server>
  using only = decltype(&Server::handle_continue);
  template <class Server>
  using absent = decltype(&beside_none<Server>::handle_continue);
  template <class Server, class... Arguments>
    requires requires(Server& of, Arguments&&... given) { of.handle_continue(std::forward<Arguments>(given)...); }
  static decltype(auto) invoke(Server& of, Arguments&&... given) {
    return of.handle_continue(std::forward<Arguments>(given)...);
  }
};

template <class Callback, class Server>
concept lists_messages = requires { typename Callback::template list<Server>; };
template <class Callback, class Server>
concept takes_one_message = requires { typename Callback::template only<Server>; };
template <class Callback, class Server>
concept has_callback = lists_messages<Callback, Server> || takes_one_message<Callback, Server>;

/// The types that are tried: those listed, else the parameter of the only overload, else none.
template <class Callback, class Server>
auto messages_of() {
  if constexpr (lists_messages<Callback, Server>) {
    return typename Callback::template list<Server>{};
  } else if constexpr (takes_one_message<Callback, Server>) {
    return gen_server::messages<parameter_of<typename Callback::template only<Server>>>{};
  } else {
    if constexpr (!std::is_final_v<Server>)
      static_assert(
          requires { typename Callback::template absent<Server>; },
          "agner: a callback that is overloaded needs a list of the messages it takes, in the order in which "
          "they are tried: using calls (casts, infos, continues) = gen_server::messages<A, B>;");
    return gen_server::messages<>{};
  }
}

} // namespace internal

} // namespace agner
