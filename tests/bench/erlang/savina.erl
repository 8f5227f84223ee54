%% SPDX-License-Identifier: Apache-2.0
%% The workloads of savina_bench.cpp on Erlang/OTP, on terms of the same shape. Each ends by checking what it has computed.
-module(savina).
-export([count/1, fork_join_throughput/1, fork_join_create/1, thread_ring/1, chameneos/1, big/1]).
-export([bounded_buffer/1, philosophers/1, bank/1, sieve/1, uct/1, nqueens/1]).

expect(Same, Same) -> ok.

number() -> receive N when is_integer(N) -> N end.

sum_of_done(Count) -> sum_of_done(Count, 0).
sum_of_done(0, Sum) -> Sum;
sum_of_done(Count, Sum) -> receive {done, N} when is_integer(N) -> sum_of_done(Count - 1, Sum + N) end.

kill_all(Pids) -> [exit(P, kill) || P <- Pids], ok.

times(0, _) -> ok;
times(N, Do) -> Do(), times(N - 1, Do).

random(State) ->
    Next = (State * 1103515245 + 12345) band 16#7fffffff,
    {Next bsr 8, Next}.

%% -- count --------------------------------------------------------------------------------------------------------------------------------

counter(Count) ->
    receive
        increment -> counter(Count + 1);
        {get, From} -> From ! Count
    end.

count(Messages) ->
    To = spawn(fun() -> counter(0) end),
    times(Messages, fun() -> To ! increment end),
    To ! {get, self()},
    expect(number(), Messages).

%% -- fork and join ------------------------------------------------------------------------------------------------------------------------

counts_work(Parent, Count, Count) -> Parent ! {done, Count};
counts_work(Parent, Messages, Count) -> receive {work, N} when is_integer(N) -> counts_work(Parent, Messages, Count + 1) end.

fork_join_throughput(Messages) ->
    Each = Messages div 60,
    Self = self(),
    Workers = [spawn(fun() -> counts_work(Self, Each, 0) end) || _ <- lists:seq(1, 60)],
    send_work(Workers, 0, Each),
    expect(sum_of_done(60), Each * 60).

send_work(_, Each, Each) -> ok;
send_work(Workers, I, Each) ->
    [To ! {work, I} || To <- Workers],
    send_work(Workers, I + 1, Each).

fork_join_create(Processes) ->
    create(self(), 0, Processes),
    expect(sum_of_done(Processes), Processes * (Processes - 1) div 2).

create(_, Processes, Processes) -> ok;
create(Self, I, Processes) ->
    spawn(fun() -> receive {work, N} when is_integer(N) -> Self ! {done, N} end end) ! {work, I},
    create(Self, I + 1, Processes).

%% -- thread ring --------------------------------------------------------------------------------------------------------------------------

ring_member(Parent, Index) -> receive {next, Next} -> ring_member(Parent, Index, Next) end.
ring_member(Parent, Index, Next) ->
    case number() of
        0 -> Parent ! Index;
        Left -> Next ! Left - 1
    end,
    ring_member(Parent, Index, Next).

thread_ring(Hops) ->
    Self = self(),
    [First | Others] = Ring = [spawn(fun() -> ring_member(Self, I) end) || I <- lists:seq(0, 99)],
    [P ! {next, Next} || {P, Next} <- lists:zip(Ring, Others ++ [First])],
    First ! Hops,
    expect(number(), Hops rem 100),
    kill_all(Ring).

%% -- chameneos ----------------------------------------------------------------------------------------------------------------------------

complement(Same, Same) -> Same;
complement(One, Other) -> 3 - One - Other.

creature(Mall, Colour, Meetings) ->
    Mall ! {meet, self(), Colour},
    receive
        {meet, Other, Theirs} when is_pid(Other), is_integer(Theirs) ->
            Now = complement(Colour, Theirs),
            Other ! {change, Now},
            creature(Mall, Now, Meetings + 1);
        {change, Now} when is_integer(Now) -> creature(Mall, Now, Meetings + 1);
        stop -> Mall ! {done, Meetings}
    end.

