// SPDX-License-Identifier: Apache-2.0

#include "otp_ssl.hpp"

namespace agner::test {

namespace {

// One line each: that is what the peer reads.
constexpr const char* try_fun = "Try = fun(F) -> try F() catch C:R -> {C, R} end end, ok";
constexpr const char* serve_fun = "Serve = fun(Options, Then) -> Self = self(), Ref = make_ref(), put(serving, Ref), "
                                  "Go = fun(F) -> spawn(fun() -> Self ! {served, Ref, Try(F)} end) end, "
                                  "case ssl:listen(0, [{ip, {127,0,0,1}}, {active, false} | Options]) of "
                                  "{ok, L} -> {ok, {_, Port}} = ssl:sockname(L), "
                                  "Accepted = fun() -> {ok, T} = ssl:transport_accept(L, 20000), "
                                  "case ssl:handshake(T, Patience) of {ok, S} -> Then(S); E -> E end end, "
                                  "Go(Accepted), Port; "
                                  "Refused -> Go(fun() -> Refused end), 0 end end, ok";
constexpr const char* served_fun =
    "Served = fun() -> Ref = get(serving), receive {served, Ref, R} -> R after 20000 -> silent end end, ok";
constexpr const char* connect_fun =
    "Connect = fun(Port, Options, Then) -> Try(fun() -> "
    "case ssl:connect(\"localhost\", Port, [{active, false} | Options], Patience) of {ok, "
    "S} -> Then(S); E -> E end end) end, ok";

} // namespace

otp_ssl::otp_ssl(std::chrono::milliseconds patience) : erl_({}) {
  eval("{ok, _} = application:ensure_all_started(ssl), logger:set_primary_config(level, none)");
  eval("Patience = " + std::to_string(patience.count()));
  for (const char* fun : {try_fun, serve_fun, served_fun, connect_fun})
    eval(fun);
}

std::uint16_t otp_ssl::serve(const std::string& options, const std::string& then) {
  return static_cast<std::uint16_t>(std::stoi(eval("Serve(" + options + ", " + then + ")")));
}

std::string otp_ssl::served() { return eval("Served()"); }

std::string otp_ssl::connect(std::uint16_t port, const std::string& options, const std::string& then) {
  return eval("Connect(" + std::to_string(port) + ", " + options + ", " + then + ")");
}

} // namespace agner::test
