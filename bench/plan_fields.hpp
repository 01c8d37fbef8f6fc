#pragma once

#include <span>
#include <string>
#include <string_view>

#include "harness/run/plan.hpp"

namespace ipcmark {

/// Headings of `run --help`.
inline constexpr const char* what_to_measure = "What to measure";
inline constexpr const char* how_much = "How much";

/// One thing that a plan says: its flag, its key in a plan file, and the one parser of both. What a
/// pattern's cells vary in stands in the pattern table (harness/contract/patterns.hpp).
struct plan_field {
    enum class form {
        one,       // one word
        list,      // comma-separated; an array in a file
        repeated,  // the flag once for each word; an array in a file
        off,       // a flag without a value, for "false"
    };
    std::string_view group;  // of `ipcmark run --help`
    std::string flag;  // as cxxopts takes it: "m,mechanism", then other names that are taken as
                       // well; empty: plan files only
    std::string_view plan_key;
    std::string_view metavar;
    std::string help;
    form how;
    void (*clear)(plan_request&);  // of what there may be several; else nullptr
    /// Takes one word over. Throws std::invalid_argument with a sentence.
    void (*take)(plan_request&, const std::string& word);
    /// Its value as a plan file has it; null: nothing is said.
    tree (*tell)(const plan_request&);

    /// The flag's long name.
    std::string name() const {
        const std::size_t from = flag.size() > 1 && flag[1] == ',' ? 2 : 0;
        return flag.substr(from, flag.find(',', from) - from);
    }
    bool several() const { return how == form::list || how == form::repeated; }
};

std::span<const plan_field> plan_fields();

}  // namespace ipcmark
