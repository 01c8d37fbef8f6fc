#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <iostream>
#include <set>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "bench/externals.hpp"
#include "bench/subcommand.hpp"
#include "harness/base/suggest.hpp"
#include "harness/base/terminal.hpp"
#include "harness/conform/checks.hpp"
#include "harness/host/ipc/stray_objects.hpp"

namespace ipcmark {

namespace {

using conform::conformance_check;
using conform::outcome;
using nlohmann::ordered_json;

constexpr const char* conform_examples =
    "Exit codes: 0 no check fails; 3 one fails; 4 nothing could be checked, for instance because\n"
    "this machine or build lacks the mechanism.\n\n"
    "Examples:\n"
    "  ipcmark conform                                 every mechanism, every check\n"
    "  ipcmark conform --mechanism pipe --check delivery,peer_death\n"
    "  ipcmark conform --plugin ./libmine.so --mechanism mine\n"
    "  ipcmark conform --external mine.json --mechanism mine    a worker in another language\n"
    "  ipcmark conform --list                          the checks and the traits that they back\n";

/// What one check found of one mechanism.
struct finding {
    const registration& mechanism;
    const conformance_check& check;
    conform::check_result given;
    bool lacking = false;  // skipped because this machine or build lacks the mechanism
    double wall_s = 0;
};

/// The checks that a comma-separated list names.
std::vector<const conformance_check*> find_checks(std::string_view list) {
    std::vector<const conformance_check*> chosen;
    for (const auto& name : split_list(list)) {
        chosen.push_back(conform::find_check(name));
        if (chosen.back() != nullptr) continue;
        std::vector<std::string> names;
        for (const conformance_check* each : conform::all_checks())
            names.emplace_back(each->name);
        throw no_such("check", name, nearest_words(name, names),
                      "`ipcmark conform --list` shows all of them");
    }
    return chosen;
}

std::vector<const conformance_check*> select_checks(std::string_view wanted,
                                                    std::string_view excluded) {
    auto chosen = find_checks(wanted);
    const auto all = conform::all_checks();
    if (chosen.empty()) chosen.assign(all.begin(), all.end());
    for (const conformance_check* each : find_checks(excluded))
        std::erase(chosen, each);
    if (chosen.empty()) throw command_error("--exclude leaves no check", exit_nothing_matched);
    return chosen;
}

void print_list(const std::vector<const conformance_check*>& checks, bool as_json) {
    ordered_json rows = ordered_json::array();
    for (const conformance_check* each : checks) {
        rows.push_back({{"name", each->name},
                        {"backs", each->backs},
                        {"sentence", each->sentence},
                        {"alone", each->alone}});
        if (as_json) continue;
        std::cout << each->name;
        if (!each->backs.empty()) std::cout << " (" << each->backs << ')';
        std::cout << "\n    " << each->sentence << '\n';
    }
    if (as_json) std::cout << rows.dump(2) << '\n';
}

std::string_view colour_of(outcome ended) {
    return ended == outcome::pass   ? escape::green
           : ended == outcome::fail ? escape::bold_red
                                    : escape::grey;
}

constexpr std::string_view not_usable = "not usable here";

void print_mechanism(const registration& mechanism, const std::optional<std::string>& lacking) {
    std::cout << mechanism.info.name;
    if (lacking) std::cout << " (" << not_usable << ": " << *lacking << ')';
    std::cout << '\n';
}

void print_finding(const finding& each, const std::optional<std::string>& lacking,
                   const painter& look) {
    const std::string_view text = each.given.text == lacking ? not_usable : each.given.text;
    std::cout << fmt::format("  {} {:<25} {}\n",
                             look(colour_of(each.given.ended), to_word(each.given.ended)),
                             each.check.name, text)
              << std::flush;
}

void print_json(const std::vector<finding>& findings) {
    ordered_json rows = ordered_json::array();
    for (const auto& each : findings)
        rows.push_back({{"mechanism", each.mechanism.info.name},
                        {"check", each.check.name},
                        {"backs", each.check.backs},
                        {"outcome", to_word(each.given.ended)},
                        {"text", each.given.text},
                        {"wall_s", each.wall_s}});
    std::cout << rows.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

/// Checks all; prints each finding at once unless JSON was asked for. Of checks that were not
/// `named`, those that are not about a mechanism are passed over.
std::vector<finding> check_all(const std::vector<const registration*>& mechanisms,
                               const std::vector<const conformance_check*>& checks, bool named,
                               const invocation& call, std::int64_t deadline_ms, bool as_json) {
    const painter look(colour_wanted(STDOUT_FILENO));
    run_workspace workspace;
    interrupt_watch interrupts;
    const conform::options chosen{.deadline_ms = deadline_ms,
                                  .plugins = call.plugins,
                                  .external = externals_of(call.mechanisms)};
    services leased(workspace, interrupts, call.mechanisms.services(), deadline_ms);
    conform::conform_context context{workspace, interrupts, leased, chosen};
    std::vector<finding> findings;
    const stray_watch strays;
    for (const registration* mechanism : mechanisms) {
        const auto lacking = conform::unusable_here(*mechanism);
        if (!as_json) print_mechanism(*mechanism, lacking);
        for (const conformance_check* each : checks) {
            if (!named && !concerns(*each, *mechanism)) continue;
            const auto start = std::chrono::steady_clock::now();
            auto given = conform::examine(*each, *mechanism, context);
            const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
            const bool skipped = given.ended == outcome::skip;
            findings.push_back(
                {*mechanism, *each, std::move(given), lacking && skipped, wall.count()});
            if (!as_json) print_finding(findings.back(), lacking, look);
        }
    }
    if (const std::string left = stray_text(strays.appeared()); !left.empty())
        std::cerr << "Warning: " << left << '\n';
    return findings;
}

/// Whether anything was learnt. Of a mechanism that is lacking here its description alone is not.
bool proves_something(const std::vector<finding>& findings) {
    std::set<const registration*> lacking;
    for (const auto& each : findings)
        if (each.lacking) lacking.insert(&each.mechanism);
    return std::any_of(findings.begin(), findings.end(), [&](const finding& each) {
        return each.given.ended != outcome::skip && lacking.count(&each.mechanism) == 0;
    });
}

int conclude(const std::vector<finding>& findings, bool as_json) {
    if (as_json) print_json(findings);
    const auto count = [&](outcome ended) {
        return std::count_if(findings.begin(), findings.end(),
                             [&](const finding& each) { return each.given.ended == ended; });
    };
    double wall_s = 0;
    for (const auto& each : findings)
        wall_s += each.wall_s;
    const auto failed = count(outcome::fail);
    std::cerr << fmt::format("{} check{} in {:.1f} s: {} pass, {} skip, {} fail\n", findings.size(),
                             findings.size() == 1 ? "" : "s", wall_s, count(outcome::pass),
                             count(outcome::skip), failed);
    if (failed > 0) return exit_cell_failed;
    if (proves_something(findings)) return exit_ok;
    std::cerr << "ipcmark: every check that starts processes was skipped\n";
    return exit_nothing_matched;
}

int run_conform(const invocation& call) {
    cxxopts::Options options(
        "ipcmark conform",
        "Tests with real process pairs that mechanisms do what they must and what they claim\n");
    const auto names = cxxopts::value<std::string>()->default_value("");
    auto add = options.add_options();
    add("m,mechanism", "Only these mechanisms or families, comma-separated", names, "NAMES");
    add("check", "Only these, comma-separated", names, "NAMES");
    add("exclude", "All checks but these, comma-separated", names, "NAMES");
    add("deadline", "Seconds that a stage of a check may take",
        cxxopts::value<std::string>()->default_value("10"), "S");
    add("list", "The checks, and what each backs; runs none");
    add("json", "As JSON");
    const auto parsed = parse_arguments(options, call, conform_examples);
    if (!parsed) return exit_ok;
    const bool as_json = parsed->count("json") > 0;
    const auto checks =
        select_checks((*parsed)["check"].as<std::string>(), (*parsed)["exclude"].as<std::string>());
    const auto mechanisms =
        select_mechanisms(call.mechanisms, (*parsed)["mechanism"].as<std::string>());
    if (parsed->count("list") > 0) {
        print_list(checks, as_json);
        return exit_ok;
    }
    const auto deadline_ms = 1000 * flag_number<std::int64_t>(*parsed, "deadline", 1, 3'600);
    try {
        return conclude(
            check_all(mechanisms, checks, parsed->count("check") > 0, call, deadline_ms, as_json),
            as_json);
    } catch (const conform::interrupted&) {
        throw command_error("interrupted", exit_interrupted);
    }
}

}  // namespace

extern const subcommand conform_command{
    "conform", "test that mechanisms do what they must and what they claim", &run_conform};

}  // namespace ipcmark
