#include "harness/run/plan.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <random>
#include <regex>
#include <set>
#include <stdexcept>

#include "harness/base/posix/affinity.hpp"
#include "harness/base/units.hpp"
#include "harness/contract/patterns.hpp"
#include "harness/worker/switch_ring.hpp"
#include "harness/worker/topologies.hpp"

namespace ipcmark {

namespace {

/// A regex over cell names; "-re" excludes.
class name_filter {
public:
    explicit name_filter(const plan_request& request) {
        if (request.unpinned) unpinned_.emplace(*request.unpinned);
        for (const auto& text : request.filters) {
            const bool negated = text.starts_with('-');
            try {
                (negated ? excluded_ : wanted_).emplace_back(negated ? text.substr(1) : text);
            } catch (const std::regex_error& e) {
                throw std::invalid_argument("--filter '" + text +
                                            "' is no regular expression: " + e.what());
            }
        }
    }

    bool passes(const cell& what) const {
        const std::string name = what.name();
        if (what.place == placement::free && what.among.is_pair() && unpinned_ &&
            !std::regex_search(name, *unpinned_))
            return false;
        const auto found = [&](const std::regex& expression) {
            return std::regex_search(name, expression);
        };
        return (wanted_.empty() || std::any_of(wanted_.begin(), wanted_.end(), found)) &&
               std::none_of(excluded_.begin(), excluded_.end(), found);
    }

private:
    std::vector<std::regex> wanted_;
    std::vector<std::regex> excluded_;
    std::optional<std::regex> unpinned_;
};

constexpr const char* one_kind =
    "the cores that may be used here are all of one kind; efficient and mixed are of machines with "
    "several";

std::vector<placement_choice> choose_placements(const plan_request& request,
                                                const std::vector<placement_choice>& known) {
    std::vector<placement_choice> chosen;
    for (const auto& word : request.placements) {
        const auto wanted =
            word == "cross" ? default_cross_placement(known) : from_word<placement>(word);
        if (!wanted)
            throw std::invalid_argument("placement '" + word +
                                        "' is not one of cross, same_cpu, smt, l2, l3, package, "
                                        "numa, efficient, mixed, free");
        const auto repeated = [&](const placement_choice& choice) {
            return choice.name == *wanted;
        };
        if (std::any_of(chosen.begin(), chosen.end(), repeated)) continue;
        const auto here = std::find_if(known.begin(), known.end(), repeated);
        chosen.push_back(here != known.end() ? *here
                                             : placement_choice{*wanted, false, {}, one_kind});
    }
    return chosen;
}

/// Where the cells of a pattern can be, whatever places were asked for.
std::optional<std::string> why_misplaced(pattern kind, placement place) {
    if (pattern_of(kind).decomposed && place == placement::same_cpu)
        return "this pattern has its own exchange on one CPU; it compares that with two";
    return std::nullopt;
}

std::optional<failure> why_skipped(const registration& mechanism, const cell& what,
                                   const placement_choice& where,
                                   const std::optional<std::string>& unavailable) {
    const auto skip = [](std::string code, std::string text) {
        return failure{status::skipped, std::move(code), "", std::move(text)};
    };
    if (unavailable) return skip("unavailable", *unavailable);
    if (!what.among.is_pair() && where.name != placement::free)
        return skip("placement",
                    "where more than a pair runs is left to the kernel: --placement free");
    if (!where.available) return skip("placement", where.reason);
    if (auto misplaced = why_misplaced(what.kind, where.name)) return skip("placement", *misplaced);
    if (mechanism.info.wait == wait_style::spins && !mechanism.info.loops_back &&
        where.name == placement::same_cpu)
        return skip("placement",
                    "both sides spin: on one CPU this measures the scheduler's time slice, not "
                    "the mechanism");
    if (pattern_of(what.kind).at_will && what.payload_bytes < sizeof(std::uint64_t))
        return skip("limit", "a value is told from the one before by its first 8 bytes");
    if (mechanism.info.facts.latest_value && pattern_of(what.kind).loop == pattern_loop::stream)
        return skip("pattern",
                    "a newer value replaces an older one: a stream shows how often the writer is "
                    "preempted; see the pattern state");
    const auto how = topology_of(mechanism, what.kind, what.payload_bytes, what.among);
    if (const auto* why = std::get_if<std::string>(&how)) return skip("parties", *why);
    if (auto refused = mechanism.why_refused(what.asked())) return skip("limit", *refused);
    return std::nullopt;
}

std::uint64_t mix(std::uint64_t seed, std::uint64_t salt) {
    std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                           static_cast<std::uint32_t>(salt),
                           static_cast<std::uint32_t>(salt >> 32)};
    std::array<std::uint32_t, 2> words{};
    sequence.generate(words.begin(), words.end());
    return std::uint64_t{words[0]} << 32 | words[1];
}

/// A mechanism with one size only (a notification's is 0) has one cell, whatever sizes are asked.
std::optional<std::size_t> size_for(const transport_info& info, std::size_t asked_bytes,
                                    const std::vector<std::size_t>& all_asked) {
    if (info.payload.min_bytes != info.payload.max_bytes) return asked_bytes;
    return asked_bytes == all_asked.front() ? std::optional(info.payload.min_bytes) : std::nullopt;
}

/// What `switch` tells sleeping from the transfer between CPUs with: wait_variants.hpp gives it
/// this name.
std::string polling_sibling(const registry& mechanisms, const cell& what) {
    if (!pattern_of(what.kind).decomposed) return {};
    const std::string name = what.transport + "_busy";
    const registration* sibling = mechanisms.find(name);
    const bool is_usable = sibling != nullptr && sibling->info.wait == wait_style::spins &&
                           !sibling->why_unavailable() && !sibling->why_refused(what.asked());
    return is_usable ? name : std::string();
}

/// Pairs go to all places; where more run is left to the kernel, once: at free where that is asked
/// for, else at the first, to be skipped.
bool is_planned_at(const placement_choice& where, const std::vector<placement_choice>& places,
                   const party_counts& among) {
    if (among.is_pair() || where.name == placement::free) return true;
    const bool free_is_asked =
        std::any_of(places.begin(), places.end(),
                    [](const placement_choice& each) { return each.name == placement::free; });
    return !free_is_asked && &where == &places.front();
}

/// The cells of one mechanism that differ in their parameter alone.
void add_cells(const registration& mechanism, const std::optional<std::string>& unavailable,
               cell plain, const placement_choice& where, const name_filter& filter,
               const registry& mechanisms, plan& result) {
    const wait_style waits = mechanism.info.wait;
    const auto how = topology_of(mechanism, plain.kind, plain.payload_bytes, plain.among);
    plain.how = std::holds_alternative<topology>(how) ? std::get<topology>(how) : topology::pair;
    for (const cell_parameter& varied : pattern_of(plain.kind).cells(result.request.varied)) {
        plain.varied = varied;
        if (!filter.passes(plain)) continue;
        result.cells.push_back({plain,
                                placed(parties_of(plain.among, plain.kind),
                                       plain.among.is_pair() ? where.cpus : std::vector<int>{}),
                                why_skipped(mechanism, plain, where, unavailable),
                                waits == wait_style::spins, mechanism.info.loops_back,
                                waits == wait_style::spins_then_blocks,
                                polling_sibling(mechanisms, plain)});
    }
}

/// One token on one CPU, whatever mechanisms and places were asked for.
void add_rings(pattern kind, const plan_request& request, const name_filter& filter,
               const std::vector<placement_choice>& known, plan& result) {
    const auto here = std::find_if(known.begin(), known.end(), [](const placement_choice& choice) {
        return choice.name == placement::same_cpu;
    });
    for (const cell_parameter& varied : pattern_of(kind).cells(request.varied)) {
        planned_cell planned;
        planned.what = {std::string(switch_ring_object),
                        kind,
                        1,
                        placement::same_cpu,
                        request.reads,
                        1,
                        varied};
        if (!filter.passes(planned.what)) continue;
        planned.parties = placed(planned.parties, here->cpus);
        if (!here->available)
            planned.skipped = failure{status::skipped, "placement", "", here->reason};
        result.cells.push_back(std::move(planned));
    }
}

}  // namespace

