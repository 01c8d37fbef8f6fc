#include "harness/base/fields.hpp"

#include <gtest/gtest.h>
#include <limits>

#include "harness/base/json_text.hpp"

namespace ipcmark {

enum class colour : std::uint8_t { red, green };
template <>
struct spelling<colour> {
    static constexpr std::array words{std::pair{colour::red, "red"},
                                      std::pair{colour::green, "green"}};
};

struct leaf {
    std::optional<double> low;
    std::vector<std::pair<std::size_t, std::uint64_t>> bins;
};
template <class Visitor>
void visit_fields(Visitor& visit, leaf& l) {
    visit("low", l.low);
    visit("bins", l.bins);
}

struct branch {
    int number = 3;
    bool truth = true;
    std::uint8_t small = 0;
    colour paint = colour::green;
    std::string text = "as it was";
    std::map<std::string, leaf> leaves;
    std::array<int, 2> cpus{-1, -1};
    std::optional<std::string> note;
};
template <class Visitor>
void visit_fields(Visitor& visit, branch& b) {
    visit("number", b.number);
    visit("truth", b.truth);
    visit("small", b.small);
    visit("paint", b.paint);
    visit("text", b.text);
    visit("leaves", b.leaves);
    visit("cpus", b.cpus);
    visit.when_there("note", b.note);
}

namespace {

std::string complaint_of(const char* json) {
    try {
        from_tree<branch>(parse_json(json));
    } catch (const bad_field& e) {
        return e.what();
    }
    return {};
}

TEST(fields, come_back_as_they_were) {
    branch b;
    b.number = -7;
    b.paint = colour::red;
    b.leaves["a/b"] = {2.5, {{1, 2}, {3, 4}}};
    b.note = "there";
    const tree kept = to_tree(b);
    const tree again = to_tree(from_tree<branch>(parse_json(json_text(kept))));
    EXPECT_EQ(again, kept);
    EXPECT_EQ(json_text(kept.at("leaves")), R"({"a/b":{"low":2.5,"bins":[[1,2],[3,4]]}})");
}

TEST(fields, what_is_missing_keeps_its_default_and_what_is_unknown_is_passed_over) {
    const branch b = from_tree<branch>(parse_json(R"({"number": 5, "of_tomorrow": {}})"));
    EXPECT_EQ(b.number, 5);
    EXPECT_EQ(b.text, "as it was");
    EXPECT_EQ(b.paint, colour::green);
    EXPECT_FALSE(b.note);
    EXPECT_EQ(to_tree(b).find("note"), nullptr) << "left out, not null";
}

TEST(fields, a_member_of_another_kind_is_refused_with_its_pointer) {
    EXPECT_EQ(complaint_of(R"({"leaves": {"a/b": {"bins": [[1, 2], [1, "q"]]}}})"),
              "/leaves/a~1b/bins/1/1: a whole number was expected, not a string");
    EXPECT_EQ(complaint_of(R"({"paint": "blue"})"), "/paint: 'blue' is not one of red, green");
    EXPECT_EQ(complaint_of(R"({"small": 256})"), "/small: the number is too large");
    EXPECT_EQ(complaint_of(R"({"cpus": [1, 2, 3]})"), "/cpus: at most 2 elements were expected");
    EXPECT_EQ(complaint_of(R"({"leaves": []})"), "/leaves: an object was expected, not an array");
    EXPECT_EQ(complaint_of("[]"), ": an object was expected, not an array");
}

TEST(json_text, is_strict) {
    const tree value = tree::members{{"text", std::string("\x01\xff\"")},
                                     {"none", std::numeric_limits<double>::quiet_NaN()},
                                     {"large", std::numeric_limits<std::uint64_t>::max()},
                                     {"negative", std::numeric_limits<std::int64_t>::min()},
                                     {"tenth", 0.1},
                                     {"whole", 2.0}};
    const std::string text = json_text(value);
    EXPECT_EQ(text,
              "{\"text\":\"\\u0001\xEF\xBF\xBD\\\"\",\"none\":null,\"large\":18446744073709551615,"
              "\"negative\":-9223372036854775808,\"tenth\":0.1,\"whole\":2.0}");
    EXPECT_EQ(parse_json(text).at("large").as_uint(), std::numeric_limits<std::uint64_t>::max());
}

TEST(json_text, what_is_no_json_is_refused_with_the_place) {
    for (const char* text : {"", "{", "[1,]", "{\"a\":1} 2", "nul", "\"\xff\""})
        EXPECT_THROW(parse_json(text), malformed_json) << text;
    try {
        parse_json("{\"a\":\n [1,}");
        FAIL();
    } catch (const malformed_json& e) {
        EXPECT_TRUE(std::string(e.what()).starts_with("not JSON: parse error at line 2, column 5"))
            << e.what();
    }
    EXPECT_THROW(parse_json(std::string(65, '[') + std::string(65, ']')), malformed_json);
    EXPECT_NO_THROW(parse_json(std::string(64, '[') + std::string(64, ']')));
}

}  // namespace
}  // namespace ipcmark
