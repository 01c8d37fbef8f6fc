#include <fmt/format.h>
#include <iostream>
#include <map>
#include <unistd.h>

#include "bench/header.hpp"
#include "bench/list_filter.hpp"
#include "bench/subcommand.hpp"
#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/sizes.hpp"
#include "harness/worker/topologies.hpp"

namespace ipcmark {

namespace {

constexpr const char* list_examples =
    "Examples:\n"
    "  ipcmark list\n"
    "  ipcmark list --mechanism udp,posix_mq --long\n"
    "  ipcmark list --where 'fan_in and not (may_drop or wait=spins)'\n"
    "  ipcmark list --json | jq '.[] | select(.traits.fan_in) | .name'\n";

/// The traits worth a word in the short list.
std::string trait_words(const traits& facts) {
    std::string words;
    visit_traits(facts, [&](const trait_info& trait, auto value) {
        const std::string_view word = is_set(value) ? trait.when_set : trait.when_unset;
        if (!word.empty()) words += (words.empty() ? "" : ", ") + std::string(word);
    });
    return words;
}

/// The traits; of a worker in another language also that it is one.
std::string words_of(const registration& entry) {
    const std::string traits = trait_words(entry.info.facts);
    if (!entry.external) return traits;
    return "in " + entry.external->language + (traits.empty() ? "" : ", ") + traits;
}

void print_short(const std::vector<const registration*>& chosen) {
    std::size_t name_width = 0;
    std::size_t wait_width = 6;
    for (const auto* entry : chosen) {
        name_width = std::max(name_width, entry->info.name.size());
        wait_width = std::max(wait_width, to_word(entry->info.wait).size());
    }
    std::cout << fmt::format("  {:<{}}  {:<{}}  {:<14}  {}\n\n", "MECHANISM", name_width, "WAITS",
                             wait_width, "LARGEST", "WHAT IT IS, AND ITS TRAITS");
    std::string_view family;
    for (const auto* entry : chosen) {
        const auto& info = entry->info;
        if (info.family != family) std::cout << (family.empty() ? "" : "\n") << info.family << '\n';
        family = info.family;
        std::cout << fmt::format("  {:<{}}  {:<{}}  up to {:<8}  {}\n", info.name, name_width,
                                 to_word(info.wait), wait_width,
                                 payload_text(info.payload.max_bytes), info.summary);
        if (const auto why = entry->why_unavailable())
            std::cout << fmt::format("  {:{}}  UNAVAILABLE: {}\n", "", name_width, *why);
        else
            std::cout << fmt::format("  {:{}}  {}\n", "", name_width, words_of(*entry));
    }
}

tree described(const registration& entry) {
    tree info = to_tree(info_of(entry));
    info["parties"] = topologies_text(entry);
    return info;
}

void print_fact(const std::string& key, const tree& value) {
    std::cout << fmt::format("  {:<24}{}\n", key,
                             value.is_text() ? value.as_text() : json_text(value));
}

/// What is told of code from outside, a line each.
void print_code(const tree& code) {
    for (const auto& [key, value] : code.named())
        if (value != tree("") && !(key == "optimised" && value.as_bool())) print_fact(key, value);
}

void print_long(const std::vector<const registration*>& chosen) {
    for (const auto* entry : chosen) {
        const tree info = to_tree(info_of(*entry));
        std::cout << entry->info.name << ": " << entry->info.summary << '\n';
        for (const auto& [key, value] : info.named())
            if (key == "code")
                print_code(value);
            else if (key != "name" && key != "summary" && key != "traits" && !value.is_null())
                print_fact(key, value);
        print_fact("parties", tree(topologies_text(*entry)));
        visit_traits(entry->info.facts, [&info](const trait_info& trait, auto value) {
            if (!info.at("traits").contains(trait.name)) return;
            std::cout << fmt::format("  {:<24}{:<12}{}\n", trait.name, trait_word(value),
                                     trait.meaning);
        });
        std::cout << '\n';
    }
}

int run_list(const invocation& call) {
    cxxopts::Options options("ipcmark list",
                             "The mechanisms, what each can do, and why one is unavailable here\n");
    options.add_options()("m,mechanism", "Only these mechanisms or families, comma-separated",
                          cxxopts::value<std::string>()->default_value(""),
                          "NAMES")("l,long", "Every trait")("json", "As JSON")(
        "all", "The faulty ones that exist for tests too")(
        "where",
        "Only those of which this holds: traits (as --long names them), wait=, family=, name=, "
        "available, with and, or, not and parentheses",
        cxxopts::value<std::string>(), "EXPRESSION");
    const auto parsed = parse_arguments(options, call, list_examples);
    if (!parsed) return exit_ok;
    auto chosen = select_mechanisms(call.mechanisms, (*parsed)["mechanism"].as<std::string>());
    if (parsed->count("all") > 0 && parsed->count("mechanism") == 0) {
        chosen.clear();
        for (const auto& entry : call.mechanisms.all())
            chosen.push_back(&entry);
    }
    if (parsed->count("where") > 0) {
        const auto expression = (*parsed)["where"].as<std::string>();
        std::erase_if(chosen, [&](const registration* each) {
            return !of_flag("where", [&] { return holds(expression, facts_of(*each)); });
        });
        if (chosen.empty())
            throw command_error("--where: no mechanism is like that", exit_nothing_matched);
    }
    if (parsed->count("json") > 0) {
        tree::list all;
        for (const auto* entry : chosen)
            all.push_back(described(*entry));
        std::cout << json_text(all, 2) << '\n';
    } else if (parsed->count("long") > 0) {
        print_long(chosen);
    } else {
        print_short(chosen);
    }
    return exit_ok;
}

}  // namespace

extern const subcommand list_command{
    "list", "the mechanisms, their traits, and why one is unavailable", &run_list};

}  // namespace ipcmark
