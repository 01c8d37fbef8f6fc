#include "ci/fuzz/seeds.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <zlib.h>

#include "bench/calibration_file.hpp"
#include "bench/plan_file.hpp"
#include "harness/analysis/recorded_run.hpp"
#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/history/store.hpp"
#include "harness/host/noise/measuring_runs.hpp"
#include "harness/result/repetition_record.hpp"
#include "harness/result/result_file.hpp"
#include "harness/worker/protocol.hpp"
#include "reports/read_result.hpp"

namespace ipcmark::fuzz {

namespace {

constexpr std::size_t cells_a_seed = 2;
constexpr std::size_t repetitions_a_cell = 2;

/// Only these cells, and what belongs to them.
run_result cut_to(const run_result& whole, const std::vector<cell_result>& cells) {
    run_result part = whole;
    part.cells = cells;
    std::map<std::string, std::size_t> wanted;
    for (const auto& cell : cells)
        wanted[cell.name] = repetitions_a_cell;
    std::erase_if(part.repetitions, [&wanted](const repetition_record& each) {
        const auto of_cell = wanted.find(each.cell);
        if (of_cell == wanted.end() || of_cell->second == 0) return true;
        --of_cell->second;
        return false;
    });
    std::erase_if(part.header.mechanisms, [&cells](const mechanism_info& each) {
        return std::ranges::find(cells, each.name, &cell_result::mechanism) == cells.end();
    });
    return part;
}

/// The recorded results, each cut into small ones of a few cells: a mutation of half a megabyte
/// hits nothing. One of each pattern.
std::vector<run_result> small_results() {
    std::vector<run_result> small;
    for (const char* name : {"sample", "full"}) {
        const run_result whole =
            read_result(std::string(IPCMARK_GOLDEN "/") + name + ".result.json");
        std::map<pattern, std::vector<cell_result>> by_pattern;
        for (const auto& cell : whole.cells)
            if (auto& some = by_pattern[cell.kind]; some.size() < cells_a_seed)
                some.push_back(cell);
        for (const auto& [kind, cells] : by_pattern)
            small.push_back(cut_to(whole, cells));
    }
    return small;
}

std::string gzipped(const std::string& text) {
    z_stream stream{};
    constexpr int with_gzip_header = 15 + 16;
    ::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, with_gzip_header, 8,
                   Z_DEFAULT_STRATEGY);
    std::string packed(::deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    ::deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    ::deflateEnd(&stream);
    return packed;
}

std::string utf16(const std::string& ascii, bool little) {
    std::string text = little ? "\xff\xfe" : "\xfe\xff";
    for (const char c : ascii)
        text += little ? std::string{c, '\0'} : std::string{'\0', c};
    return text;
}

}  // namespace

std::vector<std::string> result_seeds() {
    std::vector<std::string> seeds;
    for (const auto& each : small_results())
        seeds.push_back(json_text(ipcmark::to_tree(each)));
    return seeds;
}

std::vector<std::string> journal_seeds() {
    std::vector<std::string> seeds;
    for (const auto& each : small_results()) {
        tree cells = tree::array();
        for (const auto& cell : each.cells)
            cells.push_back({{"name", cell.name}, {"skipped", nullptr}});
        std::string lines = json_text({{"journal", "ipcmark.result"},
                                       {"repetitions_planned", 2},
                                       {"header", to_tree(each.header)},
                                       {"cells", std::move(cells)}}) +
                            "\n";
        for (const auto& record : each.repetitions)
            lines += json_text(to_tree(record)) + "\n";
        seeds.push_back(std::move(lines));
    }
    return seeds;
}

std::vector<std::string> plan_seeds() {
    std::vector<std::string> seeds;
    for (const char* name : {"quick", "default", "rigorous"})
        seeds.push_back(plan_text(named_plan(name)));
    return seeds;
}

std::vector<std::string> calibration_seeds() {
    run_header header;
    header.environment.fingerprint = "fingerprint";
    return {json_text(calibration_document(header, {{"repetitions", 10}, {"cells", tree::array()}},
                                           {{"round_trip/pipe/64/cross", failure{}}}, {}))};
}

std::vector<std::string> frame_seeds() {
    job task;
    task.parties = unpinned_pair();
    task.service = {{"address", "x"}};
    task.service_pids = {7};
    worker_report report;
    return {encode(task), encode(report), encode(heartbeat{})};
}

std::vector<std::string> history_seeds() {
    std::string lines = R"({"history":"ipcmark.history","version":"1.0"})"
                        "\n";
    for (const auto& each : small_results())
        lines += json_text({{"run", to_tree(recorded_of(each, "a.json"))}}) + "\n";
    judged_change change;
    change.cell = "round_trip/pipe/64/l3";
    change.metric = "p50_ns";
    lines += json_text({{"change", to_tree(change)}}) + "\n";
    return {lines};
}

std::vector<std::string> packed_seeds() {
    const std::string text = R"({"schema": {"name": "ipcmark.result", "version": "1.0"}})";
    return {text, "\xef\xbb\xbf" + text, gzipped(text), utf16(text, true), utf16(text, false)};
}

std::vector<std::string> claim_seeds() {
    return {claim_text({{812, "ipcmark run", "2026-01-01 00:00:00 UTC", {0, 1, 5}}, true, 9}),
            "0-3,8"};
}

}  // namespace ipcmark::fuzz
