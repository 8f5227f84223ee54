%% SPDX-License-Identifier: Apache-2.0
%% Erlang's side of the interop tests: what interop_node registers (echo, counter, puppet_master), and a memory of what was logged.
-module(agner_peer).
-behaviour(gen_server).

-export([start/0, flush/0, same/2, echo/2, order/2, call/2, parted/1, wait_and_tell/1, logged/1, log/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

start() ->
    ets:new(?MODULE, [named_table, public, ordered_set, {heir, whereis(init), none}]),
    ok = logger:add_handler(?MODULE, ?MODULE, #{level => all}),
    register(echo, spawn(fun answer/0)),
    {ok, _} = gen_server:start({local, counter}, ?MODULE, 0, []),
    {ok, _} = gen_server:start({local, puppet_master}, ?MODULE, none, []),
    ok.

answer() ->
    receive
        {From, Term} -> From ! {self(), Term};
        _ -> ok
    end,
    answer().

%% -- what a test says to processes of the other node ---------------------------------------------------------------------------------

%% All that has come for the caller so far.
flush() ->
    receive Any -> [Any | flush()] after 0 -> [] end.

%% What the echo of another node makes of a term.
echo(To, Term) ->
    To ! {self(), Term},
    receive {From, Back} when is_pid(From) -> Back after 20000 -> no_answer end.

%% Whether it comes back with every bit: 0.0 =:= -0.0 in OTP 25.
same(To, Term) ->
    term_to_binary(echo(To, Term)) =:= term_to_binary(Term).

%% What a puppet answers.
order(Puppet, Command) ->
    Puppet ! {do, self(), Command},
    receive {done, Puppet, Result} -> Result after 5000 -> no_answer end.

%% What a call gives, or what it raises.
call(Server, Request) ->
    try gen_server:call(Server, Request)
    catch Class:Reason -> {Class, Reason}
    end.

%% Waits until net_kernel, which hears of it later than others, knows that a connection is gone.
parted(Node) -> parted(Node, 1500).

parted(Node, 0) -> {still, ets:lookup(sys_dist, Node)};
parted(Node, Looks) ->
    case ets:lookup(sys_dist, Node) of
        [] -> ok;
        _ -> receive after 10 -> parted(Node, Looks - 1) end
    end.

%% Tells To why whoever is linked has ended.
wait_and_tell(To) ->
    process_flag(trap_exit, true),
    receive {'EXIT', _, Reason} -> To ! Reason end.

%% -- servers and puppets ---------------------------------------------------------------------------------------------------------------

init(State) -> {ok, State}.

handle_call(new, _, none) -> {reply, spawn(fun() -> puppet(none) end), none};
handle_call(get, _, Sum) -> {reply, Sum, Sum};
handle_call({add, K}, _, Sum) -> {reply, Sum + K, Sum + K};
handle_call({later, Reply}, From, Sum) -> gen_server:cast(self(), {reply, From, Reply}), {noreply, Sum};
handle_call(silence, _, Sum) -> {noreply, Sum};
handle_call({stop, Reason}, _, Sum) -> {stop, Reason, Sum}.

handle_cast({reply, To, Reply}, Sum) -> gen_server:reply(To, Reply), {noreply, Sum};
handle_cast({add, K}, Sum) -> {noreply, Sum + K}.

handle_info(_, State) -> {noreply, State}.

puppet(To) ->
    receive
        {do, _, {exit, Reason}} -> exit(Reason);
        {do, From, {forward_to, P}} -> From ! {done, self(), true}, puppet(P);
        {do, From, Command} -> From ! {done, self(), obey(Command)}, puppet(To);
        _ when To =:= none -> puppet(To);
        Message -> To ! {got, self(), Message}, puppet(To)
    end.

obey(self) -> self();
obey(nodes) -> nodes(connected);
obey({link, P}) -> link(P);
obey({unlink, P}) -> unlink(P);
obey({monitor, P}) -> monitor(process, P);
obey({monitor, P, Options}) -> erlang:monitor(process, P, Options);
obey({demonitor, R}) -> demonitor(R);
obey({register, Name}) -> register(Name, self());
obey({whereis, Name}) -> whereis(Name);
obey({exit, P, Reason}) -> exit(P, Reason);
obey({send, To, Term}) -> To ! Term;
obey({trap_exit, On}) -> process_flag(trap_exit, On);
obey(spawn) -> spawn(fun() -> puppet(none) end);
obey(spawn_link) -> spawn_link(fun() -> puppet(none) end);
obey(spawn_monitor) -> spawn_monitor(fun() -> puppet(none) end);
%% Not of interop_node: what only Erlang's side is asked.
obey(alias) -> alias();
obey({unalias, R}) -> unalias(R);
obey({apply, M, F, A}) -> apply(M, F, A).

%% -- what was logged -------------------------------------------------------------------------------------------------------------------------

log(Event, _) ->
    Text = unicode:characters_to_binary(logger_formatter:format(Event, #{single_line => true, template => [msg]})),
    ets:insert(?MODULE, {erlang:unique_integer([monotonic]), Text}).

%% The first line logged that has Part in it; waits for it.
logged(Part) -> logged(Part, 100).

logged(_, 0) -> {not_logged, [Text || {_, Text} <- ets:tab2list(?MODULE)]};
logged(Part, Looks) ->
    case [Text || {_, Text} <- ets:tab2list(?MODULE), string:find(Text, Part) =/= nomatch] of
        [Text | _] -> unicode:characters_to_list(Text);
        [] -> receive after 100 -> logged(Part, Looks - 1) end
    end.