std::size_t plan::runnable() const {
    return static_cast<std::size_t>(
        std::count_if(cells.begin(), cells.end(), [](const auto& c) { return !c.skipped; }));
}

std::int64_t plan::timed_ns(const cell& what) const {
    constexpr std::int64_t silences = 20;  // the fewest samples that give a median
    constexpr double updates = 200;        // twice what figures of a state need at least
    const std::int64_t usual = request.repetition_ms * ns_per_ms;
    const auto& pace = pattern_of(what.kind).pace;
    if (pace == nullptr) return usual;
    const pacing timing = pace(what.varied, 1.0);
    if (pattern_of(what.kind).at_will)
        return std::max(usual, static_cast<std::int64_t>(updates / timing.rate_hz * 1e9));
    return std::max(usual, silences * timing.gap_ns);
}

effort plan::timed_effort(const planned_cell& planned, std::optional<double> capacity_hz) const {
    const cell& what = planned.what;
    const pattern_info& row = pattern_of(what.kind);
    effort work;
    work.timed_ns = timed_ns(what);
    // The pair has waited out what its birth did to the machine (worker_pool.hpp): what is left are
    // caches, page faults, the CPU's clock, and that wake-ups are some percent quicker for 10 ms
    // after its endpoints were built. A queue has to be written round twice.
    constexpr std::int64_t spinning_ns = 5 * ns_per_ms;
    constexpr std::int64_t streaming_ns = 10 * ns_per_ms;
    constexpr std::int64_t waking_ns = 15 * ns_per_ms;
    constexpr std::uint64_t exchanges = 100;
    constexpr std::int64_t long_enough_ns = 60 * ns_per_ms;  // where messages take milliseconds
    work.warm_up_min_ns = planned.spins                      ? spinning_ns
                          : row.loop == pattern_loop::stream ? streaming_ns
                                                             : waking_ns;
    work.warm_up_max_ns = long_enough_ns;
    const std::uint64_t round_twice = 2 * what.depth;
    work.warm_up_messages = row.both_ways() ? std::min(exchanges, round_twice) : round_twice;
    work.unstamped_block = row.plain_exchange() && what.among.is_pair();
    if (row.pace != nullptr) work.pace = row.pace(what.varied, capacity_hz);
    work.pace.may_spin = what.place != placement::same_cpu;
    return work;
}