chameneos(Meetings) ->
    Self = self(),
    [spawn(fun() -> creature(Self, I rem 3, 0) end) || I <- lists:seq(0, 99)],
    expect(mall(Meetings, none, 100, 0), 2 * Meetings).

mall(_, _, 0, Sum) -> Sum;
mall(Left, Waiting, Creatures, Sum) ->
    receive
        {meet, Who, _} when Left =:= 0 -> Who ! stop, mall(Left, Waiting, Creatures, Sum);
        {meet, Who, _} when Waiting =:= none -> mall(Left, Who, Creatures, Sum);
        {meet, _, _} = Meet -> Waiting ! Meet, mall(Left - 1, none, Creatures, Sum);
        {done, N} when is_integer(N) -> mall(Left, Waiting, Creatures - 1, Sum + N)
    end.

%% -- big ----------------------------------------------------------------------------------------------------------------------------------

big_member(Parent, Random, Pings) ->
    Others = receive {others, List} -> list_to_tuple(List) end,
    big_member(Parent, Others, ping_one(Others, Random), Pings, 0).

big_member(Parent, Others, Random, Pings, Pongs) ->
    receive
        {ping, From} ->
            From ! pong,
            big_member(Parent, Others, Random, Pings, Pongs);
        pong when Pongs + 1 < Pings -> big_member(Parent, Others, ping_one(Others, Random), Pings, Pongs + 1);
        pong ->
            Parent ! {done, Pongs + 1},
            big_member(Parent, Others, Random, Pings, Pongs + 1)
    end.

ping_one(Others, State) ->
    {N, Next} = random(State),
    element(N rem 120 + 1, Others) ! {ping, self()},
    Next.

big(Pings) ->
    Each = Pings div 120 + 1,
    Self = self(),
    Members = [spawn(fun() -> big_member(Self, I, Each) end) || I <- lists:seq(1, 120)],
    [To ! {others, Members} || To <- Members],
    expect(sum_of_done(120), Each * 120),
    kill_all(Members).

%% -- bounded buffer -----------------------------------------------------------------------------------------------------------------------

producer(_, _, 0) -> ok;
producer(Buffer, Value, Left) ->
    receive produce -> ok end,
    Buffer ! {item, Value, self(), Left - 1},
    producer(Buffer, Value + 1, Left - 1).

consumer(Buffer, Sum) ->
    Buffer ! {ready, self()},
    receive
        {consume, N} when is_integer(N) -> consumer(Buffer, Sum + N);
        stop -> Buffer ! {done, Sum}
    end.

bounded_buffer(Items) ->
    Each = Items div 40,
    Self = self(),
    [spawn(fun() -> consumer(Self, 0) end) || _ <- lists:seq(1, 40)],
    [spawn(fun() -> producer(Self, I * Each, Each) end) ! produce || I <- lists:seq(0, 39)],
    Total = Each * 40,
    expect(buffer(Total, queue:new(), 0, queue:new(), queue:new(), 40, 0), Total * (Total - 1) div 2).

buffer(_, _, _, _, _, 0, Sum) -> Sum;
buffer(Left, Items, Size, Held, Idle, Consumers, Sum) ->
    receive
        {item, Value, From, More} ->
            {Left1, Items1, Size1, Idle1} =
                case queue:out(Idle) of
                    {empty, _} -> {Left, queue:in(Value, Items), Size + 1, Idle};
                    {{value, To}, Rest} -> {deliver(To, Value, Left, Rest), Items, Size, Rest}
                end,
            Held1 = if More =:= 0 -> Held;
                       Size1 >= 50 -> queue:in(From, Held);
                       true -> From ! produce, Held
                    end,
            buffer(Left1, Items1, Size1, Held1, Idle1, Consumers, Sum);
        {ready, Who} when Left =:= 0 ->
            Who ! stop,
            buffer(Left, Items, Size, Held, Idle, Consumers, Sum);
        {ready, Who} when Size =:= 0 -> buffer(Left, Items, Size, Held, queue:in(Who, Idle), Consumers, Sum);
        {ready, Who} ->
            {{value, Value}, Items1} = queue:out(Items),
            Left1 = deliver(Who, Value, Left, Idle),
            Held1 = case queue:out(Held) of
                        {empty, _} -> Held;
                        {{value, Producer}, Rest} -> Producer ! produce, Rest
                    end,
            buffer(Left1, Items1, Size - 1, Held1, Idle, Consumers, Sum);
        {done, N} when is_integer(N) -> buffer(Left, Items, Size, Held, Idle, Consumers - 1, Sum + N)
    end.

