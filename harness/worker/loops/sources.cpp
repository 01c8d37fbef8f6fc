#include "harness/worker/loops/sources.hpp"

namespace ipcmark::loops {

source_checkers::source_checkers(const session& run, const std::vector<std::size_t>& producers)
    : tag_(run.incoming.tag), marks_end_(run.incoming.marks_end) {
    sources_.reserve(producers.size());
    for (std::size_t i = 0; i < producers.size(); ++i) {
        payload_plan plan = run.incoming;
        plan.tag += source_offset(i);
        sources_.push_back(
            {payload_checker(plan, run.rule), producers[i], &run.announced_by(producers[i])});
    }
}

void source_checkers::begin(phase which) {
    phase_ = which;
    open_ = sources_.size();
    for (source& each : sources_) {
        each.over = false;
        each.in.forget_end();
    }
}

bool source_checkers::close(source& from) noexcept {
    if (!from.over) --open_;
    from.over = true;
    return open_ == 0;
}

bool source_checkers::is_over_in_silence() {
    for (source& each : sources_) {
        const std::uint64_t last = announced_by(each);
        if (each.over || last == no_sequence) continue;
        each.in.close_gap(last);
        close(each);
    }
    return open_ == 0;
}

void source_checkers::reset_counts() noexcept {
    for (source& each : sources_)
        each.in.reset_counts();
}

void source_checkers::tell(measurement& result) const {
    for (const source& each : sources_) {
        result.sources.push_back(
            {each.party, each.in.received(), each.in.lost(), each.in.out_of_order()});
        result.lost += each.in.lost();
        result.out_of_order += each.in.out_of_order();
    }
}

void source_checkers::throw_foreign() {
    throw integrity_error("a message names none of its producers");
}

}  // namespace ipcmark::loops