effort plan::verify_effort(const cell& what) const {
    constexpr std::size_t checked_bytes = 4u << 20;
    const bool both_ways = pattern_of(pattern_of(what.kind).plain.value()).both_ways();
    // A reply can overtake no other; a stream is to fill its queue and begin it anew.
    const std::uint64_t most = both_ways ? 64 : std::max<std::uint64_t>(64, 2 * what.depth);
    effort work;
    work.max_messages = std::clamp<std::uint64_t>(
        checked_bytes / std::max<std::size_t>(what.payload_bytes, 1), 8, most);
    work.warm_up_messages = 1;
    work.warm_up_min_ns = 0;
    work.timed_ns = 250 * ns_per_ms;  // where the message limit does not end it before
    return work;
}

effort plan::counting_effort(const planned_cell& planned, std::optional<double> capacity_hz) const {
    // Counts of a message do not need the warm-up that times do.
    constexpr std::int64_t long_enough_ns = 10 * ns_per_ms;
    constexpr std::int64_t warm_ns = 2 * ns_per_ms;
    constexpr std::uint64_t exchanges = 100;
    effort work = timed_effort(planned, capacity_hz);
    work.act.kind = task_kind::count;
    work.unstamped_block = false;
    if (pattern_of(planned.what.kind).pace == nullptr) {
        work.timed_ns = std::min(work.timed_ns, long_enough_ns);
        work.warm_up_min_ns = warm_ns;
        work.warm_up_messages = std::min(work.warm_up_messages, exchanges);
    }
    return work;
}

