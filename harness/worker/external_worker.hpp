#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/contract/transport.hpp"

namespace ipcmark {

/// Two programs that know nothing of ipcmark: what each is started with.
struct program_pair {
    std::vector<std::string> producer;
    std::vector<std::string> consumer;
};

/// A mechanism whose worker is a program of its own, in whatever language, that speaks PROTOCOL.md.
struct external_worker {
    std::string name;
    std::string summary;
    std::string family;
    std::string reference;
    std::string language;  // "Python 3"
    std::string adds;      // what its interpreter or virtual machine adds to each message
    std::string file;      // that describes it
    payload_range payload = {.min_bytes = sizeof(std::uint64_t)};
    unsigned copies_per_message = 2;
    wait_style wait = wait_style::blocks;
    traits facts = {};
    std::vector<pattern> patterns = {pattern::round_trip, pattern::one_way};
    std::vector<std::string> command;      // what a worker's arguments are appended to
    std::vector<std::string> environment;  // NAME=value
    /// Instead of a command: the pattern `programs` is all that there is of them.
    std::optional<program_pair> programs;
    /// Why it cannot run here, and what helps; asked each time.
    std::function<std::optional<std::string>()> unavailable;
};

}  // namespace ipcmark
