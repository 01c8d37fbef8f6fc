#include "bench/plan_flags.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

#include "harness/contract/patterns.hpp"

namespace ipcmark {

namespace {

using option_value = std::shared_ptr<cxxopts::Value>;

void add_option(cxxopts::Options& options, std::string_view group, const std::string& flag,
                const std::string& help, std::string_view metavar, const option_value& kind) {
    options.add_option(std::string(group), {flag, help, kind, std::string(metavar)});
}

/// The words that a flag of a plan was given.
std::vector<std::string> words_of(const cxxopts::ParseResult& parsed, const std::string& flag,
                                  plan_field::form how) {
    using flag_form = plan_field::form;
    if (how == flag_form::off) return {"false"};
    if (how == flag_form::repeated) return parsed[flag].as<std::vector<std::string>>();
    const auto text = parsed[flag].as<std::string>();
    if (how == flag_form::one) return {text};
    auto words = split_list(text);
    if (words.empty()) throw command_error("--" + flag + " names nothing");
    return words;
}

void apply_fields(const cxxopts::ParseResult& parsed, plan_request& plan) {
    for (const plan_field& each : plan_fields()) {
        const std::string flag = each.name();
        if (flag.empty() || parsed.count(flag) == 0) continue;
        if (each.several()) each.clear(plan);
        for (const auto& word : words_of(parsed, flag, each.how))
            of_flag(flag, [&] { each.take(plan, word); });
    }
}

/// Families become their mechanisms; a word that names none is refused.
void resolve_mechanisms(const registry& all, plan_request& plan) {
    if (plan.mechanisms.empty()) return;
    std::string words;
    for (const auto& name : plan.mechanisms)
        words += name + ",";
    plan.mechanisms.clear();
    for (const registration* each : select_mechanisms(all, words))
        plan.mechanisms.emplace_back(each->info.name);
}

void apply_parameters(const cxxopts::ParseResult& parsed, parameter_request& varied) {
    for (const parameter_spec* each : all_parameters()) {
        const std::string flag(each->flag);
        if (parsed.count(flag) == 0) continue;
        using flag_form = plan_field::form;
        const auto words = words_of(parsed, flag, each->several ? flag_form::list : flag_form::one);
        varied.by_name.erase(std::string(each->name));
        for (const auto& word : words)
            of_flag(flag, [&] { varied.add(*each, word); });
    }
}

/// What would be ignored is refused.
void refuse_unused_parameters(const cxxopts::ParseResult& parsed, const plan_request& plan) {
    for (const parameter_spec* each : all_parameters()) {
        const std::string flag(each->flag);
        const bool used =
            std::any_of(plan.patterns.begin(), plan.patterns.end(), [each](pattern asked) {
                const auto& all = pattern_of(asked).parameters;
                return std::find(all.begin(), all.end(), each) != all.end();
            });
        if (parsed.count(flag) > 0 && !used)
            throw command_error(fmt::format(
                "--{0} is for the patterns {1}, and none of them is measured here; add one to "
                "--pattern, or leave --{0} out",
                flag, patterns_with(*each)));
    }
}

}  // namespace

void add_flag(cxxopts::Options& options, const char* group, const std::string& flag,
              const std::string& help, std::string_view metavar, const char* without_value) {
    option_value kind = cxxopts::value<bool>();
    if (!metavar.empty()) kind = cxxopts::value<std::string>();
    if (without_value != nullptr) kind->implicit_value(without_value);
    add_option(options, group, flag, help, metavar, kind);
}

void add_plan_flags(cxxopts::Options& options, const std::vector<std::string>& but) {
    using flag_form = plan_field::form;
    for (const plan_field& each : plan_fields()) {
        if (each.flag.empty() || std::find(but.begin(), but.end(), each.name()) != but.end())
            continue;
        add_option(options, each.group, each.flag, each.help, each.metavar,
                   each.how == flag_form::off        ? option_value(cxxopts::value<bool>())
                   : each.how == flag_form::repeated ? cxxopts::value<std::vector<std::string>>()
                                                     : cxxopts::value<std::string>());
    }
    for (const parameter_spec* each : all_parameters())
        add_option(options, with_parameter, std::string(each->flag),
                   patterns_with(*each) + ": " + std::string(each->help), each->metavar,
                   cxxopts::value<std::string>());
}

void apply_plan_flags(const cxxopts::ParseResult& parsed, const registry& mechanisms,
                      plan_request& plan) {
    apply_fields(parsed, plan);
    resolve_mechanisms(mechanisms, plan);
    apply_parameters(parsed, plan.varied);
    refuse_unused_parameters(parsed, plan);
}

}  // namespace ipcmark
