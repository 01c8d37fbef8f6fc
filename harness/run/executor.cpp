#include "harness/run/executor.hpp"

#include <algorithm>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include "harness/contract/patterns.hpp"

namespace ipcmark {

namespace {

/// The next one gets a new service: what was asked for is done again in its place.
bool lost_its_service(const repetition_result& outcome) {
    return outcome.failed && outcome.failed->code == service_lost_code;
}

/// Longer each time, so that a short burst of others passes by.
int patience_ms(std::uint64_t tries_before) {
    constexpr int first_ms = 250;
    return first_ms << (2 * std::min<std::uint64_t>(tries_before, 4));
}

}  // namespace

executor::executor(const plan& what, runner& pairs, interrupt_watch& interrupts,
                   const shared_clock& clock, try_limits tries, run_observer& observer,
                   noise_gate judged_by)
    : plan_(what),
      pairs_(pairs),
      interrupts_(interrupts),
      clock_(clock),
      observer_(observer),
      noise_(judged_by, [&pairs] { return pairs.living_cpu_ns(); }),
      others_(host_files(), ::getpid()),
      reruns_(tries.reruns),
      retries_(tries.retries),
      floors_(what, pairs, [&observer](const std::string& text) { observer.say(text); }) {}

void executor::finish() {
    pairs_.end_waiting();
    for (const std::string& complaint : pairs_.take_complaints())
        observer_.say(complaint);
}

bool executor::interrupted() {
    interrupted_ = interrupted_ || interrupts_.pending();
    return interrupted_;
}

launch_request executor::request_for(const repetition_request& asked) const {
    const planned_cell& planned = plan_.cells[asked.cell];
    const auto capacity = capacities_.of(planned.what);
    launch_request request;
    request.what = planned.what;
    request.parties = asked.exchanged ? exchanged(planned.parties) : planned.parties;
    request.tag = plan_.tag(sequence_);
    request.layout = plan_.layout(asked.layout.value_or(sequence_));
    request.variant = asked.variant;
    switch (asked.why) {
        case purpose::verify:
            request.what.reads = touch::verify;
            request.what.kind = pattern_of(planned.what.kind).plain.value();
            request.work = plan_.verify_effort(planned.what);
            request.settled = false;
            break;
        case purpose::timed:
            request.work = plan_.timed_effort(planned, capacity);
            break;
        case purpose::counting:
            request.work = plan_.counting_effort(planned, capacity);
            break;
        case purpose::idle:
            request.what.kind = pattern_of(planned.what.kind).plain.value();
            request.work = plan_.idle_effort();
            break;
    }
    request.work.pace.seed = request.tag;
    return request;
}

/// nullopt when a signal ended it, which is no fault of the cell.
std::optional<repetition_result> executor::run_once(const repetition_request& asked) {
    const planned_cell& planned = plan_.cells[asked.cell];
    observer_.about_to(planned.what.name());
    const bool scheduled = asked.why == purpose::timed || asked.why == purpose::counting;
    if (auto unknown = scheduled ? capacities_.why_unknown(planned.what) : std::nullopt) {
        repetition_result none;
        none.failed = std::move(unknown);
        return none;
    }
    const launch_request request = request_for(asked);
    repetition_result outcome =
        pattern_of(planned.what.kind).decomposed
            ? decomposition_.run(request, planned, asked.why == purpose::timed)
            : pairs_.run(request);
    ++sequence_;
    for (const std::string& complaint : pairs_.take_complaints())
        observer_.say(complaint);
    interrupted_ = interrupted_ || outcome.interrupted;
    if (outcome.interrupted) return std::nullopt;
    return outcome;
}

std::optional<timed_try> executor::try_once(const repetition_request& asked) {
    pairs_.prepare(request_for(asked));
    if (asked.why == purpose::timed)
        return noise_.run(plan_.cells[asked.cell], clock_, [&] { return run_once(asked); });
    auto outcome = run_once(asked);
    if (!outcome) return std::nullopt;
    return timed_try{std::move(*outcome), {}, 0};
}

void executor::tell(const repetition_request& asked, const timed_try& done, std::uint64_t number,
                    bool last) {
    const planned_cell& planned = plan_.cells[asked.cell];
    if (done.outcome.failed)
        observer_.say(planned.what.name() + ": " +
                      std::string(to_word(done.outcome.failed->ended)) + ": " +
                      done.outcome.failed->text);
    observer_.attempted({planned, asked, number, sequence_ - 1, last, done.outcome, done.noise});
}

bool executor::is_tried_again(const repetition_result& outcome, std::uint64_t tries_before) {
    if (!outcome.failed || !is_worth_a_retry(*outcome.failed) || tries_before >= retries_)
        return false;
    if (outcome.failed->code == spawn_code) {
        pollfd interrupted{interrupts_.fd(), POLLIN, 0};
        ::poll(&interrupted, 1, patience_ms(tries_before));
    }
    return true;
}

bool executor::repeat_timed(const repetition_request& asked) {
    const std::string name = plan_.cells[asked.cell].what.name();
    look_at_others();
    if (round_ != asked.round) noise_.begin_round();
    round_ = asked.round;
    bool again = true;
    std::uint64_t failed = 0;
    for (std::uint64_t number = 0; again;) {
        if (interrupted()) return false;
        const auto done = try_once(asked);
        if (!done) return false;
        const bool lost = lost_its_service(done->outcome) || is_tried_again(done->outcome, failed);
        failed += done->outcome.failed ? 1 : 0;
        again = lost || reruns_.again(name, number, done->disturbed());
        if (again) observer_.expect_more(1);
        tell(asked, *done, number, !again);
        if (!lost) ++number;
    }
    if (reruns_.gave_up_now())
        observer_.say(
            "most repetitions are disturbed by other work on this machine: running them again is "
            "left off while that lasts; `ipcmark doctor` says what helps");
    return true;
}

/// Every process of the machine is looked at, so not before every repetition.
void executor::look_at_others() {
    constexpr std::uint64_t often_enough_ns = 2'000'000'000;
    const std::uint64_t now_ns = shared_clock::raw_ns();
    if (others_seen_ns_ != 0 && now_ns - others_seen_ns_ < often_enough_ns) return;
    others_.look();
    others_seen_ns_ = now_ns;
}

bool executor::repeat(const repetition_request& asked) {
    if (asked.why == purpose::timed) return repeat_timed(asked);
    std::uint64_t failed = 0;
    for (bool again = true; again;) {
        if (interrupted()) return false;
        const auto done = try_once(asked);
        if (!done) return false;
        again = lost_its_service(done->outcome) || is_tried_again(done->outcome, failed++);
        if (again) observer_.expect_more(1);
        tell(asked, *done, 0, !again);
    }
    return true;
}

bool executor::measure_floors(std::uint64_t rounds_done) {
    floors_.probe(rounds_done, [this](const std::string& what) {
        observer_.about_to(what);
        return !interrupted();
    });
    observer_.floors_measured(floors_.log());
    return !interrupted();
}

bool executor::measure_clock_offsets(const char* when) {
    if (interrupted()) return false;
    observer_.offsets_measured(when, ipcmark::measure_clock_offsets(plan_, pairs_));
    return !interrupted();
}

bool executor::search_capacities() {
    capacities_.measure(plan_, clock_, [this](const cell& what, const launch_request& asked) {
        observer_.about_to("saturation of " + what.name());
        if (interrupted()) return std::optional<repetition_result>();
        launch_request request = asked;
        request.layout = plan_.layout(sequence_++);
        return std::optional(pairs_.run_until_served(request));
    });
    return !interrupted();
}

}  // namespace ipcmark
