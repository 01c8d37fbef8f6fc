#include "reports/view/words.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "harness/analysis/latency_distribution.hpp"
#include "harness/contract/patterns.hpp"
#include "harness/result/metrics.hpp"
#include "reports/view/cell_flags.hpp"
#include "reports/view/stacks.hpp"

namespace ipcmark {

namespace {

template <class Word, std::size_t N>
using titles = std::array<std::pair<Word, std::string_view>, N>;

constexpr titles<placement, 10> placement_titles{{
    {placement::same_cpu, "one CPU"},
    {placement::smt, "two threads of one core"},
    {placement::l2, "two CPUs, shared L2"},
    {placement::l3, "two CPUs, shared L3"},
    {placement::package, "two CPUs of one package"},
    {placement::numa, "two NUMA nodes"},
    {placement::free, "not pinned"},
    {placement::cross, "two CPUs, nothing known of what they share"},
    {placement::efficient, "two efficiency cores"},
    {placement::mixed, "a performance and an efficiency core"},
}};

constexpr titles<touch, 5> touch_titles{{
    {touch::desc, "only the header is touched"},
    {touch::line, "one byte of each cache line is touched"},
    {touch::rw, "every byte is written and read"},
    {touch::copy, "both sides copy from and to memory of their own"},
    {touch::verify, "every byte is checked"},
}};

constexpr titles<status, 4> status_titles{{
    {status::ok, "ok"},
    {status::skipped, "skipped"},
    {status::failed, "failed"},
    {status::timed_out, "timed out"},
}};

constexpr titles<waiting, 4> waiting_titles{{
    {waiting::unknown, ""},
    {waiting::slept, "slept while it waited"},
    {waiting::spun, "spun throughout, though it can sleep"},
    {waiting::burns_core, "burns a core while idle"},
}};

constexpr titles<change, 4> change_titles{{
    {change::regressed, "worse"},
    {change::improved, "better"},
    {change::equivalent, "no difference"},
    {change::inconclusive, "no difference proven"},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> reason_words{{
    {"limit", "limit"},
    {"unavailable", "missing"},
    {"placement", "no place"},
    {"pattern", "n/a"},
    {"interrupted", "stopped"},
    {"stall", "stalled"},
}};

template <class Table, class Word>
std::string_view find_title(const Table& table, Word of) {
    for (const auto& [word, title] : table)
        if (word == of) return title;
    return "?";
}

template <class Table>
tree titles_tree(const Table& table) {
    tree::list all;
    for (const auto& [word, title] : table)
        all.push_back({{"word", to_word(word)}, {"title", title}});
    return all;
}

tree patterns_tree() {
    tree::list all;
    for (const pattern_info& each : pattern_table)
        all.push_back({{"word", each.word},
                       {"title", each.title},
                       {"question", each.question},
                       {"method", each.method},
                       {"main_metric", each.main_metric}});
    return all;
}

tree metrics_tree() {
    constexpr std::array<std::string_view, 3> better_words{"lower", "higher", "neither"};
    tree::list all;
    for (const metric& each : reported_metrics())
        all.push_back({{"key", each.key},
                       {"label", each.label},
                       {"meaning", each.meaning},
                       {"unit", each.unit},
                       {"better", better_words[static_cast<std::size_t>(each.direction)]},
                       {"listed", each.listed}});
    return all;
}

tree flags_tree() {
    tree::list all;
    for (const cell_flag& each : cell_flags())
        all.push_back({{"word", each.word}, {"meaning", each.meaning}});
    return all;
}

tree quantiles_tree() {
    tree::list all;
    for (const double q : distribution_quantiles())
        all.push_back(tree(q));
    return all;
}

tree stacks_tree() {
    tree::list all;
    for (const stack_info& each : stacks()) {
        tree::list parts;
        for (const std::string_view part : each.parts)
            parts.push_back(tree(part));
        all.push_back({{"name", each.name},
                       {"whole", each.whole},
                       {"parts", std::move(parts)},
                       {"beside", each.beside}});
    }
    return all;
}

bool is_percentile(const metric& of) {
    return std::any_of(percentiles.begin(), percentiles.end(),
                       [&](const percentile& each) { return each.key == of.key; });
}

}  // namespace

std::string_view title_of(placement place) {
    return find_title(placement_titles, place);
}

std::string_view title_of(touch reads) {
    return find_title(touch_titles, reads);
}

std::string_view title_of(status ended) {
    return find_title(status_titles, ended);
}

std::string_view title_of(waiting waits) {
    return find_title(waiting_titles, waits);
}

std::string_view title_of(change verdict) {
    return find_title(change_titles, verdict);
}

sent sent_by(pattern kind, std::size_t payload_bytes) {
    const pattern_info& row = pattern_of(kind);
    if (row.both_ways()) return sent::trip;
    if (row.at_will) return sent::write;
    if (row.loop == pattern_loop::life) return sent::run;
    return row.loop == pattern_loop::stream && payload_bytes == 0 ? sent::post : sent::message;
}

std::string_view title_of(sent unit) {
    constexpr std::array<std::string_view, 5> titles{"message", "round trip", "post", "write",
                                                     "run"};
    return titles.at(static_cast<std::size_t>(unit));
}

std::string label_of(const metric& of, pattern kind, std::size_t payload_bytes) {
    constexpr std::string_view per_message = "/msg";
    constexpr std::array<std::string_view, 5> units{"/msg", "/trip", "/post", "/write", "/run"};
    const sent unit = sent_by(kind, payload_bytes);
    if (unit == sent::post && of.key == "messages_per_second") return "posts";
    if (unit == sent::write && is_percentile(of)) return "age " + std::string(of.label);
    if (!of.label.ends_with(per_message)) return std::string(of.label);
    return std::string(of.label.substr(0, of.label.size() - per_message.size())) +
           std::string(units[static_cast<std::size_t>(unit)]);
}

std::string_view absence_of(const cell_result& cell) {
    if (cell.ended == status::ok) return "";
    if (cell.ended == status::skipped && cell.why)
        for (const auto& [code, word] : reason_words)
            if (code == cell.why->code) return word;
    return title_of(cell.ended);
}

std::vector<std::string> hop_parts_of(const cell_result& cell) {
    if (cell.ended != status::ok || !pattern_of(cell.kind).decomposed) return {};
    const auto has = [&cell](std::string_view key) {
        const metric_summary* figures = cell.find(key);
        return figures != nullptr && figures->median.has_value();
    };
    if (!has("syscall_copy_ns") || !(has("wake_up_ns") || has("sleep_and_transfer_ns"))) return {};
    std::vector<std::string> parts;
    for (const std::string_view each : stack_named("hop").parts)
        if (has(each)) parts.emplace_back(each);
    return parts;
}

tree words_tree() {
    return {{"patterns", patterns_tree()},
            {"metrics", metrics_tree()},
            {"quantiles", quantiles_tree()},
            {"stacks", stacks_tree()},
            {"placements", titles_tree(placement_titles)},
            {"touches", titles_tree(touch_titles)},
            {"statuses", titles_tree(status_titles)},
            {"waits", titles_tree(waiting_titles)},
            {"verdicts", titles_tree(change_titles)},
            {"flags", flags_tree()}};
}

}  // namespace ipcmark
