#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "reports/view/cell_flags.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

bool is_too_noisy(const noise_info& noise) {
    return noise.verdict == "unusable";
}

std::string fact(const tree& facts, std::string_view key) {
    const tree* found = facts.find(key);
    return found != nullptr && found->is_text() ? found->as_text() : "";
}

std::string duration(double seconds) {
    const auto whole = std::lround(seconds);
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string repetition_counts(const run_result& result) {
    std::size_t fewest = ~std::size_t{0};
    std::size_t most = 0;
    std::size_t measured = 0;
    std::size_t with_interval = 0;
    for (const auto& cell : result.cells) {
        if (cell.ended != status::ok) continue;
        ++measured;
        // Disturbed ones that the figures leave out do not count.
        const metric_summary* main = cell.find(pattern_of(cell.kind).main_metric);
        const std::size_t counted = main != nullptr ? main->n : cell.repetitions_ok;
        fewest = std::min(fewest, counted);
        most = std::max(most, counted);
        with_interval += main != nullptr && main->low.has_value() ? 1 : 0;
    }
    if (measured == 0) return {};
    const std::string count = fewest == most ? plural(most, "repetition")
                                             : fmt::format("{} to {} repetitions", fewest, most);
    if (with_interval == measured) return count + " a cell, each with an interval.";
    return fmt::format("{} a cell; {} of {} have an interval, which needs 6.", count, with_interval,
                       measured);
}

/// What the host takes from everybody, however quiet it is.
std::string pauses_sentence(const run_result& result) {
    const host_baseline& host = result.header.watch.baseline;
    constexpr double worth_telling_ppm = 1000;
    if (host.windows == 0 || host.gap_ppm_median < worth_telling_ppm) return {};
    std::string text = fmt::format("This host takes {:.1f} % of the time of whoever runs",
                                   host.gap_ppm_median / 1e4);
    if (host.pauses_per_s >= 1)
        text += fmt::format(", in pauses of {:.0f} us {:.0f} times a second", host.pause_us,
                            host.pauses_per_s);
    return text + ": the longest latencies include them.";
}

/// On such a machine the longest part of whatever blocks across two CPUs is no mechanism's.
std::string wake_ups_sentence(const run_result& result) {
    const auto& identity = result.header.environment.identity;
    const tree* polls = identity.find("guest_halt_poll_ns");
    const bool halts_at_once = polls != nullptr && polls->is_whole() && polls->as_uint() == 0 &&
                               fact(identity, "cpuidle_driver") == "haltpoll";
    if (!halts_at_once) return {};
    return "An idle CPU of this virtual machine halts at once, so that each wake-up of another CPU "
           "passes through the hypervisor: most of what blocking costs across two CPUs is that "
           "(ipcmark doctor says what changes it).";
}

/// Of a list of repetitions and ratios that of as many as the run has, or the next smaller.
const tree* fitting(const tree& of, std::string_view key, std::uint64_t rounds) {
    const tree* list = of.find(key);
    if (list == nullptr || !list->is_list()) return nullptr;
    const tree* found = nullptr;
    for (const tree& each : list->elements())
        if (found == nullptr || each.at("repetitions").as_uint() <= rounds) found = &each;
    return found;
}

std::string difference_text(const tree& detectable) {
    return fmt::format("{:.1f} %", 100 * (detectable.at("ratio").as_double() - 1));
}

/// What ipcmark calibrate found out, of latencies and rates apart where it says so.
std::string calibration_sentence(const run_result& result) {
    const tree& block = result.header.calibration;
    const auto rounds = result.header.plan.rounds;
    const tree* over_all = fitting(block, "detectable", rounds);
    if (over_all == nullptr) return {};
    std::string limits = difference_text(*over_all);
    if (const tree* apart = block.find("by_metric")) {
        const tree* latency = fitting(*apart, "p50_ns", rounds);
        const tree* rate = fitting(*apart, "messages_per_second", rounds);
        if (latency != nullptr && rate != nullptr)
            limits = difference_text(*latency) + " in latency and " + difference_text(*rate) +
                     " in rates";
    }
    return fmt::format("Calibrated: with {} repetitions differences below {} are noise here.",
                       over_all->at("repetitions").as_uint(), limits);
}

std::string effort(const run_result& result) {
    const auto& run = result.header.run;
    const auto& plan = result.header.plan;
    const auto rounds = run.rounds_done.value_or(plan.rounds);
    const std::string time =
        run.elapsed_s > 0
            ? fmt::format("in {}, {:.0f} % of it measuring", duration(run.elapsed_s),
                          100 * run.measuring_s / run.elapsed_s)
            : fmt::format("and {} of measuring; the run did not end", duration(run.measuring_s));
    return fmt::format("{} {}; {}; seed {}; clock {} ({:.0f} ns a stamp).",
                       plural(run.repetitions, "repetition"), time, plural(rounds, "round"),
                       plan.seed, result.header.clock.source, result.header.clock.stamp_cost_ns);
}

}  // namespace

