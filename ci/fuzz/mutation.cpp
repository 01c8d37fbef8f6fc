#include <algorithm>
#include <limits>
#include <random>

#include "ci/fuzz/targets.hpp"
#include "harness/base/json_text.hpp"

namespace ipcmark::fuzz {

namespace {

class mutation {
public:
    explicit mutation(unsigned seed) : random_(seed) {}

    void change(tree& whole) {
        std::vector<tree*> all;
        collect(whole, all);
        const tree copy = *all[below(all.size())];
        tree& at = *all[below(all.size())];
        switch (below(5)) {
            case 0:
                return remove_one(at);
            case 1:
                return repeat_one(at);
            case 2:
                at = copy;
                return;
            case 3:
                return alter(at);
            default:
                at = odd_value();
                return;
        }
    }
    std::size_t below(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
    }

private:
    static void collect(tree& value, std::vector<tree*>& to) {
        to.push_back(&value);
        if (value.is_list())
            for (tree& each : value.elements())
                collect(each, to);
        if (value.is_object())
            for (auto& [key, each] : value.named())
                collect(each, to);
    }

    void remove_one(tree& from) {
        if (from.is_list() && !from.empty())
            from.elements().erase(from.elements().begin() +
                                  static_cast<std::ptrdiff_t>(below(from.size())));
        else if (from.is_object() && !from.empty())
            from.named().erase(from.named().begin() +
                               static_cast<std::ptrdiff_t>(below(from.size())));
        else
            from = odd_value();
    }

    void repeat_one(tree& of) {
        if (!of.is_list() || of.empty()) return alter(of);
        const tree one = of.elements()[below(of.size())];
        of.elements().insert(of.elements().begin() + static_cast<std::ptrdiff_t>(below(of.size())),
                             1 + below(3), one);
    }

    /// Of the same kind, so that it passes the schema.
    void alter(tree& value) {
        if (value.is_bool())
            value = !value.as_bool();
        else if (value.is_whole())
            value = odd_wholes[below(odd_wholes.size())];
        else if (value.is_number())
            value = odd_numbers[below(odd_numbers.size())];
        else if (value.is_text())
            alter_text(value);
        else
            remove_one(value);
    }

    void alter_text(tree& value) {
        std::string text = value.as_text();
        switch (below(4)) {
            case 0:
                text.clear();
                break;
            case 1:
                text.insert(below(text.size() + 1), 1, "/=,;-(%\n\x1b<0"[below(11)]);
                break;
            case 2:
                text = text.substr(0, below(text.size() + 1));
                break;
            default:
                text += text;
        }
        value = std::move(text);
    }

    tree odd_value() {
        switch (below(7)) {
            case 0:
                return {};
            case 1:
                return below(2) == 0;
            case 2:
                return odd_wholes[below(odd_wholes.size())];
            case 3:
                return odd_numbers[below(odd_numbers.size())];
            case 4:
                return "";
            case 5:
                return tree::array();
            default:
                return tree::object();
        }
    }

    static constexpr std::array<std::int64_t, 10> odd_wholes{
        0,
        1,
        -1,
        2,
        7,
        63,
        64,
        4096,
        std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::int64_t>::min()};
    static constexpr std::array<double, 8> odd_numbers{0.0,  -0.0,  -1.5,   0.5,
                                                       1e18, 1e300, -1e300, 5e-324};

    std::minstd_rand random_;
};

std::string mutated_document(const std::string& text, mutation& by) {
    try {
        tree whole = parse_json(text);
        for (std::size_t i = 0, times = 1 + by.below(3); i < times; ++i)
            by.change(whole);
        return json_text(whole);
    } catch (const std::exception&) {
        return text;
    }
}

}  // namespace

std::string mutated_json(const std::string& text, unsigned seed) {
    mutation by(seed);
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    if (lines == 0 || !text.starts_with(R"({"journal")")) return mutated_document(text, by);
    std::size_t begin = 0;
    for (std::size_t i = 0, which = by.below(lines); i < which; ++i)
        begin = text.find('\n', begin) + 1;
    const std::size_t end = text.find('\n', begin);
    return text.substr(0, begin) + mutated_document(text.substr(begin, end - begin), by) +
           text.substr(end);
}

}  // namespace ipcmark::fuzz