deliver(To, Value, 1, Idle) ->
    To ! {consume, Value},
    [Who ! stop || Who <- queue:to_list(Idle)],
    0;
deliver(To, Value, Left, _) ->
    To ! {consume, Value},
    Left - 1.

%% -- dining philosophers ------------------------------------------------------------------------------------------------------------------

philosopher(Table, _, Meals, Meals) -> Table ! {done, Meals};
philosopher(Table, Place, Meals, Eaten) ->
    Table ! {hungry, self(), Place},
    receive
        eat -> Table ! {leave, Place}, philosopher(Table, Place, Meals, Eaten + 1);
        denied -> philosopher(Table, Place, Meals, Eaten)
    end.

philosophers(Meals) ->
    Each = Meals div 20,
    Self = self(),
    [spawn(fun() -> philosopher(Self, I, Each, 0) end) || I <- lists:seq(0, 19)],
    expect(table(erlang:make_tuple(20, false), 20, 0), Each * 20).

table(_, 0, Sum) -> Sum;
table(Forks, Philosophers, Sum) ->
    receive
        {hungry, Who, Place} ->
            Left = Place + 1,
            Right = (Place + 1) rem 20 + 1,
            case element(Left, Forks) orelse element(Right, Forks) of
                true -> Who ! denied, table(Forks, Philosophers, Sum);
                false -> Who ! eat, table(setelement(Left, setelement(Right, Forks, true), true), Philosophers, Sum)
            end;
        {leave, Place} -> table(setelement(Place + 1, setelement((Place + 1) rem 20 + 1, Forks, false), false), Philosophers, Sum);
        {done, N} when is_integer(N) -> table(Forks, Philosophers - 1, Sum + N)
    end.

%% -- bank ---------------------------------------------------------------------------------------------------------------------------------

account(Balance) ->
    receive
        {transfer, Amount, To, Teller} ->
            To ! {deposit, Amount, self()},
            receive deposited -> ok end,
            Teller ! settled,
            account(Balance - Amount);
        {deposit, Amount, From} ->
            From ! deposited,
            account(Balance + Amount);
        {get, From} ->
            From ! {done, Balance},
            account(Balance)
    end.

bank(Transfers) ->
    Accounts = [spawn(fun() -> account(1000) end) || _ <- lists:seq(1, 1000)],
    order(list_to_tuple(Accounts), 1, Transfers),
    times(Transfers, fun() -> receive settled -> ok end end),
    [A ! {get, self()} || A <- Accounts],
    expect(sum_of_done(1000), 1000 * 1000),
    kill_all(Accounts).

order(_, _, 0) -> ok;
order(Accounts, Random, Left) ->
    {A, Random1} = random(Random),
    {B, Random2} = random(Random1),
    {C, Random3} = random(Random2),
    From = A rem 800,
    To = From + 1 + B rem (1000 - From - 1),
    element(From + 1, Accounts) ! {transfer, C rem 100, element(To + 1, Accounts), self()},
    order(Accounts, Random3, Left - 1).

%% -- sieve --------------------------------------------------------------------------------------------------------------------------------

