#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What reads files and messages of others, to be tried with whatever bytes.
namespace ipcmark::fuzz {

/// A reader: returns, or throws what it says it throws, which is caught here. Anything else is a
/// fault.
struct target {
    std::string_view name;
    void (*read)(const std::string& bytes);
    std::vector<std::string> (*seeds)();  // well-formed inputs, made of the recorded results
    bool is_json;                         // so that mutations may keep it well-formed
};

std::span<const target> targets();
/// Throws std::runtime_error where there is none.
const target& target_named(std::string_view name);

/// A value somewhere in the text taken away, doubled, or made another; the text as it is where it
/// is no JSON, which may be in lines.
std::string mutated_json(const std::string& text, unsigned seed);

}  // namespace ipcmark::fuzz
