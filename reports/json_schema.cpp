#include "reports/json_schema.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <unordered_map>

#include "harness/base/json_text.hpp"

namespace ipcmark {

namespace {

std::string type_of(const tree& value) {
    if (value.is_whole()) return "integer";
    if (value.is_number()) return "number";
    return value.is_null()     ? "null"
           : value.is_bool()   ? "boolean"
           : value.is_text()   ? "string"
           : value.is_object() ? "object"
                               : "array";
}

bool has_type(const tree& value, const std::string& type) {
    if (type == "integer")
        return value.is_number() && std::floor(value.as_double()) == value.as_double();
    if (type == "number") return value.is_number();
    return type_of(value) == type;
}

std::string pointer_token(const std::string& key) {
    std::string result;
    for (const char c : key) {
        if (c == '~')
            result += "~0";
        else if (c == '/')
            result += "~1";
        else
            result += c;
    }
    return result;
}

std::string counted_items(const tree& count) {
    return json_text(count) + (count.as_uint() == 1 ? " item" : " items");
}

class checker {
public:
    checker(const tree& root, std::size_t at_most, const std::vector<tree>& others)
        : root_(root), others_(others), at_most_(at_most) {}

    std::vector<schema_fault> take() { return std::move(faults_); }

    void check(const tree& schema, const tree& value, const std::string& pointer) {
        for (const auto& [keyword, argument] : schema.named()) {
            if (faults_.size() >= at_most_) return;
            apply(keyword, argument, schema, value, pointer);
        }
    }

private:
    using rule = void (checker::*)(const tree&, const tree&, const tree&, const std::string&);

    void apply(const std::string& keyword, const tree& argument, const tree& schema,
               const tree& value, const std::string& pointer) {
        static constexpr std::array<std::string_view, 6> annotations{
            "$schema", "$id", "title", "$defs", "description", "default"};
        if (std::find(annotations.begin(), annotations.end(), keyword) != annotations.end()) return;
        static const std::vector<std::pair<std::string_view, rule>> rules{
            {"type", &checker::type},
            {"const", &checker::constant},
            {"enum", &checker::enumeration},
            {"required", &checker::required},
            {"properties", &checker::properties},
            {"additionalProperties", &checker::additional},
            {"items", &checker::items},
            {"anyOf", &checker::any_of},
            {"$ref", &checker::reference},
            {"pattern", &checker::pattern},
            {"minimum", &checker::minimum},
            {"maximum", &checker::maximum},
            {"minItems", &checker::min_items},
            {"maxItems", &checker::max_items},
        };
        for (const auto& [name, apply_rule] : rules)
            if (name == keyword) return (this->*apply_rule)(argument, schema, value, pointer);
        throw std::logic_error("schema keyword '" + keyword + "' is not supported");
    }

    void fault(const std::string& pointer, std::string text) {
        faults_.push_back({pointer, std::move(text)});
    }

    void type(const tree& argument, const tree&, const tree& value, const std::string& pointer) {
        if (argument.is_text()) {
            if (!has_type(value, argument.as_text()))
                fault(pointer, "expected " + argument.as_text() + ", found " + type_of(value));
            return;
        }
        std::string wanted;
        for (const auto& one : argument.elements()) {
            if (has_type(value, one.as_text())) return;
            wanted += (wanted.empty() ? "" : " or ") + one.as_text();
        }
        fault(pointer, "expected " + wanted + ", found " + type_of(value));
    }

    void constant(const tree& argument, const tree&, const tree& value,
                  const std::string& pointer) {
        if (!(value == argument)) fault(pointer, "must be " + json_text(argument));
    }

    void enumeration(const tree& argument, const tree&, const tree& value,
                     const std::string& pointer) {
        const auto& allowed = argument.elements();
        if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
            fault(pointer, "must be one of " + json_text(argument));
    }

    void required(const tree& argument, const tree&, const tree& value,
                  const std::string& pointer) {
        if (!value.is_object()) return;
        for (const auto& key : argument.elements())
            if (!value.contains(key.as_text())) fault(pointer, "lacks \"" + key.as_text() + "\"");
    }

    void properties(const tree& argument, const tree&, const tree& value,
                    const std::string& pointer) {
        if (!value.is_object()) return;
        for (const auto& [key, schema] : argument.named())
            if (const tree* at = value.find(key))
                check(schema, *at, pointer + "/" + pointer_token(key));
    }

