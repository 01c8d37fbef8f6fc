#include <exception>
#include <fmt/format.h>
#include <thread>

#include "harness/conform/check_context.hpp"

/// Two pairs of one mechanism at the same time.
namespace ipcmark::conform {

extern const conformance_check isolation_check;

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

two_results run_both(check_context& exam, conform_context& next_door, const scenario_options& how) {
    two_results results;
    std::exception_ptr failed;
    std::thread neighbour([&] {
        try {
            results.theirs = check_context(isolation_check, exam.mechanism, next_door).measure(how);
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

check_result evaluate_isolation(check_context& exam) {
    constexpr int attempts = 5;
    run_workspace elsewhere;
    conform_context next_door{elsewhere, exam.context().interrupts, exam.context().leased,
                              exam.context().chosen};
    // One service for both, started by the thread that stays: it ends with the one that did.
    if (auto check_result = exam.start_service()) return *check_result;
    const scenario_options how{.kind = pattern::round_trip,
                               .payload_bytes = exam.fitting(64, pattern::round_trip),
                               .timed_ns = 100'000'000,
                               .reads = touch::verify};
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const two_results results = run_both(exam, next_door, how);
        if (auto check_result = exam.trouble(results.ours)) return *check_result;
        if (auto check_result = exam.trouble(results.theirs)) return *check_result;
        if (results.overlapped())
            return pass(fmt::format("two pairs at once, {} and {} round trips, none crossed",
                                    results.ours.producer().measured.messages,
                                    results.theirs.producer().measured.messages));
    }
    return skip(fmt::format("two pairs never ran at the same time in {} attempts", attempts));
}

}  // namespace

extern const conformance_check isolation_check{
    .name = "isolation",
    .sentence = "two pairs at the same time do not meet each other's messages",
    .backs = "",
    .evaluate = evaluate_isolation,
    .whose = examined::every};

}  // namespace ipcmark::conform
