#include "harness/conform/peer_death_detection.hpp"

#include <charconv>
#include <cstring>
#include <fmt/format.h>

#include "harness/base/clock.hpp"
#include "harness/base/posix/error.hpp"

namespace ipcmark::conform {

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

/// How a survivor noticed, as it notes it.
enum manner : std::uint64_t { returned_false = 1, threw = 2 };

}  // namespace

void tell_time_of_death(scenario_worker& me) {
    me.cell.peer.tell(std::to_string(shared_clock::raw_ns()));
}

void note_when_noticed(scenario_worker& me, function_view<bool()> part) {
    const std::uint64_t start = shared_clock::raw_ns();
    manner how = returned_false;
    std::uint64_t error = 0;
    bool noticed = false;
    try {
        while (!noticed && shared_clock::raw_ns() - start < 5 * second_ns / 4)
            noticed = !part();
    } catch (const call_failed& e) {
        how = threw;
        error = static_cast<std::uint64_t>(e.code().value());
        noticed = true;
    } catch (const std::exception&) {
        how = threw;
        noticed = true;
    }
    if (!noticed) return;
    const std::uint64_t now = shared_clock::raw_ns();
    const std::string told = me.cell.peer.hear();
    std::uint64_t death = 0;
    std::from_chars(told.data(), told.data() + told.size(), death);
    me.note("noticed_after_ns", now - death);
    me.note("manner", how);
    me.note("error", error);
}

peer_death_detection describe_detection(const worker_report& survivor, std::string_view who,
                                        std::string_view call) {
    const auto after_ns = noted(survivor, "noticed_after_ns");
    if (!after_ns) return {false, false, fmt::format("the {} noticed nothing within 1 s", who)};
    const auto error = noted_or_zero(survivor, "error");
    std::string manner = " returned false";
    if (noted(survivor, "manner") == static_cast<std::int64_t>(threw))
        manner = error == 0 ? " threw"
                            : fmt::format(" threw: {}", std::strerror(static_cast<int>(error)));
    return {true, *after_ns < second_ns,
            fmt::format("{} noticed after {:.1f} ms ({}{})", who,
                        static_cast<double>(*after_ns) / 1e6, call, manner)};
}

int tries_to_notice(const traits& facts) {
    return facts.peer_death_may_be_late ? 8 : 1;
}

std::optional<check_result> never_died(const repetition_result& result) {
    if (result.failed && result.failed->code == "died") return std::nullopt;
    if (auto wrong = check_context::trouble(result)) return wrong;
    return fail("nobody died");
}

}  // namespace ipcmark::conform
