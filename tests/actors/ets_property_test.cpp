// SPDX-License-Identifier: Apache-2.0
// Random rows of operations on a table and on a model of it that is a mere vector of objects.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "../support/deterministic_node.hpp"
#include "ets_support.hpp"

namespace agner {
namespace {

using test::sorted;

/// What a table does, said with a vector in the order of insertion.
class model {
public:
  explicit model(ets::type type) : type_(type) {}

  [[nodiscard]] bool same_key(const term& left, const term& right) const {
    return type_ == ets::type::ordered_set ? equal(left, right) : left == right;
  }
  void insert(const term& object) {
    if (type_ == ets::type::set || type_ == ets::type::ordered_set) {
      for (term& each : objects_) {
        if (!same_key(each[0], object[0])) continue;
        each = object;
        return;
      }
    } else if (type_ == ets::type::bag && std::ranges::find(objects_, object) != objects_.end()) {
      return;
    }
    objects_.push_back(object);
  }
  [[nodiscard]] std::vector<term> lookup(const term& key) const {
    std::vector<term> found;
    std::ranges::copy_if(objects_, std::back_inserter(found), [&](const term& each) { return same_key(each[0], key); });
    return found;
  }
  void erase(const term& key) {
    std::erase_if(objects_, [&](const term& each) { return same_key(each[0], key); });
  }
  void erase_object(const term& object) { std::erase(objects_, object); }
  std::size_t erase_even() {
    return std::erase_if(objects_, [](const term& each) { return each[1].as_int64() % 2 == 0; });
  }
  [[nodiscard]] const std::vector<term>& objects() const { return objects_; }
  void clear() { objects_.clear(); }

private:
  ets::type type_;
  std::vector<term> objects_;
};

/// Few keys, so that operations meet; 1 and 1.0 among them.
term some_key() {
  const int number = *rc::gen::inRange(0, 12);
  switch (*rc::gen::inRange(0, 3)) {
  case 0: return number;
  case 1: return static_cast<double>(number);
  default: return tuple("k"_atom, number % 4);
  }
}

void operate(const ets::table& tab, model& expected) {
  const term key = some_key();
  const term object = tuple(key, *rc::gen::inRange(0, 5));
  switch (*rc::gen::inRange(0, 10)) {
  case 0:
  case 1:
  case 2:
    ets::insert(tab, object);
    expected.insert(object);
    return;
  case 3: {
    const bool fresh = expected.lookup(key).empty();
    RC_ASSERT(ets::insert_new(tab, object) == fresh);
    if (fresh) expected.insert(object);
    return;
  }
  case 4: ets::delete_(tab, key); return expected.erase(key);
  case 5: ets::delete_object(tab, object); return expected.erase_object(object);
  case 6: RC_ASSERT(ets::take(tab, key) == expected.lookup(key)); return expected.erase(key);
  case 7:
    RC_ASSERT(ets::select_delete(tab, test::t("[{{'_','$1'},[{'==',{'rem','$1',2},0}],[true]}]")) ==
              expected.erase_even());
    return;
  case 8:
    if (*rc::gen::inRange(0, 20) != 0) return;
    ets::delete_all_objects(tab);
    return expected.clear();
  default: RC_ASSERT(ets::lookup(tab, key) == expected.lookup(key));
  }
}

void compare_all(const ets::table& tab, const model& expected) {
  RC_ASSERT(*ets::info(tab, "size"_atom) == term{expected.objects().size()});
  RC_ASSERT(sorted(ets::tab2list(tab)) == sorted(expected.objects()));
  std::vector<term> walked;
  for (auto key = ets::first(tab); key; key = ets::next(tab, *key)) {
    const auto objects = ets::lookup(tab, *key);
    walked.insert(walked.end(), objects.begin(), objects.end());
  }
  RC_ASSERT(sorted(walked) == sorted(expected.objects()));
  for (const term& each : expected.objects())
    RC_ASSERT(ets::lookup(tab, each[0]) == expected.lookup(each[0]));
}

RC_GTEST_PROP(EtsProperty, ATableDoesWhatItsModelDoes, ()) {
  const ets::type type = *rc::gen::elementOf(std::vector<ets::type>{test::all_types.begin(), test::all_types.end()});
  const bool read_concurrency = *rc::gen::arbitrary<bool>();
  const bool fixed = *rc::gen::arbitrary<bool>();
  const int operations = *rc::gen::inRange(0, 120);
  test::deterministic_node here;
  here->run([&]() -> task<> {
    const ets::table tab = ets::new_("x"_atom, {.type = type, .read_concurrency = read_concurrency});
    model expected{type};
    if (fixed) ets::safe_fixtable(tab, true);
    for (int i = 0; i < operations; ++i)
      operate(tab, expected);
    compare_all(tab, expected);
    if (fixed) ets::safe_fixtable(tab, false);
    compare_all(tab, expected);
    co_return;
  });
}

} // namespace
} // namespace agner