std::string measured_sentence(const run_result& result) {
    std::array<std::size_t, 4> by_status{};
    for (const auto& cell : result.cells)
        ++by_status[static_cast<std::size_t>(cell.ended)];
    const std::size_t measured = by_status[0];
    std::string text =
        fmt::format("{} of {} measured", measured, plural(result.cells.size(), "cell"));
    std::string gaps;
    for (const auto ended : {status::skipped, status::failed, status::timed_out})
        if (const auto count = by_status[static_cast<std::size_t>(ended)]; count > 0)
            gaps += fmt::format("{}{} {}", gaps.empty() ? "" : ", ", count, title_of(ended));
    return text + (gaps.empty() ? "." : "; " + gaps + ".");
}

std::string verdict_sentence(const run_result& result) {
    if (!result.noise) return "What else the machine did was not recorded.";
    std::string text = is_too_noisy(*result.noise)
                           ? "Machine too noisy, stop other work and run again"
                           : "Machine " + result.noise->verdict;
    if (const auto& least = result.noise->smallest_ratio; least && *least > 1)
        text += fmt::format(": differences below {:.0f} % are noise", 100 * (*least - 1));
    const quality_counts& of = result.noise->repetitions;
    if (const std::size_t all = of.quiet + of.usable + of.disturbed; of.disturbed > 0)
        text += fmt::format("{} {} of {} {} disturbed", text.ends_with("noise") ? ";" : ":",
                            of.disturbed, plural(all, "repetition"),
                            of.disturbed == 1 ? "was" : "were");
    return text + ".";
}

std::string moment_text(const std::string& utc) {  // 2026-01-31T12:00:00Z
    return utc.size() >= 16 && utc[10] == 'T' ? utc.substr(0, 10) + " " + utc.substr(11, 5) + " UTC"
                                              : utc;
}

std::string host_line(const run_result& result) {
    const auto& identity = result.header.environment.identity;
    const tree* cpus = result.header.context.find("num_cpus");
    std::vector<std::string> parts{fact(identity, "cpu_model")};
    if (cpus != nullptr && cpus->is_whole()) parts.push_back(plural(cpus->as_uint(), "CPU"));
    if (const auto kernel = fact(identity, "kernel_release"); !kernel.empty())
        parts.push_back("kernel " + kernel);
    if (const auto under = fact(identity, "hypervisor"); !under.empty() && under != "none")
        parts.push_back("under " + under);
    parts.push_back(moment_text(result.header.run.started));
    parts.push_back("ipcmark " + result.header.build.version);
    std::erase(parts, "");
    std::string line;
    for (const auto& part : parts)
        line += (line.empty() ? "" : ", ") + part;
    return line;
}

std::vector<std::string> trust_sentences(const run_result& result) {
    std::vector<std::string> sentences{measured_sentence(result),    repetition_counts(result),
                                       doubts_sentence(result),      verdict_sentence(result),
                                       pauses_sentence(result),      wake_ups_sentence(result),
                                       calibration_sentence(result), effort(result)};
    std::erase(sentences, "");
    return sentences;
}

std::vector<detectable_view> detectable_differences(const run_result& result) {
    std::vector<detectable_view> rows;
    const tree* list = result.header.calibration.find("detectable");
    if (list == nullptr || !list->is_list()) return rows;
    for (const tree& each : list->elements())
        rows.push_back({each.at("repetitions").as_uint(), difference_text(each)});
    return rows;
}

std::vector<notice> notices_of(const run_result& result) {
    std::vector<notice> found;
    const auto& build = result.header.build;
    if (!build.optimised)
        found.push_back({"error", "This build is not optimised.",
                         "Its figures mean nothing; build with -DCMAKE_BUILD_TYPE=Release."});
    if (!build.sanitizers.empty())
        found.push_back({"error", "This build has sanitizers.",
                         "They slow everything down: " + build.sanitizers + "."});
    if (!result.complete)
        found.push_back({"warning", "The run is incomplete.",
                         capital(result.incomplete_reason.value_or("It did not end")) +
                             ". What is here is valid."});
    if (result.noise && is_too_noisy(*result.noise))
        found.push_back({"error", "The machine was too noisy.",
                         result.noise->text + " " +
                             (result.noise->remedy.empty() ? "Run ipcmark doctor"
                                                           : capital(result.noise->remedy)) +
                             ", and measure again."});
    if (const auto& others = result.header.watch.other_runs; !others.empty())
        found.push_back(
            {"warning", "Another ipcmark measured on the same CPUs.",
             fmt::format("Both were disturbed: {}{}. Measure again alone, or with --wait.",
                         text_of(others.front()),
                         others.size() == 1 ? std::string()
                                            : fmt::format(" and {} more", others.size() - 1))});
    for (const auto& warning : result.header.environment.warnings)
        if (warning.severity == "error")
            found.push_back({"error", capital(warning.text) + ".", warning.remedy});
    for (notice& each : flag_notices_of(result))
        found.push_back(std::move(each));
    return found;
}

}  // namespace ipcmark