effort plan::idle_effort() const {
    effort work;
    work.act.kind = task_kind::idle;
    work.timed_ns = request.idle_ms * ns_per_ms;
    return work;
}

std::vector<std::size_t> plan::idle_cells(
    const std::function<bool(const planned_cell&)>& usable) const {
    std::vector<std::size_t> chosen;
    if (request.idle_ms == 0) return chosen;
    std::set<std::pair<std::string, placement>> known;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const planned_cell& planned = cells[i];
        if (planned.skipped || planned.alone || !planned.what.among.is_pair() ||
            !pattern_of(planned.what.kind).plain || !usable(planned))
            continue;
        if (known.emplace(planned.what.transport, planned.what.place).second) chosen.push_back(i);
    }
    return chosen;
}

std::vector<std::size_t> plan::round_order(std::uint64_t round) const {
    std::vector<std::size_t> order(cells.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::erase_if(order, [&](std::size_t i) { return cells[i].skipped.has_value(); });
    std::mt19937_64 random(mix(seed, round));
    // Written out because std::shuffle differs between standard libraries.
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[random() % i]);
    return order;
}

std::uint64_t plan::tag(std::uint64_t sequence) const {
    constexpr std::uint64_t other_stream = 0x5441'4700'0000'0000;
    return mix(seed ^ other_stream, sequence);
}

memory_layout plan::layout(std::uint64_t sequence) const {
    constexpr std::uint64_t other_stream = 0x4c41'594f'5554'0000;
    return request.randomise_layout ? draw_layout(mix(seed ^ other_stream, sequence))
                                    : memory_layout{};
}

plan expand(const plan_request& request, std::uint64_t seed, const registry& mechanisms,
            const std::vector<placement_choice>& placements) {
    plan result;
    result.request = request;
    result.seed = seed;
    const name_filter filter(request);
    const auto places = choose_placements(request, placements);
    std::vector<std::pair<const registration*, std::optional<std::string>>> chosen;
    for (const auto& entry : mechanisms.all()) {
        const auto& names = request.mechanisms;
        const bool wanted =
            names.empty() ? !entry.info.test_only && !entry.external
                          : std::find(names.begin(), names.end(), entry.info.name) != names.end();
        if (wanted) chosen.emplace_back(&entry, entry.why_unavailable());
    }
    for (const pattern kind : request.patterns) {
        const pattern_info& row = pattern_of(kind);
        if (row.loop == pattern_loop::ring) {
            add_rings(kind, request, filter, placements, result);
            continue;
        }
        for (const party_counts& among : request.parties)
            for (const auto& where : places) {
                if (!is_planned_at(where, places, among)) continue;
                for (const std::size_t asked_bytes : request.payloads)
                    for (const auto& [mechanism, unavailable] : chosen) {
                        const auto bytes = size_for(mechanism->info, asked_bytes, request.payloads);
                        if (!bytes) continue;
                        // Without a peer there is one process and no direction to stream in.
                        if (mechanism->info.loops_back && !row.plain_exchange()) continue;
                        if (row.at_will && !mechanism->can_share_state) continue;
                        if ((row.loop == pattern_loop::life) != mechanism->is_program_pair())
                            continue;
                        cell plain{std::string(mechanism->info.name),
                                   kind,
                                   *bytes,
                                   where.name,
                                   request.reads,
                                   request.depth.value_or(default_depth(*bytes))};
                        plain.among = among;
                        add_cells(*mechanism, unavailable, std::move(plain), where, filter,
                                  mechanisms, result);
                    }
            }
    }
    return result;
}

std::uint64_t random_seed() {
    std::random_device device;
    return (std::uint64_t{device()} << 32 | device()) & ((std::uint64_t{1} << 53) - 1);
}

}  // namespace ipcmark
