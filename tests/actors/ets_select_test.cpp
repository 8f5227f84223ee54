// SPDX-License-Identifier: Apache-2.0
// Patterns and match specifications. Cases after ets_SUITE, group match, and its cases of select. What they give was asked of OTP 25.2.3.

#include "ets_support.hpp"

namespace agner {
namespace {

using test::in_process;
using test::sorted;
using test::t;
using test::terms;

template <class Types, class F>
void with_each(const Types& types, F body) {
  for (const ets::type type : types)
    in_process([&] { body(ets::new_("x"_atom, {.type = type, .access = ets::access::public_})); });
}

/// What @p specification gives of @p object, as ets:test_ms/2 tells; `error` where it is wrong.
term tested(const char* object, const char* specification) {
  return ets::test_ms(t(object), t(specification)).value_or("error"_atom);
}
/// The same for one expression in the body, with `'$1'`... bound to 5, 2.5, [a,b], <<"abc">> and {x,y}.
term body(const char* expression) {
  const std::string all = "[{{'$1','$2','$3','$4','$5'},[],[" + std::string{expression} + "]}]";
  return tested("{5,2.5,[a,b],<<\"abc\">>,{x,y}}", all.c_str());
}

TEST(MatchPattern, BindsAndCompares) {
  in_process([] {
    EXPECT_EQ(tested("{1,2}", "[{{'$1','$2'},[],['$2']}]"), term{2});
    EXPECT_EQ(tested("{1,2}", "[{{'$1','$1'},[],['$1']}]"), term{false});
    EXPECT_EQ(tested("{1,1.0}", "[{{'$1','$1'},[],['$_']}]"), term{false});
    EXPECT_EQ(tested("{1.0}", "[{{1},[],['$_']}]"), term{false});
    EXPECT_EQ(tested("{a,b}", "[{{'_','_'},[],['$$']}]"), term{});
    EXPECT_EQ(tested("{a,b}", "[{{'$3','$1'},[],['$$']}]"), t("[b,a]"));
    EXPECT_EQ(tested("a", "[{'$1',[],['$1']}]"), t("a"));
    EXPECT_EQ(tested("{[1,2,3]}", "[{{['$1'|'$2']},[],[{{'$1','$2'}}]}]"), t("{1,[2,3]}"));
    EXPECT_EQ(tested("{[1,2,3]}", "[{{['_','$2'|'_']},[],['$2']}]"), t("2"));
    EXPECT_EQ(tested("{[1]}", "[{{['_','$2'|'_']},[],['$2']}]"), t("false"));
    EXPECT_EQ(tested("{[1,2|x]}", "[{{['_'|'$1']},[],['$1']}]"), t("[2|x]"));
    EXPECT_EQ(tested("{#{a=>1,b=>2}}", "[{{#{a=>'$1'}},[],['$1']}]"), t("1"));
    EXPECT_EQ(tested("{#{a=>1,b=>2}}", "[{{#{c=>'$1'}},[],['$1']}]"), t("false"));
    EXPECT_EQ(tested("{#{a=>1}}", "[{{#{}},[],[yes]}]"), t("yes"));
    EXPECT_EQ(tested("{x}", "[{{#{}},[],[yes]}]"), t("false"));
    EXPECT_EQ(tested("{'$01'}", "[{{'$01'},[],['$_']}]"), t("{'$01'}"));
    EXPECT_EQ(tested("{1}", "[{{'$123456789'},[],['$123456789']}]"), t("1"));
    EXPECT_EQ(tested("{1}", "[{{'$1'},[{'>','$1',5}],[a]},{'_',[],[b]}]"), t("b"));
  });
}

TEST(MatchSpecification, IsRefusedWhereItIsNone) {
  in_process([] {
    for (const char* wrong : {"x",
                              "[]",
                              "[x]",
                              "[{{'$1'},[]}]",
                              "[{{'$1'},x,['$_']}]",
                              "[{{'$1'},[],x}]",
                              "[{{'$1'},[],[]}]",
                              "[{{'$1'},[],['$_'|x]}]",
                              "[{{'$1'},[],['$2']}]",
                              "[{{'$1'},['$2'],['$1']}]",
                              "[{{'$1'},[{foo}],['$1']}]",
                              "[{{'$1'},[],[{bar,1}]}]",
                              "[{{'$1'},[],[{}]}]",
                              "[{{'$1'},[],[{1,2}]}]",
                              "[{{'$1'},[],[{const}]}]",
                              "[{{'$1'},[],[{const,1,2}]}]",
                              "[{{#{'_'=>1}},[],['$_']}]",
                              "[{{#{'$1'=>1}},[],['$_']}]",
                              "[{{'$1'},[],[{'xor',true,true,true}]}]",
                              "[{{'$1'},[],[{'and'}]}]",
                              "[{{'$1'},[],[{display,1}]}]",
                              "[{{'$1'},[],[{is_record,'$1',x}]}]",
                              "[{{'$1'},[],[#{{a,'$1'}=>2}]}]"})
      EXPECT_FALSE(ets::test_ms(t("{1}"), t(wrong))) << wrong;
    const ets::table tab = ets::new_("x"_atom);
    EXPECT_BADARG(ets::select(tab, t("x")));
    EXPECT_BADARG(ets::select(tab, t("[{'_',[],['$1']}]")));
    EXPECT_TRUE(ets::select(tab, term{}).empty());
    EXPECT_BADARG(ets::match(tab, t("{#{'$1'=>1}}")));
  });
}

// ms_excessive_nesting
TEST(MatchSpecification, IsRefusedWhereItIsNestedTooDeep) {
  in_process([] {
    term head = "$1"_atom;
    term body = "$1"_atom;
    for (int i = 0; i < 100'000; ++i) {
      head = tuple(head);
      body = tuple(tuple(body));
    }
    EXPECT_FALSE(ets::test_ms(1, list({tuple(head, term{}, list({1}))})));
    EXPECT_FALSE(ets::test_ms(1, list({tuple("$1"_atom, term{}, list({body}))})));
  });
}

TEST(MatchBody, EvaluatesWhatTheManualLists) {
  in_process([] {
    const std::pair<const char*, const char*> cases[] = {
        {"{is_atom,'$1'}", "false"},
        {"{is_float,'$2'}", "true"},
        {"{is_integer,'$1'}", "true"},
        {"{is_list,'$3'}", "true"},
        {"{is_number,'$1'}", "true"},
        {"{is_pid,'$1'}", "false"},
        {"{is_tuple,'$5'}", "true"},
        {"{is_binary,'$4'}", "true"},
        {"{is_map,'$1'}", "false"},
        {"{is_map_key,a,#{a=>1}}", "true"},
        {"{is_map_key,a,'$1'}", "'EXIT'"},
        {"{is_record,'$5',x,2}", "true"},
        {"{is_record,'$5',x,3}", "false"},
        {"{is_function,'$1'}", "false"},
        {"{'and',true,true,true}", "true"},
        {"{'and',true}", "true"},
        {"{'and',false,1}", "'EXIT'"},
        {"{'or',false,false,true}", "true"},
        {"{'or',true,1}", "'EXIT'"},
        {"{'xor',true,false}", "true"},
        {"{'not',true}", "false"},
        {"{'not',1}", "'EXIT'"},
        {"{'andalso',true,'$1'}", "5"},
        {"{'andalso',true,5,true}", "'EXIT'"},
        {"{'andalso',false,1}", "false"},
        {"{'orelse',false,'$1'}", "5"},
        {"{'orelse',true,foo}", "true"},
        {"{'+','$1',1}", "6"},
        {"{'+','$1'}", "5"},
        {"{'-','$1'}", "-5"},
        {"{'*','$1','$2'}", "12.5"},
        {"{'/','$1',2}", "2.5"},
        {"{'div',-5,2}", "-2"},
        {"{'rem',-5,2}", "-1"},
        {"{'div','$1',0}", "'EXIT'"},
        {"{'band','$1',4}", "4"},
        {"{'bor','$1',8}", "13"},
        {"{'bxor','$1',1}", "4"},
        {"{'bnot','$1'}", "-6"},
        {"{'bsl','$1',100}", "6338253001141147007483516026880"},
        {"{'bsr','$1',1}", "2"},
        {"{'bsl','$1',-1}", "2"},
        {"{abs,{'-','$1'}}", "5"},
        {"{element,1,'$5'}", "x"},
        {"{element,3,'$5'}", "'EXIT'"},
        {"{hd,'$3'}", "a"},
        {"{tl,'$3'}", "[b]"},
        {"{length,'$3'}", "2"},
        {"{round,'$2'}", "3"},
        {"{trunc,'$2'}", "2"},
        {"{size,'$5'}", "2"},
        {"{size,'$4'}", "3"},
        {"{byte_size,'$4'}", "3"},
        {"{bit_size,'$4'}", "24"},
        {"{float,'$1'}", "5.0"},
        {"{binary_part,'$4',0,1}", "<<\"a\">>"},
        {"{binary_part,'$4',{{3,-2}}}", "<<\"bc\">>"},
        {"{binary_part,'$4',2,2}", "'EXIT'"},
        {"{map_get,a,#{a=>1}}", "1"},
        {"{map_size,#{a=>1}}", "1"},
        {"{'=:=','$1',5.0}", "false"},
        {"{'==','$1',5.0}", "true"},
        {"{'/=','$1',5.0}", "false"},
        {"{'=/=','$1',5.0}", "true"},
        {"{'>','$1',4}", "true"},
        {"{'=<','$1',4}", "false"},
        {"{'<',a,'$5'}", "true"},
        {"{const,'$1'}", "'$1'"},
        {"{const,{a,b}}", "{a,b}"},
        {"{{a,'$1'}}", "{a,5}"},
        {"['$1','$2']", "[5,2.5]"},
        {"['$1'|'$2']", "[5|2.5]"},
        {"{{}}", "{}"},
        {"'_'", "'_'"},
        {"#{'$1'=>{'+','$1',1}}", "#{5=>6}"},
        {"{{a,{hd,x}}}", "{a,'EXIT'}"},
        {"{hd,x},1", "1"},
        {"1,{hd,x}", "'EXIT'"},
        {"{'+',{hd,x},1}", "'EXIT'"},
        {"'$$'", "[5,2.5,[a,b],<<\"abc\">>,{x,y}]"},
        {"{'/',1,0}", "'EXIT'"},
    };
    for (const auto& [expression, value] : cases)
      EXPECT_EQ(body(expression), t(value)) << expression;
    EXPECT_EQ(body("{self}"), term{self()});
    EXPECT_EQ(body("{node}"), term{this_node().name()});
    EXPECT_EQ(body("{node,{self}}"), term{this_node().name()});
  });
}

TEST(MatchGuard, FailsWhereItIsNotTrue) {
  in_process([] {
    const auto passes = [](const char* guard) {
      const std::string all = "[{{'$1'},[" + std::string{guard} + "],[yes]}]";
      return tested("{1}", all.c_str()).is("yes"_atom);
    };
    EXPECT_TRUE(passes("{'==','$1',1}"));
    EXPECT_TRUE(passes("true"));
    EXPECT_FALSE(passes("1"));
    EXPECT_FALSE(passes("{hd,'$1'}"));
    EXPECT_FALSE(passes("{'not',{hd,'$1'}}"));
    EXPECT_FALSE(passes("{'==',{'div',1,0},{'div',1,0}}"));
    EXPECT_TRUE(passes("{'orelse',true,{hd,'$1'}}"));
    EXPECT_FALSE(passes("{'or',true,{hd,'$1'}}"));
    EXPECT_FALSE(passes("{is_atom,'$1'},{is_integer,'$1'}"));
  });
}

// match1, match2, match_object, match_object2
TEST(EtsMatch, GivesBindings) {
  with_each(test::all_types, [](const ets::table& tab) {
    ets::insert(tab, t("[{one,1},{two,2},{three,2}]"));
    EXPECT_EQ(sorted(ets::match(tab, t("{'$1',2}"))), terms("[[two],[three]]"));
    EXPECT_EQ(sorted(ets::match(tab, t("{'$2','$1'}"))), terms("[[1,one],[2,two],[2,three]]"));
    EXPECT_EQ(ets::match(tab, t("{one,'$1'}")), std::vector<term>{t("[1]")});
    EXPECT_EQ(ets::match(tab, "_"_atom), (std::vector<term>{term{}, term{}, term{}}));
    EXPECT_TRUE(ets::match(tab, "x"_atom).empty());
    EXPECT_EQ(sorted(ets::match_object(tab, t("{'_',2}"))), terms("[{two,2},{three,2}]"));
    EXPECT_TRUE(ets::match_object(tab, t("{one,1,1}")).empty());
    EXPECT_EQ(ets::match_object(tab, t("{one,1}")).size(), 1U);
    ets::match_delete(tab, t("{'_',2}"));
    EXPECT_EQ(ets::tab2list(tab), terms("[{one,1}]"));
    ets::match_delete(tab, "_"_atom);
    EXPECT_TRUE(ets::tab2list(tab).empty());
  });
}

// ordered_match, t_select_reverse
TEST(EtsSelect, GoesThroughAnOrderedSetInOrder) {
  with_each(std::array{ets::type::ordered_set}, [](const ets::table& tab) {
    for (int i = 9; i >= 0; --i)
      ets::insert(tab, tuple(i, i % 2));
    const auto listed = [](const std::vector<term>& all) { return list_of(all); };
    EXPECT_EQ(listed(ets::select(tab, t("[{{'$1',0},[],['$1']}]"))), t("[0,2,4,6,8]"));
    EXPECT_EQ(listed(ets::select_reverse(tab, t("[{{'$1',0},[],['$1']}]"))), t("[8,6,4,2,0]"));
    const auto two = ets::select_reverse(tab, t("[{'_',[],['$_']}]"), 2);
    EXPECT_EQ(listed(two->objects), t("[{9,1},{8,0}]"));
    EXPECT_EQ(listed(ets::select(two->rest)->objects), t("[{7,1},{6,0}]"));
    EXPECT_EQ(listed(ets::select(tab, t("[{{3,'$1'},[],['$_']},{{1,'$1'},[],['$_']}]"))), t("[{1,1},{3,1}]"));
  });
}

TEST(EtsSelect, MeetsAnObjectOnceThoughTwoKeysFindIt) {
  with_each(std::array{ets::type::ordered_set}, [](const ets::table& tab) {
    ets::insert(tab, t("{1.0,a}"));
    const term both = t("[{{1,'_'},[],[integer]},{{1.0,'_'},[],[true]}]");
    EXPECT_EQ(ets::select(tab, both), std::vector<term>{true});
    EXPECT_EQ(ets::select_delete(tab, both), 1U);
  });
}

// select_bound_chunk, partly_bound
TEST(EtsSelect, WithABoundKeyLooksAtItAlone) {
  with_each(test::all_types, [](const ets::table& tab) {
    for (int i = 0; i < 100; ++i)
      ets::insert(tab, tuple(i, i));
    EXPECT_EQ(ets::select(tab, t("[{{7,'$1'},[],['$1']}]")), std::vector<term>{7});
    EXPECT_EQ(sorted(ets::select(tab, t("[{{7,'$1'},[],['$1']},{{8,'_'},[],[eight]},{{7,'_'},[],[never]}]"))),
              sorted({7, "eight"_atom}));
    EXPECT_EQ(ets::select(tab, t("[{{7,'$1'},[],['$1']},{{'$1',9},[],[nine]}]")).size(), 2U);
    const auto bound = ets::select(tab, t("[{{7,'$1'},[],['$1']}]"), 1);
    EXPECT_EQ(bound->objects.size(), 1U);
    EXPECT_TRUE(bound->rest.at_end() || !ets::select(bound->rest));
    EXPECT_EQ(ets::select_count(tab, t("[{{7,'_'},[],[true]}]")), 1U);
    EXPECT_EQ(ets::select_delete(tab, t("[{{7,'_'},[],[true]}]")), 1U);
    EXPECT_FALSE(ets::member(tab, 7));
  });
}

// otp_6842_select_1000
TEST(EtsSelect, WithALimitGivesEverythingOnce) {
  with_each(test::all_types, [](const ets::table& tab) {
    const bool bag =
        ets::info(tab, "type"_atom)->is("bag"_atom) || ets::info(tab, "type"_atom)->is("duplicate_bag"_atom);
    for (int i = 0; i < 1000; ++i)
      ets::insert(tab, tuple(bag ? i / 10 : i, i));
    for (const std::size_t limit : {1U, 3U, 7U, 100U, 999U, 1000U, 1001U}) {
      std::vector<term> all;
      std::size_t chunks = 0;
      for (auto some = ets::select(tab, t("[{{'_','$1'},[],['$1']}]"), limit); some; some = ets::select(some->rest)) {
        EXPECT_LE(some->objects.size(), limit);
        all.insert(all.end(), some->objects.begin(), some->objects.end());
        ++chunks;
      }
      EXPECT_EQ(all.size(), 1000U);
      EXPECT_EQ(chunks, (1000 + limit - 1) / limit);
      std::ranges::sort(all, [](const term& l, const term& r) { return l.as_int64() < r.as_int64(); });
      EXPECT_EQ(std::ranges::unique(all).size(), 0U);
    }
    EXPECT_BADARG(ets::select(tab, t("[{'_',[],['$_']}]"), 0));
    EXPECT_FALSE(ets::match(tab, t("{none,'_'}"), 2));
    EXPECT_TRUE(ets::match_object(tab, "_"_atom, 2000)->rest.at_end());
    EXPECT_FALSE(ets::select(ets::match_object(tab, "_"_atom, 2000)->rest));
  });
}

// t_bucket_disappears
TEST(EtsSelect, GoesOnThoughWhatItHadComeToIsGone) {
  with_each(test::all_types, [](const ets::table& tab) {
    for (int i = 0; i < 200; ++i)
      ets::insert(tab, tuple(i));
    std::size_t seen = 0;
    for (auto some = ets::match_object(tab, "_"_atom, 1); some; some = ets::select(some->rest)) {
      ++seen;
      ets::delete_(tab, some->objects[0][0]);
    }
    EXPECT_EQ(seen, 200U);
    EXPECT_EQ(ets::info(tab, "size"_atom), term{0});
  });
}

// t_named_select
TEST(EtsSelect, GoesOnInTheSameTableOnly) {
  in_process([] {
    const auto made = [] {
      ets::new_("named"_atom, {.named_table = true});
      ets::insert("named"_atom, t("[{1},{2},{3}]"));
    };
    made();
    const auto first = ets::match_object("named"_atom, "_"_atom, 1);
    ets::delete_("named"_atom);
    EXPECT_BADARG(ets::select(first->rest));
    made();
    EXPECT_BADARG(ets::select(first->rest));
    const auto two = ets::match_object("named"_atom, "_"_atom, 2);
    ets::rename("named"_atom, "renamed"_atom);
    EXPECT_EQ(ets::select(two->rest)->objects.size(), 1U);
  });
}

// t_select_delete, match_delete
TEST(EtsSelectDelete, RemovesWhereTheBodyIsTrue) {
  with_each(test::all_types, [](const ets::table& tab) {
    for (int i = 0; i < 100; ++i)
      ets::insert(tab, tuple(i, i % 3));
    EXPECT_EQ(ets::select_count(tab, t("[{{'$1','_'},[],[{'<','$1',10}]}]")), 10U);
    EXPECT_EQ(ets::select_delete(tab, t("[{{'$1','_'},[],['$1']}]")), 0U);
    EXPECT_EQ(ets::select_delete(tab, t("[{{'$1',1},[],[true]}]")), 33U);
    EXPECT_EQ(ets::info(tab, "size"_atom), term{67});
    EXPECT_EQ(ets::select_delete(tab, t("[{{'$1','_'},[],[{'<','$1',50}]}]")), 33U);
    EXPECT_EQ(ets::select_delete(tab, t("[{'_',[],[true]}]")), 67U - 33U);
    EXPECT_EQ(ets::first(tab), std::nullopt);
  });
  with_each(std::array{ets::type::duplicate_bag}, [](const ets::table& tab) {
    ets::insert(tab, t("[{1,a},{1,b},{1,a},{1,c}]"));
    EXPECT_EQ(ets::select_delete(tab, t("[{{1,a},[],[true]}]")), 2U);
    EXPECT_EQ(list_of(ets::lookup(tab, 1)), t("[{1,b},{1,c}]"));
  });
}

// t_select_replace
TEST(EtsSelectReplace, KeepsKeys) {
  with_each(test::set_types, [](const ets::table& tab) {
    const auto replaced = [&](const char* specification) { return ets::select_replace(tab, t(specification)); };
    ets::insert(tab, t("[{1,a},{2,b}]"));
    EXPECT_EQ(replaced("[{{'$1','$2'},[],[{{'$1',{{'$2'}}}}]}]"), 2U);
    EXPECT_EQ(sorted(ets::tab2list(tab)), terms("[{1,{a}},{2,{b}}]"));
    EXPECT_EQ(replaced("[{{1,'_'},[],[{const,{1,q}}]}]"), 1U);
    EXPECT_EQ(replaced("[{{1,'_'},[],[{{1,q}}]}]"), 1U);
    EXPECT_EQ(replaced("[{'_',[],['$_']}]"), 2U);
    EXPECT_EQ(replaced("[{{'$1','_'},[],[{{{element,1,'$_'},zz}}]}]"), 2U);
    EXPECT_EQ(replaced("[{{1,'_'},[],[{{{const,1},yy}}]}]"), 1U);
    EXPECT_EQ(replaced("[{{{a,'$1'},'_'},[],[{{{{a,'$1'}},q}}]}]"), 0U);
    EXPECT_EQ(sorted(ets::tab2list(tab)), terms("[{1,yy},{2,zz}]"));
    for (const char* wrong :
         {"[{{'$1','_'},[],[{{x,'$1'}}]}]", "[{'$1',[],['$1']}]", "[{{'$1','_'},[],['$_',{{'$1',q}}]}]",
          "[{{1,'_'},[],[{const,{2,q}}]}]", "[{{'_','_'},[],[{{'_',q}}]}]", "[{{'$1','_'},[],[{const,{'$1',q}}]}]",
          "[{{#{a=>1},'_'},[],[{{#{a=>1},q}}]}]", "[{{'$1','_'},[],[{{{element,2,'$_'},zz}}]}]"})
      EXPECT_BADARG(replaced(wrong)) << wrong;
  });
  with_each(std::array{ets::type::bag},
            [](const ets::table& tab) { EXPECT_BADARG(ets::select_replace(tab, t("[{'_',[],['$_']}]"))); });
  with_each(std::array{ets::type::duplicate_bag}, [](const ets::table& tab) {
    ets::insert(tab, t("[{1,a},{1,b},{1,a}]"));
    EXPECT_EQ(ets::select_replace(tab, t("[{{'$1',a},[],[{{'$1',c}}]}]")), 2U);
    EXPECT_EQ(list_of(ets::lookup(tab, 1)), t("[{1,c},{1,b},{1,c}]"));
  });
}

// t_match_spec_run
TEST(MatchSpecification, MayBeCompiledOnce) {
  in_process([] {
    const term compiled = ets::match_spec_compile(t("[{{'$1'},[{'>','$1',1}],['$1']}]"));
    EXPECT_TRUE(compiled.is_reference());
    EXPECT_TRUE(ets::is_compiled_ms(compiled));
    EXPECT_FALSE(ets::is_compiled_ms(make_ref()));
    EXPECT_FALSE(ets::is_compiled_ms(1));
    const term objects = t("[{1},{2},foo,{3}]");
    EXPECT_EQ(ets::match_spec_run({objects.as_list().begin(), objects.as_list().end()}, compiled),
              (std::vector<term>{2, 3}));
    EXPECT_BADARG(ets::match_spec_compile(t("foo")));
    EXPECT_BADARG(ets::match_spec_run({}, make_ref()));
    const ets::table tab = ets::new_("x"_atom);
    ets::insert(tab, t("[{1},{2}]"));
    EXPECT_EQ(ets::select(tab, compiled), std::vector<term>{2});
  });
}

} // namespace
} // namespace agner
