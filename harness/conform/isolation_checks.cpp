#include <exception>
#include <fmt/format.h>
#include <thread>

#include "harness/conform/check_context.hpp"

/// Two pairs of one mechanism at the same time.
namespace ipcmark::conform {

namespace {

struct two_results {
    repetition_result ours;
    repetition_result theirs;

    /// Whether both were timing at once.
    bool overlapped() const {
        const measurement& one = ours.producer().measured;
        const measurement& other = theirs.producer().measured;
        return one.first_ticks < other.last_ticks && other.first_ticks < one.last_ticks;
    }
};

two_results run_both(check_context& exam, conform_context& next_door, const staging& how) {
    two_results results;
    std::exception_ptr failed;
    std::thread neighbour([&] {
        try {
            results.theirs = check_context(isolation_law, exam.mechanism, next_door).measure(how);
        } catch (...) {
            failed = std::current_exception();
        }
    });
    try {
        results.ours = exam.measure(how);
    } catch (...) {
        failed = std::current_exception();
    }
    neighbour.join();
    if (failed) std::rethrow_exception(failed);
    return results;
}

verdict judge_isolation(check_context& exam) {
    constexpr int attempts = 5;
    run_workspace elsewhere;
    conform_context next_door{elsewhere, exam.room().interrupts, exam.room().leased,
                              exam.room().chosen};
    // One service for both, started by the thread that stays: it ends with the one that did.
    if (auto verdict = exam.start_service()) return *verdict;
    const staging how{.kind = pattern::round_trip,
                      .payload_bytes = exam.fitting(64, pattern::round_trip),
                      .timed_ns = 100'000'000,
                      .reads = touch::verify};
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const two_results results = run_both(exam, next_door, how);
        if (auto verdict = exam.trouble(results.ours)) return *verdict;
        if (auto verdict = exam.trouble(results.theirs)) return *verdict;
        if (results.overlapped())
            return holds(fmt::format("two pairs at once, {} and {} round trips, none crossed",
                                     results.ours.producer().measured.messages,
                                     results.theirs.producer().measured.messages));
    }
    return excused(fmt::format("two pairs never ran at the same time in {} attempts", attempts));
}

}  // namespace

const law isolation_law{.name = "isolation",
                        .sentence = "two pairs at the same time do not meet each other's messages",
                        .backs = "",
                        .judge = judge_isolation};

}  // namespace ipcmark::conform
