#include "reports/view/stacks.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

double six_digits(double value) {
    if (value == 0) return 0;
    const double unit = std::pow(10, 5 - std::floor(std::log10(std::abs(value))));
    return std::round(value * unit) / unit;
}

std::vector<std::string> parts_known(const cell_result& cell, const stack_info& of) {
    if (of.name == "hop") return hop_parts_of(cell);
    std::vector<std::string> known;
    for (const std::string_view part : of.parts)
        if (cell.median(part)) known.emplace_back(part);
    const bool is_whole = of.whole.empty() || known.size() == of.parts.size();
    return is_whole ? known : std::vector<std::string>{};
}

std::optional<stack_view> stack_of(const cell_result& cell, const stack_info& of) {
    const auto known = parts_known(cell, of);
    double sum = 0;
    for (const auto& part : known)
        sum += std::max(0.0, *cell.median(part));
    const auto total = of.whole.empty() ? std::optional(sum) : cell.median(of.whole);
    if (!total || (of.whole.empty() && sum == 0)) return std::nullopt;
    stack_view stack{.name = std::string(of.name), .total = *total, .lengths = {}};
    if (sum == 0) return stack;
    for (const std::string_view part : of.parts)
        stack.lengths.push_back(
            std::find(known.begin(), known.end(), part) == known.end()
                ? std::nullopt
                : std::optional(six_digits(std::max(0.0, *cell.median(part)) * *total / sum)));
    return stack;
}

}  // namespace

const std::vector<stack_info>& stacks() {
    static const std::vector<stack_info> all{
        {"hop",
         "hop_ns",
         {"syscall_copy_ns", "cross_core_transfer_ns", "wake_up_ns", "sleep_and_transfer_ns"},
         "context_switch_ns"},
        {"cpu_by_process",
         "cpu_ns_per_message",
         {"producer_cpu_ns_per_message", "consumer_cpu_ns_per_message"},
         ""},
        {"cpu_by_mode", "cpu_ns_per_message", {"user_ns_per_message", "system_ns_per_message"}, ""},
        {"switches",
         "switches_per_message",
         {"voluntary_switches_per_message", "involuntary_switches_per_message"},
         ""},
        {"setup", "", {"construct_ns", "first_message_ns", "teardown_ns"}, ""},
    };
    return all;
}

const stack_info& stack_named(std::string_view name) {
    for (const auto& each : stacks())
        if (each.name == name) return each;
    throw std::out_of_range(std::string(name));
}

std::vector<stack_view> stacks_of(const cell_result& cell) {
    std::vector<stack_view> found;
    if (cell.ended != status::ok) return found;
    for (const auto& each : stacks()) {
        const bool fits = each.name == "hop"     ? pattern_of(cell.kind).decomposed
                          : each.name == "setup" ? cell.kind == pattern::setup
                                                 : true;
        if (!fits) continue;
        if (auto stack = stack_of(cell, each)) found.push_back(std::move(*stack));
    }
    return found;
}

}  // namespace ipcmark