%% The primes are kept in the order of their coming: the first in it are tried first.
filter(Parent, Primes, Count, Next) ->
    receive
        {candidate, N} ->
            case divides(Primes, N) of
                true -> filter(Parent, Primes, Count, Next);
                false when Count < 1000 -> filter(Parent, Primes ++ [N], Count + 1, Next);
                false when Next =:= none -> filter(Parent, Primes, Count, spawn(fun() -> filter(Parent, [N], 1, none) end));
                false -> Next ! {candidate, N}, filter(Parent, Primes, Count, Next)
            end;
        {done, Before} when Next =:= none -> Parent ! {done, Before + Count};
        {done, Before} -> Next ! {done, Before + Count}
    end.

divides([Prime | _], N) when N rem Prime =:= 0 -> true;
divides([_ | Primes], N) -> divides(Primes, N);
divides([], _) -> false.

sieve(Limit) ->
    Self = self(),
    First = spawn(fun() -> filter(Self, [2], 1, none) end),
    [First ! {candidate, N} || N <- lists:seq(3, Limit, 2)],
    First ! {done, 0},
    expect(sum_of_done(1), primes_up_to(Limit)).

%% Of the sizes that are measured and warm up.
primes_up_to(100000) -> 9592;
primes_up_to(10001) -> 1229.

%% -- unbalanced tree ----------------------------------------------------------------------------------------------------------------------

tree_node(Parent, Nodes, Random) ->
    Children = grow(self(), Nodes - 1, Random, 0),
    Parent ! {done, sum_of_done(Children) + 1}.

grow(_, 0, _, Children) -> Children;
grow(Self, Left, Random, Children) ->
    {Drawn, Next} = random(Random),
    Share = if Children =:= 3 -> Left; true -> 1 + Drawn rem Left end,
    spawn(fun() -> tree_node(Self, Share, Drawn) end),
    grow(Self, Left - Share, Next, Children + 1).

uct(Nodes) ->
    Self = self(),
    spawn(fun() -> tree_node(Self, Nodes, 1) end),
    expect(sum_of_done(1), Nodes).

%% -- queens -------------------------------------------------------------------------------------------------------------------------------

%% Columns are those of the rows before, the last one first.
queens_worker(Master) ->
    receive
        {place, Columns} when length(Columns) >= 4 -> Master ! {done, queens_from(Columns, length(Columns))};
        {place, Columns} ->
            [Master ! {place, [C | Columns]} || C <- lists:seq(0, 9), is_safe(Columns, C, 1)],
            Master ! {done, 0}
    end,
    queens_worker(Master).

is_safe([], _, _) -> true;
is_safe([There | Columns], C, Rows) ->
    There =/= C andalso There - C =/= Rows andalso C - There =/= Rows andalso is_safe(Columns, C, Rows + 1).

queens_from(_, 10) -> 1;
queens_from(Columns, Rows) -> queens_from(Columns, Rows, 0, 0).

queens_from(_, _, 10, Solutions) -> Solutions;
queens_from(Columns, Rows, C, Solutions) ->
    case is_safe(Columns, C, 1) of
        true -> queens_from(Columns, Rows, C + 1, Solutions + queens_from([C | Columns], Rows + 1));
        false -> queens_from(Columns, Rows, C + 1, Solutions)
    end.

nqueens(_) ->
    Self = self(),
    Workers = [spawn(fun() -> queens_worker(Self) end) || _ <- lists:seq(1, 20)],
    hd(Workers) ! {place, []},
    expect(queens_master(list_to_tuple(Workers), 1, 1, 0), 724),
    kill_all(Workers).

queens_master(_, _, 0, Solutions) -> Solutions;
queens_master(Workers, Next, Open, Solutions) ->
    receive
        {done, N} when is_integer(N) -> queens_master(Workers, Next, Open - 1, Solutions + N);
        {place, _} = Place ->
            element(Next + 1, Workers) ! Place,
            queens_master(Workers, (Next + 1) rem 20, Open + 1, Solutions)
    end.
