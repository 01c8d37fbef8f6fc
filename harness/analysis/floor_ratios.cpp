#include "harness/analysis/floor_ratios.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <map>
#include <string_view>

#include "harness/base/sizes.hpp"

namespace ipcmark {

namespace {

/// A figure of a cell's floor: the floor's median over the run, and what nothing beats: the most
/// favourable one seen, so that its own drift convicts nobody.
struct floor_figure {
    double median = 0;
    double best = 0;
};

/// What a cell is held against: one floor, or the sum of two.
struct limit {
    std::string floor;
    const char* metric = nullptr;
    std::string unit;
    floor_figure value;
    std::string why;
};

bool is_rate(const floor_info& floor) {
    return floor.unit != "ns";
}

floor_figure figure_of(const floor_info& floor) {
    const metric_summary& figures = *floor.summary;
    return {*figures.median,
            (is_rate(floor) ? figures.max : figures.min).value_or(*figures.median)};
}

/// The harder one to reach by its median over the run. Whole series are compared, never their
/// samples: the least of several medians of a moment lies below what any of them does.
bool is_harder(const floor_info& floor, const floor_info& than) {
    const double one = *floor.summary->median;
    const double other = *than.summary->median;
    return is_rate(floor) ? one > other : one < other;
}

/// Whether the kernel takes the bytes from one process to the other, however the processes wait.
bool carried_by_kernel(const mechanism_info& mechanism) {
    return mechanism.copies_per_message > 0 && mechanism.family != "shared memory";
}

class limit_finder {
public:
    limit_finder(const std::vector<floor_info>& floors, const cell_result& cell,
                 const mechanism_info& mechanism)
        : floors_(floors), cell_(cell), mechanism_(mechanism) {}

    std::optional<limit> find() const {
        return cell_.kind == pattern::round_trip ? of_round_trip() : of_stream();
    }

private:
    /// How a payload gets across at best: a floor, how often its block is gone through one after
    /// the other, and in words.
    struct way {
        const char* floor;
        unsigned passes;
        const char* does;
        /// The floor that nothing beats, where `floor` is the rate of a ring of its own, which
        /// another may surpass a little: who gets the bytes reads them.
        const char* bound;
    };

    std::optional<way> way_across() const {
        const bool one_cpu = cell_.place == placement::same_cpu;
        if (!carried_by_kernel(mechanism_))
            return one_cpu ? std::nullopt
                           : std::optional(way{"xfer", 1, "goes from CPU to CPU", "stream_read"});
        const unsigned copies = mechanism_.copies_per_message;
        if (copies == 1) return way{"memcpy", 1, "is copied once", "memcpy"};
        if (one_cpu) return way{"memcpy", copies, "is copied by one CPU, in and out", "memcpy"};
        return way{"memcpy_pair", 1, "is copied in and out, each by a CPU, at the same time",
                   "memcpy_pair"};
    }

    std::optional<limit> of_stream() const {
        const auto across = way_across();
        if (!across || !touches_all() || block_ != cell_.payload_bytes) return std::nullopt;
        const floor_info* floor = find_floor({across->floor});
        if (floor == nullptr) return std::nullopt;
        return limit{
            across->floor,
            "bytes_per_second",
            floor->unit,
            {figure_of(*floor).median / across->passes, best_rate(*across) / across->passes},
            payload_text(cell_.payload_bytes) + " " + across->does};
    }

    std::optional<limit> of_round_trip() const {
        auto signal = of_signal();
        if (!signal || !touches_all() || !block_) return signal;
        const auto across = way_across();
        if (!across) return signal;
        const floor_info* floor = find_floor({across->floor});
        if (floor == nullptr) return std::nullopt;
        constexpr std::size_t line_bytes = 64;  // comes with the signal
        const double bytes =
            2.0 * across->passes * static_cast<double>(cell_.payload_bytes - line_bytes);
        signal->value.median += bytes / figure_of(*floor).median * 1e9;
        signal->value.best += bytes / best_rate(*across) * 1e9;
        signal->floor += std::string(" + ") + across->floor;
        signal->why +=
            "; " + payload_text(cell_.payload_bytes) + " " + across->does + ", there and back";
        return signal;
    }

    /// A message of nothing, there and back.
    std::optional<limit> of_signal() const {
        const bool polls = mechanism_.wait != wait_style::blocks;
        // It asks the kernel again and again: what that takes is no floor here.
        if (polls && carried_by_kernel(mechanism_)) return std::nullopt;
        const floor_info* floor = polls ? find_floor({"line_round_trip"})
                                        : find_floor({"futex_wake", "eventfd_wake", "pipe_wake"});
        if (floor == nullptr) return std::nullopt;
        const double hops = polls ? 1 : 2;  // in a figure of the cell by one of the floor
        const floor_figure figure = figure_of(*floor);
        return limit{
            floor->name,
            "p50_ns",
            floor->unit,
            {figure.median * hops, figure.best * hops},
            polls ? "a polling exchange moves a cache line there and back"
            : cell_.place == placement::same_cpu
                ? "a sleeping exchange on one CPU takes a context switch there and one back"
                : "a sleeping exchange takes a wake-up there and one back"};
    }

    /// Infinite where it was not measured: then the bytes prove nothing.
    double best_rate(const way& across) const {
        const floor_info* bound = find_floor({across.bound});
        return bound == nullptr ? std::numeric_limits<double>::infinity() : figure_of(*bound).best;
    }

