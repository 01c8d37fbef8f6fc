#pragma once

#include <map>
#include <string>

#include "harness/worker/registry.hpp"

namespace ipcmark {

/// One thing that is known of a mechanism: its word, and whether it is more than "no".
struct mechanism_fact {
    std::string word;
    bool set = false;
};

/// The traits by name, `wait`, `family` (with underscores), `name`, and `available` here.
std::map<std::string, mechanism_fact> facts_of(const registration& mechanism);

/// Whether `fan_in and not (may_drop or wait=spins)` holds of these facts. Throws
/// std::invalid_argument with a sentence; `of` names the nearest known word.
bool holds(const std::string& expression, const std::map<std::string, mechanism_fact>& of);

}  // namespace ipcmark