    void additional(const tree& argument, const tree& schema, const tree& value,
                    const std::string& pointer) {
        if (!value.is_object() || (argument.is_bool() && argument.as_bool())) return;
        static const tree none = tree::object();
        const tree* given = schema.find("properties");
        const tree& known = given == nullptr ? none : *given;
        for (const auto& [key, member] : value.named()) {
            if (known.contains(key)) continue;
            if (argument.is_bool())
                fault(pointer + "/" + pointer_token(key), "is not a known key");
            else
                check(argument, member, pointer + "/" + pointer_token(key));
        }
    }

    void items(const tree& argument, const tree&, const tree& value, const std::string& pointer) {
        if (!value.is_list()) return;
        std::size_t index = 0;
        for (const auto& member : value.elements())
            check(argument, member, pointer + "/" + std::to_string(index++));
    }

    void any_of(const tree& argument, const tree&, const tree& value, const std::string& pointer) {
        std::vector<schema_fault> nearest;
        for (const auto& schema : argument.elements()) {
            checker attempt(root_, at_most_, others_);
            attempt.check(schema, value, pointer);
            auto faults = attempt.take();
            if (faults.empty()) return;
            // The branch that got deepest into the document tells most.
            if (nearest.empty() || faults.front().pointer.size() > nearest.front().pointer.size())
                nearest = std::move(faults);
        }
        faults_.insert(faults_.end(), nearest.begin(), nearest.end());
    }

    void reference(const tree& argument, const tree&, const tree& value,
                   const std::string& pointer) {
        const auto& target = argument.as_text();
        if (!target.starts_with("#")) {
            check_by_other(target, value, pointer);
            return;
        }
        auto at = targets_.find(target);
        if (at == targets_.end()) at = targets_.emplace(target, &found(target)).first;
        check(*at->second, value, pointer);
    }

    void check_by_other(const std::string& id, const tree& value, const std::string& pointer) {
        const auto other = std::find_if(others_.begin(), others_.end(), [&](const tree& each) {
            const tree* own = each.find("$id");
            return own != nullptr && *own == tree(id);
        });
        if (other == others_.end())
            throw std::logic_error("schema $ref '" + id + "' leads to none that is here");
        checker by(*other, at_most_ - faults_.size(), others_);
        by.check(*other, value, pointer);
        auto more = by.take();
        faults_.insert(faults_.end(), std::make_move_iterator(more.begin()),
                       std::make_move_iterator(more.end()));
    }

    void pattern(const tree& argument, const tree&, const tree& value, const std::string& pointer) {
        constexpr std::size_t longest = 4096;
        if (!value.is_text()) return;
        const auto& text = value.as_text();
        if (text.size() > longest || !std::regex_search(text, std::regex(argument.as_text())))
            fault(pointer, "must match " + argument.as_text());
    }

    void minimum(const tree& argument, const tree&, const tree& value, const std::string& pointer) {
        if (value.is_number() && value.as_double() < argument.as_double())
            fault(pointer, "must be at least " + json_text(argument));
    }

    void maximum(const tree& argument, const tree&, const tree& value, const std::string& pointer) {
        if (value.is_number() && value.as_double() > argument.as_double())
            fault(pointer, "must be at most " + json_text(argument));
    }

    void min_items(const tree& argument, const tree&, const tree& value,
                   const std::string& pointer) {
        if (value.is_list() && value.size() < argument.as_uint())
            fault(pointer, "needs at least " + counted_items(argument));
    }

    void max_items(const tree& argument, const tree&, const tree& value,
                   const std::string& pointer) {
        if (value.is_list() && value.size() > argument.as_uint())
            fault(pointer, "may have at most " + counted_items(argument));
    }

    /// "#", "#/$defs/cell"; the names of our schemas need no escapes.
    const tree& found(const std::string& target) const {
        const tree* at = &root_;
        for (std::size_t from = 2; from <= target.size();) {
            const auto end = std::min(target.find('/', from), target.size());
            at = &at->at(target.substr(from, end - from));
            from = end + 1;
        }
        return *at;
    }

    const tree& root_;
    const std::vector<tree>& others_;
    /// A result refers to the same few definitions a hundred thousand times.
    std::unordered_map<std::string, const tree*> targets_;
    std::size_t at_most_;
    std::vector<schema_fault> faults_;
};

}  // namespace

std::vector<schema_fault> check_schema(const tree& schema, const tree& document,
                                       std::size_t at_most, const std::vector<tree>& others) {
    checker run(schema, at_most, others);
    run.check(schema, document, "");
    return run.take();
}

}  // namespace ipcmark