    /// Of these at this place, by this payload's block, the one that is harder to reach over the
    /// run.
    const floor_info* find_floor(std::initializer_list<std::string_view> names) const {
        const floor_info* found = nullptr;
        for (const auto& floor : floors_) {
            const bool named = std::find(names.begin(), names.end(), floor.name) != names.end();
            const bool here = !floor.place || *floor.place == cell_.place;
            const bool this_size = !floor.block_bytes || floor.block_bytes == block_;
            if (!named || !here || !this_size || !floor.summary || !floor.summary->median) continue;
            if (found == nullptr || is_harder(floor, *found)) found = &floor;
        }
        return found;
    }

    bool touches_all() const { return cell_.reads != touch::desc && cell_.reads != touch::line; }

    const std::vector<floor_info>& floors_;
    const cell_result& cell_;
    const mechanism_info& mechanism_;
    const std::optional<std::size_t> block_ = floor_block_bytes(cell_.payload_bytes);
};

/// The cost ratio of a figure of the cell to the floor's median.
metric_summary ratio_to(double floor, const metric_summary& figures, bool is_rate) {
    const auto ratio = [&](const std::optional<double>& value) -> std::optional<double> {
        if (!value || *value <= 0) return std::nullopt;
        const double cost = *value / floor;
        return is_rate ? 1 / cost : cost;
    };
    metric_summary ratios = figures;
    ratios.median = ratio(figures.median);
    ratios.low = ratio(is_rate ? figures.high : figures.low);
    ratios.high = ratio(is_rate ? figures.low : figures.high);
    ratios.min = ratio(is_rate ? figures.max : figures.min);
    ratios.max = ratio(is_rate ? figures.min : figures.max);
    ratios.unit = "1";
    ratios.better = "lower";
    ratios.source = "over the floor's median";
    return ratios;
}

/// A CPU that has not gone idle yet is woken sooner than the one that the floor was taken on: it
/// did other work, or in a virtual machine it halts later after one mechanism than after another.
constexpr double beyond_doubt = 0.5;

bool rests_on_disturbed(const cell_result& cell) {
    return cell.repetitions_disturbed > cell.repetitions_excluded;
}

bool hangs_on_idle_cpus(const cell_result& cell, const cell_floor& floor) {
    return cell.place != placement::same_cpu && floor.name.find("_wake") != std::string::npos;
}

void add_floor_ratio(cell_result& cell, const std::vector<floor_info>& floors,
                     const mechanism_info& mechanism) {
    const auto held = limit_finder(floors, cell, mechanism).find();
    const metric_summary* measured = held ? cell.find(held->metric) : nullptr;
    if (measured == nullptr) return;
    const auto [median, best] = held->value;
    const bool rate = held->unit != "ns";
    cell.floor = cell_floor{held->floor, median, held->unit, held->why,
                            std::isfinite(best) ? std::optional(best) : std::nullopt};
    const metric_summary ratios = ratio_to(median, *measured, rate);
    cell.summary.emplace_back("ratio_to_floor", ratios);
    const double proof =
        rests_on_disturbed(cell) || hangs_on_idle_cpus(cell, *cell.floor) ? beyond_doubt : 1;
    if (ratios.high.value_or(1) < proof * (rate ? median / best : best / median))
        cell.flags.emplace_back("beats_floor");
}

floor_info floor_of(const floor_log::series& from) {
    floor_info floor;
    floor.name = from.name;
    floor.unit = from.unit;
    floor.meaning = from.meaning;
    floor.place = from.place;
    floor.block_bytes = from.block_bytes;
    std::vector<double> figures;
    for (const auto& [round, figure] : from.samples) {
        floor.samples.push_back({round, figure});
        figures.push_back(figure);
    }
    floor.summary = summary_of(figures, "samples", from.unit,
                               from.unit == "ns" ? "lower" : "higher", "floor probe");
    floor.drift = from.samples.back().second / from.samples.front().second;
    return floor;
}

/// Whoever copies a block reads it: reading that was slower measured its loop, not the machine.
void disown_slow_reads(std::vector<floor_info>& floors) {
    for (auto& read : floors)
        for (const auto& copied : floors)
            if (read.name == "stream_read" && copied.name == "memcpy" &&
                read.block_bytes == copied.block_bytes && read.summary && copied.summary &&
                read.summary->median < copied.summary->median) {
                read.summary.reset();
                read.note = "no floor: copying the same block, which reads it too, was faster";
            }
}

}  // namespace

std::string beaten_floors(const run_result& result) {
    std::string names;
    for (const auto& cell : result.cells)
        if (cell.has_flag("beats_floor"))
            names += (names.empty() ? "" : ", ") + cell.name +
                     (cell.floor ? " (" + cell.floor->name + ")" : "");
    return names;
}

std::vector<floor_info> floors_of(const floor_log& log) {
    std::vector<floor_info> floors;
    for (const floor_log::series& each : log.all())
        floors.push_back(floor_of(each));
    disown_slow_reads(floors);
    return floors;
}

void add_floor_ratios(run_result& result) {
    std::map<std::string, const mechanism_info*> mechanisms;
    for (const auto& mechanism : result.header.mechanisms)
        if (mechanism.role == "mechanism") mechanisms[mechanism.name] = &mechanism;
    // What two processes can do at best is no limit of more.
    for (auto& cell : result.cells)
        if (const auto at = mechanisms.find(cell.mechanism);
            at != mechanisms.end() && !cell.parties)
            add_floor_ratio(cell, result.floors, *at->second);
}

}  // namespace ipcmark
