#pragma once

#include <gtest/gtest.h>

#include "harness/analysis/result_builder.hpp"

/// A plan of two cells, of which the first runs, and records of its repetitions.
namespace ipcmark {

inline const std::string pipe_cell = "round_trip/pipe/64/l3";

using flag_list = std::vector<std::string>;

class result_builder_test : public testing::Test {
protected:
    result_builder_test() {
        planned.resize(2);
        planned[0].what = {"pipe", pattern::round_trip, 64, placement::l3, touch::rw, 16};
        planned[1].what = {"udp", pattern::one_way, 65'536, placement::l3, touch::rw, 4};
        planned[1].skipped = failure{status::skipped, "limit", "", "too large"};
    }
    result_builder fresh() { return {run_header{}, planned, 6}; }

    static repetition_record timed(double p50) {
        repetition_record record;
        record.cell = pipe_cell;
        record.metrics = {{"p50_ns", p50}, {"p99_ns", std::nullopt}};
        record.latency_buckets = {{500, 10}, {501, 1}};
        record.times = {p50, p50};
        record.timed.emplace();
        record.timed->cell = pipe_cell;
        record.timed->elapsed_ns = 1'000'000'000;
        return record;
    }

    std::vector<planned_cell> planned;
};

/// A try of the cell's repetition that was judged, and its p50.
inline repetition_record judged(repetition_record record, const char* word,
                                std::uint64_t number = 0) {
    record.timed->how = from_word<quality>(word);
    record.timed->attempt = number;
    return record;
}

}  // namespace ipcmark
