#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/worker/payload.hpp"

namespace ipcmark::conform {

/// What became of a stream of messages.
struct account {
    std::uint64_t expected = 0;
    std::uint64_t received = 0;  // different ones of those expected
    std::uint64_t duplicated = 0;
    std::uint64_t out_of_order = 0;  // came after a later one
    std::uint64_t damaged = 0;
    std::uint64_t wrong_size = 0;
    std::uint64_t foreign = 0;  // of another stream, or unrecognisable

    /// To and from a worker's notes; `prefix` tells two accounts of one worker apart.
    void write_to(std::map<std::string, std::int64_t>& notes, const std::string& prefix = {}) const;
    static account read_from(const std::map<std::string, std::int64_t>& notes,
                             const std::string& prefix = {});

    /// What is wrong with it, in words; nullopt: nothing.
    std::optional<std::string> fault(bool may_drop, bool ordered) const;
};

/// Takes in the messages of one stream in whatever state they arrive: makes each one anew from its
/// sequence number and compares every byte. Never throws for what a message holds.
class delivery_checker {
public:
    delivery_checker(const payload_plan& plan, std::uint64_t messages);

    void enter(readable bytes);

    std::uint64_t expected() const noexcept { return sums_.expected; }
    /// Messages taken in, whatever they were.
    std::uint64_t entered() const noexcept { return entered_; }
    /// The sequence number of the message taken in last.
    std::uint64_t last() const noexcept { return last_; }
    const account& sums() const noexcept { return sums_; }

    /// Whether the bytes begin like a message of this stream.
    bool recognises(readable bytes) const { return sequence_of(bytes) < sums_.expected; }

private:
    std::uint64_t sequence_of(readable bytes) const;

    payload_plan plan_;
    payload_writer writer_;
    std::vector<std::byte> wanted_;
    std::vector<bool> seen_;
    account sums_;
    std::uint64_t entered_ = 0;
    std::uint64_t last_ = 0;
    std::uint64_t latest_ = 0;  // one past the highest sequence number so far
};

}  // namespace ipcmark::conform
