#include "harness/run/rerun_rule.hpp"

#include <algorithm>

namespace ipcmark {

bool rerun_rule::again(const std::string& cell, std::uint64_t tries_before, bool disturbed) {
    if (tries_before == 0) {
        latest_.push_back(disturbed);
        if (latest_.size() > looked_back) latest_.pop_front();
    }
    std::size_t& lost = rounds_lost_[cell];
    if (!disturbed) {
        lost = 0;
        return false;
    }
    if (tries_before >= at_most_) {
        if (at_most_ > 0) ++lost;
        return false;
    }
    if (lost >= hopeless_rounds) return false;
    if (host_too_noisy()) {
        left_off_ = true;
        return false;
    }
    ++reruns_;
    return true;
}

bool rerun_rule::gave_up_now() {
    if (!left_off_ || told_) return false;
    told_ = true;
    return true;
}

bool rerun_rule::host_too_noisy() const {
    const auto disturbed = std::count(latest_.begin(), latest_.end(), true);
    return latest_.size() == looked_back && static_cast<std::size_t>(disturbed) >= too_many;
}

}  // namespace ipcmark
