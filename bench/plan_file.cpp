#include "bench/plan_file.hpp"

#include <regex>

#include "bench/subcommand.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/sizes.hpp"
#include "harness/base/suggest.hpp"
#include "reports/embedded.hpp"
#include "reports/read_result.hpp"

extern "C" {
extern const char ipcmark_plan_quick_begin[];
extern const char ipcmark_plan_quick_end[];
extern const char ipcmark_plan_default_begin[];
extern const char ipcmark_plan_default_end[];
extern const char ipcmark_plan_rigorous_begin[];
extern const char ipcmark_plan_rigorous_end[];
}

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

struct built_in {
    std::string_view name;
    std::string_view text;
};

const std::vector<built_in>& built_in_plans() {
    static const std::vector<built_in> plans{
        {"quick", {ipcmark_plan_quick_begin, ipcmark_plan_quick_end}},
        {"default", {ipcmark_plan_default_begin, ipcmark_plan_default_end}},
        {"rigorous", {ipcmark_plan_rigorous_begin, ipcmark_plan_rigorous_end}},
    };
    return plans;
}

template <class T>
void take(const ordered_json& from, const char* key, T& to) {
    if (const auto at = from.find(key); at != from.end()) at->get_to(to);
}

void take_sizes(const ordered_json& from, const std::string& file, std::vector<std::size_t>& to) {
    const auto at = from.find("payloads");
    if (at == from.end()) return;
    to.clear();
    std::size_t index = 0;
    for (const auto& text : *at) {
        try {
            to.push_back(parse_payload_bytes(text.get<std::string>()));
        } catch (const std::invalid_argument& e) {
            throw command_error(file + ": /payloads/" + std::to_string(index) + " " + e.what());
        }
        ++index;
    }
}

/// What the parser of the command line makes of a text or a number; its complaint gets file and
/// pointer.
std::vector<double> values_in(const ordered_json& found, const parameter_spec& which,
                              const std::string& where) {
    try {
        return which.parse(found.is_string() ? found.get<std::string>() : found.dump());
    } catch (const std::invalid_argument& e) {
        throw command_error(where + " " + e.what());
    }
}

void take_parameters(const ordered_json& from, const std::string& file, parameter_request& varied) {
    for (const parameter_spec* each : all_parameters()) {
        const auto at = from.find(each->plan_key);
        if (at == from.end()) continue;
        const std::string where = file + ": /" + std::string(each->plan_key);
        auto& values = varied.by_name[std::string(each->name)];
        values.clear();
        if (!each->several) values = values_in(*at, *each, where);
        for (std::size_t i = 0; each->several && i < at->size(); ++i)
            for (const double value : values_in((*at)[i], *each, where + '/' + std::to_string(i)))
                values.push_back(value);
    }
}

void check_filters(const std::string& file, const plan_request& plan) {
    for (std::size_t i = 0; i < plan.filters.size(); ++i) {
        const std::string_view filter = plan.filters[i];
        try {
            const std::regex expression(
                std::string(filter.substr(filter.starts_with('-') ? 1 : 0)));
        } catch (const std::regex_error& e) {
            throw command_error(file + ": /filters/" + std::to_string(i) +
                                " is no regular expression: " + e.what());
        }
    }
}

plan_request from_json(const std::string& text, const std::string& file, plan_request plan) {
    ordered_json j;
    try {
        j = parse_json(text, file, true);
        require_schema(j, plan_schema_text(), file);
    } catch (const unreadable_result& e) {
        throw command_error(e.what());
    }
    take(j, "mechanisms", plan.mechanisms);
    take(j, "placements", plan.placements);
    take(j, "spawns", plan.spawns);
    take(j, "spawn_ms", plan.spawn_ms);
    take(j, "verify", plan.verify);
    take(j, "counting_spawns", plan.counting_spawns);
    take(j, "idle_ms", plan.idle_ms);
    take(j, "layout_randomisation", plan.randomise_layout);
    take(j, "filters", plan.filters);
    check_filters(file, plan);
    take_sizes(j, file, plan.payloads);
    take_parameters(j, file, plan.varied);
    if (j.contains("depth")) plan.depth = j.at("depth").get<std::size_t>();
    if (j.contains("touch"))
        plan.reads = from_word<touch>(j.at("touch").get<std::string>()).value();
    if (j.contains("patterns")) {
        plan.patterns.clear();
        for (const auto& word : j.at("patterns"))
            plan.patterns.push_back(from_word<pattern>(word.get<std::string>()).value());
    }
    return plan;
}

}  // namespace

plan_request named_plan(const std::string& name) {
    std::vector<std::string> names;
    for (const auto& plan : built_in_plans()) {
        if (plan.name == name) {
            plan_request base;
            base.profile = name;
            return from_json(std::string(plan.text), "the built-in plan " + name, base);
        }
        names.emplace_back(plan.name);
    }
    const auto near = nearest_words(name, names);
    throw command_error(
        "there is no profile '" + name + "'; " +
        (near.empty() ? "choose " + join_or(names) : "did you mean " + join_or(near) + "?"));
}

plan_request read_plan(const std::string& file, const plan_request& base) {
    constexpr std::size_t plan_limit_bytes = 1 << 20;
    std::string text;
    try {
        text = read_input(file, plan_limit_bytes);
    } catch (const std::exception& e) {
        throw command_error(e.what());
    }
    plan_request plan = from_json(text, file, base);
    plan.profile = "plan file";
    return plan;
}

}  // namespace ipcmark
