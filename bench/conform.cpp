#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "bench/subcommand.hpp"
#include "harness/base/suggest.hpp"
#include "harness/base/terminal.hpp"
#include "harness/conform/checks.hpp"

namespace ipcmark {

namespace {

using conform::law;
using conform::outcome;
using nlohmann::ordered_json;

constexpr const char* examples =
    "Exit codes: 0 every law holds or is excused; 3 one is broken; 4 nothing to examine.\n\n"
    "Examples:\n"
    "  ipcmark conform                                 every mechanism by every law\n"
    "  ipcmark conform --mechanism pipe --law delivery,peer_death\n"
    "  ipcmark conform --plugin ./libmine.so --mechanism mine\n"
    "  ipcmark conform --list                          the laws and the traits that they back\n";

/// One mechanism examined by one law.
struct ruling {
    std::string_view mechanism;
    const law& which;
    conform::verdict given;
    double wall_s = 0;
};

std::vector<const law*> select_laws(std::string_view list) {
    std::vector<const law*> chosen;
    for (const auto& name : split_list(list)) {
        chosen.push_back(conform::find_law(name));
        if (chosen.back() != nullptr) continue;
        std::vector<std::string> names;
        for (const law* each : conform::all_laws())
            names.emplace_back(each->name);
        throw no_such("law", name, nearest_words(name, names),
                      "`ipcmark conform --list` shows all of them");
    }
    const auto all = conform::all_laws();
    if (chosen.empty()) chosen.assign(all.begin(), all.end());
    return chosen;
}

void print_laws(bool as_json) {
    ordered_json rows = ordered_json::array();
    for (const law* each : conform::all_laws()) {
        rows.push_back(
            {{"name", each->name}, {"backs", each->backs}, {"sentence", each->sentence}});
        if (as_json) continue;
        std::cout << each->name;
        if (!each->backs.empty()) std::cout << " (" << each->backs << ')';
        std::cout << "\n    " << each->sentence << '\n';
    }
    if (as_json) std::cout << rows.dump(2) << '\n';
}

std::string_view colour_of(outcome ended) {
    return ended == outcome::holds    ? escape::green
           : ended == outcome::broken ? escape::bold_red
                                      : escape::grey;
}

void print_ruling(const ruling& each, const painter& look) {
    std::cout << fmt::format("  {} {:<25} {}\n",
                             look(colour_of(each.given.ended),
                                  fmt::format("{:<8}", to_word(each.given.ended))),
                             each.which.name, each.given.text)
              << std::flush;
}

void print_json(const std::vector<ruling>& rulings) {
    ordered_json rows = ordered_json::array();
    for (const auto& each : rulings)
        rows.push_back({{"mechanism", each.mechanism},
                        {"law", each.which.name},
                        {"outcome", to_word(each.given.ended)},
                        {"text", each.given.text},
                        {"wall_s", each.wall_s}});
    std::cout << rows.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

/// Examines all; prints each ruling as it falls unless JSON was asked for.
std::vector<ruling> examine_all(const std::vector<const registration*>& mechanisms,
                                const std::vector<const law*>& laws, const invocation& call,
                                bool as_json) {
    const painter look(colour_wanted(STDOUT_FILENO));
    run_area area;
    interrupt_watch interrupts;
    conform::options chosen;
    chosen.plugins = call.plugins;
    conform::courtroom room{area, interrupts, chosen};
    std::vector<ruling> rulings;
    for (const registration* mechanism : mechanisms) {
        if (!as_json) std::cout << mechanism->info.name << '\n';
        for (const law* each : laws) {
            const auto start = std::chrono::steady_clock::now();
            auto given = conform::examine(*each, *mechanism, room);
            const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
            rulings.push_back({mechanism->info.name, *each, std::move(given), wall.count()});
            if (!as_json) print_ruling(rulings.back(), look);
        }
    }
    return rulings;
}

void drop_missing(std::vector<const registration*>& mechanisms) {
    for (const registration* each : mechanisms)
        if (!each->missing.empty())
            std::cerr << "ipcmark: " << each->info.name << " is not examined: " << each->missing
                      << '\n';
    std::erase_if(mechanisms, [](const registration* each) { return !each->missing.empty(); });
    if (mechanisms.empty())
        throw command_error("none of these mechanisms is in this build", exit_nothing_matched);
}

int conclude(const std::vector<ruling>& rulings, bool as_json) {
    if (as_json) print_json(rulings);
    std::size_t counts[3] = {};
    double wall_s = 0;
    for (const auto& each : rulings) {
        ++counts[static_cast<std::size_t>(each.given.ended)];
        wall_s += each.wall_s;
    }
    const auto broken = counts[static_cast<std::size_t>(outcome::broken)];
    std::cerr << fmt::format("{} rulings in {:.1f} s: {} hold, {} excused, {} broken\n",
                             rulings.size(), wall_s,
                             counts[static_cast<std::size_t>(outcome::holds)],
                             counts[static_cast<std::size_t>(outcome::excused)], broken);
    return broken == 0 ? exit_ok : exit_cell_failed;
}

int run_conform(const invocation& call) {
    cxxopts::Options options("ipcmark conform",
                             "Proves by real process pairs what every mechanism owes and claims\n");
    options.add_options()("m,mechanism", "Only these mechanisms or families, comma-separated",
                          cxxopts::value<std::string>()->default_value(""), "NAMES")(
        "law", "Only these, comma-separated", cxxopts::value<std::string>()->default_value(""),
        "NAMES")("list", "The laws, and what each backs; examines nothing")("json", "As JSON");
    const auto parsed = parse_arguments(options, call, examples);
    if (!parsed) return exit_ok;
    const bool as_json = parsed->count("json") > 0;
    const auto laws = select_laws((*parsed)["law"].as<std::string>());
    auto mechanisms = select_mechanisms(call.mechanisms, (*parsed)["mechanism"].as<std::string>());
    if (parsed->count("list") > 0) {
        print_laws(as_json);
        return exit_ok;
    }
    drop_missing(mechanisms);
    try {
        return conclude(examine_all(mechanisms, laws, call, as_json), as_json);
    } catch (const conform::interrupted&) {
        throw command_error("interrupted", exit_interrupted);
    }
}

}  // namespace

extern const subcommand conform_command{
    "conform", "prove by process pairs what every mechanism owes and claims", &run_conform};

}  // namespace ipcmark
