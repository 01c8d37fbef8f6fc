#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace ipcmark {

/// Whether a disturbed repetition is run again inside its round. Decided by the noise alone, never
/// by what was measured. On a host that is always noisy, running again only costs time: it is left
/// off while most of the latest repetitions were disturbed, and for a cell that stayed disturbed
/// through two rounds in a row (such as one whose own kernel threads look foreign).
class rerun_rule {
public:
    static constexpr std::size_t looked_back = 10;  // first tries
    static constexpr std::size_t too_many = 8;      // of them disturbed
    static constexpr std::size_t hopeless_rounds = 2;

    /// `at_most`: tries beyond the first; 0: never.
    explicit rerun_rule(std::uint64_t at_most) : at_most_(at_most) {}

    /// A repetition has ended and was judged; `tries_before` were made of it in this round. True:
    /// run it again.
    bool again(const std::string& cell, std::uint64_t tries_before, bool disturbed);

    /// True once, when the host has become too noisy for running again to help.
    bool gave_up_now();
    std::uint64_t reruns() const noexcept { return reruns_; }

private:
    bool host_too_noisy() const;

    std::uint64_t at_most_;
    std::uint64_t reruns_ = 0;
    std::deque<bool> latest_;
    std::map<std::string, std::size_t> rounds_lost_;
    bool left_off_ = false;
    bool told_ = false;
};

}  // namespace ipcmark
