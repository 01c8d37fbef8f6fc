#include "bench/plan_file.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "bench/plan_fields.hpp"
#include "bench/subcommand.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/suggest.hpp"
#include "reports/decode.hpp"
#include "reports/embedded.hpp"
#include "reports/read_result.hpp"

extern "C" {
extern const char ipcmark_plan_quick_begin[];
extern const char ipcmark_plan_quick_end[];
extern const char ipcmark_plan_default_begin[];
extern const char ipcmark_plan_default_end[];
extern const char ipcmark_plan_rigorous_begin[];
extern const char ipcmark_plan_rigorous_end[];
extern const char ipcmark_plan_server_begin[];
extern const char ipcmark_plan_server_end[];
extern const char ipcmark_plan_logging_begin[];
extern const char ipcmark_plan_logging_end[];
extern const char ipcmark_plan_notifier_begin[];
extern const char ipcmark_plan_notifier_end[];
}

namespace ipcmark {

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
        {"server", {ipcmark_plan_server_begin, ipcmark_plan_server_end}},
        {"logging", {ipcmark_plan_logging_begin, ipcmark_plan_logging_end}},
        {"notifier", {ipcmark_plan_notifier_begin, ipcmark_plan_notifier_end}},
    };
    return plans;
}

/// Keys that are taken as well, and what they are called.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> other_names{{
    {"spawns", "repetitions"},
    {"spawn_ms", "repetition_ms"},
    {"counting_spawns", "counting_repetitions"},
}};

void take_other_names(tree& plan) {
    if (!plan.is_object()) return;
    for (auto& [key, value] : plan.named())
        for (const auto& [other, name] : other_names)
            if (key == other && !plan.contains(name)) key = name;
}

/// A value as the word that a flag would have.
std::string word_of(const tree& value) {
    return value.is_text() ? value.as_text() : json_text(value);
}

/// Calls use(word) for a value, or for each of an array; a complaint gets file and pointer.
template <class Use>
void each_word(const tree& from, std::string_view key, bool several, const std::string& file,
               Use use) {
    const tree* at = from.find(key);
    if (at == nullptr) return;
    for (std::size_t i = 0; i < (several ? at->size() : 1); ++i)
        try {
            use(i == 0, word_of(several ? at->elements()[i] : *at));
        } catch (const std::invalid_argument& e) {
            throw command_error(file + ": /" + std::string(key) +
                                (several ? "/" + std::to_string(i) : "") + " " + e.what());
        }
}

plan_request from_json(const std::string& text, const std::string& file, plan_request plan) {
    tree j;
    try {
        j = parse_json_of(file, text, true);
        take_other_names(j);
        if (j.is_object() && !j.contains("schema"))
            throw command_error(file +
                                ": a plan begins with \"schema\": {\"name\": \"ipcmark.plan\", "
                                "\"version\": \"1.0\"}; "
                                "`ipcmark run --print-plan` prints one to start from");
        require_schema(j, plan_schema_text(), file);
    } catch (const unreadable_result& e) {
        throw command_error(e.what());
    }
    for (const plan_field& each : plan_fields()) {
        if (each.several() && j.contains(each.plan_key)) each.clear(plan);
        each_word(j, each.plan_key, each.several(), file,
                  [&](bool, const std::string& word) { each.take(plan, word); });
    }
    for (const parameter_spec* each : all_parameters())
        each_word(j, each->plan_key, each->several, file, [&](bool first, const auto& word) {
            if (first) plan.varied.by_name.erase(std::string(each->name));
            plan.varied.add(*each, word);
        });
    return plan;
}

}  // namespace

std::vector<std::string> plan_names() {
    std::vector<std::string> names;
    for (const auto& plan : built_in_plans())
        names.emplace_back(plan.name);
    return names;
}

plan_request named_plan(const std::string& name) {
    for (const auto& plan : built_in_plans()) {
        if (plan.name == name) {
            plan_request base;
            base.profile = name;
            return from_json(std::string(plan.text), "the built-in plan " + name, base);
        }
    }
    const auto names = plan_names();
    const auto near = nearest_words(name, names);
    throw command_error(
        "there is no profile '" + name + "'; " +
        (near.empty() ? "choose " + join_or(names) : "did you mean " + join_or(near) + "?"));
}

std::string plan_text(const plan_request& plan) {
    tree written;
    written["schema"]["name"] = "ipcmark.plan";
    written["schema"]["version"] = "1.0";
    for (const plan_field& each : plan_fields())
        if (tree value = each.tell(plan); !value.is_null())
            written[each.plan_key] = std::move(value);
    for (const parameter_spec* each : all_parameters()) {
        if (!plan.varied.asks_for(*each)) continue;
        tree::list values;
        for (const double value : plan.varied.values_of(*each))
            values.push_back(each->write(value));
        written[each->plan_key] = each->several ? tree(std::move(values)) : values.front();
    }
    return json_text(written, 2) + "\n";
}

plan_request read_plan(const std::string& file, const plan_request& base) {
    constexpr std::size_t plan_limit_bytes = 1 << 20;
    std::string text;
    try {
        text = decoded(read_input(file, plan_limit_bytes), file, plan_limit_bytes);
    } catch (const std::exception& e) {
        throw command_error(e.what());
    }
    plan_request plan = from_json(text, file, base);
    plan.profile = "plan file";
    return plan;
}

void check_plan_mechanisms(const std::string& file, const plan_request& plan, const registry& all) {
    for (std::size_t i = 0; i < plan.mechanisms.size(); ++i)
        try {
            select_mechanisms(all, plan.mechanisms[i]);
        } catch (const command_error& e) {
            throw command_error(file + ": /mechanisms/" + std::to_string(i) + " " + e.what());
        }
}

}  // namespace ipcmark
