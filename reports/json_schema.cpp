#include "reports/json_schema.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <regex>
#include <stdexcept>
#include <unordered_map>

namespace ipcmark {

using json = nlohmann::ordered_json;

namespace {

std::string type_of(const json& value) {
    if (value.is_number_integer()) return "integer";
    if (value.is_number()) return "number";
    return value.type_name();
}

bool has_type(const json& value, const std::string& type) {
    if (type == "integer")
        return value.is_number_integer() ||
               (value.is_number_float() && std::floor(value.get<double>()) == value.get<double>());
    if (type == "number") return value.is_number();
    return value.type_name() == type;
}

std::string escaped(std::string key) {
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

std::string counted_items(const json& count) {
    return count.dump() + (count == 1 ? " item" : " items");
}

class checker {
public:
    checker(const json& root, std::size_t at_most) : root_(root), at_most_(at_most) {}

    std::vector<schema_fault> take() { return std::move(faults_); }

    void check(const json& schema, const json& value, const std::string& pointer) {
        for (const auto& [keyword, argument] : schema.items()) {
            if (faults_.size() >= at_most_) return;
            apply(keyword, argument, schema, value, pointer);
        }
    }

private:
    using rule = void (checker::*)(const json&, const json&, const json&, const std::string&);

    void apply(const std::string& keyword, const json& argument, const json& schema,
               const json& value, const std::string& pointer) {
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

    void type(const json& argument, const json&, const json& value, const std::string& pointer) {
        const json types = argument.is_array() ? argument : json::array({argument});
        std::string wanted;
        for (const auto& one : types) {
            if (has_type(value, one.get<std::string>())) return;
            wanted += (wanted.empty() ? "" : " or ") + one.get<std::string>();
        }
        fault(pointer, "expected " + wanted + ", found " + type_of(value));
    }

    void constant(const json& argument, const json&, const json& value,
                  const std::string& pointer) {
        if (value != argument) fault(pointer, "must be " + argument.dump());
    }

    void enumeration(const json& argument, const json&, const json& value,
                     const std::string& pointer) {
        if (std::find(argument.begin(), argument.end(), value) == argument.end())
            fault(pointer, "must be one of " + argument.dump());
    }

    void required(const json& argument, const json&, const json& value,
                  const std::string& pointer) {
        if (!value.is_object()) return;
        for (const auto& key : argument)
            if (!value.contains(key.get_ref<const std::string&>()))
                fault(pointer, "lacks \"" + key.get<std::string>() + "\"");
    }

    void properties(const json& argument, const json&, const json& value,
                    const std::string& pointer) {
        if (!value.is_object()) return;
        for (const auto& [key, schema] : argument.items())
            if (const auto at = value.find(key); at != value.end())
                check(schema, *at, pointer + "/" + escaped(key));
    }

    void additional(const json& argument, const json& schema, const json& value,
                    const std::string& pointer) {
        if (!value.is_object() || (argument.is_boolean() && argument.get<bool>())) return;
        static const json none = json::object();
        const json& known = schema.contains("properties") ? schema.at("properties") : none;
        for (const auto& [key, member] : value.items()) {
            if (known.contains(key)) continue;
            if (argument.is_boolean())
                fault(pointer + "/" + escaped(key), "is not a known key");
            else
                check(argument, member, pointer + "/" + escaped(key));
        }
    }

    void items(const json& argument, const json&, const json& value, const std::string& pointer) {
        if (!value.is_array()) return;
        std::size_t index = 0;
        for (const auto& member : value)
            check(argument, member, pointer + "/" + std::to_string(index++));
    }

    void any_of(const json& argument, const json&, const json& value, const std::string& pointer) {
        std::vector<schema_fault> nearest;
        for (const auto& schema : argument) {
            checker attempt(root_, at_most_);
            attempt.check(schema, value, pointer);
            auto faults = attempt.take();
            if (faults.empty()) return;
            // The branch that got deepest into the document tells most.
            if (nearest.empty() || faults.front().pointer.size() > nearest.front().pointer.size())
                nearest = std::move(faults);
        }
        faults_.insert(faults_.end(), nearest.begin(), nearest.end());
    }

    void reference(const json& argument, const json&, const json& value,
                   const std::string& pointer) {
        const auto& target = argument.get_ref<const std::string&>();
        auto at = targets_.find(target);
        if (at == targets_.end()) {
            if (!target.starts_with("#/"))
                throw std::logic_error("schema $ref '" + target + "' leaves the file");
            const json& found = root_.at(json::json_pointer(target.substr(1)));
            at = targets_.emplace(target, &found).first;
        }
        check(*at->second, value, pointer);
    }

    void pattern(const json& argument, const json&, const json& value, const std::string& pointer) {
        constexpr std::size_t longest = 4096;
        if (!value.is_string()) return;
        const auto& text = value.get_ref<const std::string&>();
        if (text.size() > longest ||
            !std::regex_search(text, std::regex(argument.get<std::string>())))
            fault(pointer, "must match " + argument.get<std::string>());
    }

    void minimum(const json& argument, const json&, const json& value, const std::string& pointer) {
        if (value.is_number() && value < argument)
            fault(pointer, "must be at least " + argument.dump());
    }

    void maximum(const json& argument, const json&, const json& value, const std::string& pointer) {
        if (value.is_number() && value > argument)
            fault(pointer, "must be at most " + argument.dump());
    }

    void min_items(const json& argument, const json&, const json& value,
                   const std::string& pointer) {
        if (value.is_array() && value.size() < argument.get<std::size_t>())
            fault(pointer, "needs at least " + counted_items(argument));
    }

    void max_items(const json& argument, const json&, const json& value,
                   const std::string& pointer) {
        if (value.is_array() && value.size() > argument.get<std::size_t>())
            fault(pointer, "may have at most " + counted_items(argument));
    }

    const json& root_;
    /// A result refers to the same few definitions a hundred thousand times.
    std::unordered_map<std::string, const json*> targets_;
    std::size_t at_most_;
    std::vector<schema_fault> faults_;
};

}  // namespace

std::vector<schema_fault> check_schema(const json& schema, const json& document,
                                       std::size_t at_most) {
    checker run(schema, at_most);
    run.check(schema, document, "");
    return run.take();
}

}  // namespace ipcmark
