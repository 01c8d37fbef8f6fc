#include "harness/analysis/noise_verdict.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "harness/analysis/result_builder.hpp"
#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

/// Forty cells of ten tries, of which so many were disturbed in each.
std::vector<cell_result> cells_disturbed(const std::vector<int>& counts) {
    std::vector<planned_cell> planned(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i)
        planned[i].what = {"pipe", pattern::round_trip, 64 + i, placement::l3, touch::rw, 16};
    result_builder s(run_header{}, planned, 10);
    for (std::size_t i = 0; i < counts.size(); ++i)
        for (int number = 0; number < 10; ++number) {
            repetition_record record;
            record.cell = planned[i].what.name();
            record.metrics = {{"p50_ns", 100}};
            record.timed.emplace();
            record.timed->cell = record.cell;
            record.timed->how = number < counts[i] ? quality::disturbed : quality::quiet;
            s.add(record);
        }
    return s.result(true, "").cells;
}

std::size_t flagged_disturbed(const std::vector<cell_result>& cells) {
    return static_cast<std::size_t>(std::count_if(
        cells.begin(), cells.end(), [](const auto& cell) { return cell.has_flag("disturbed"); }));
}

TEST(disturbed_flags, a_cell_is_disturbed_where_it_was_more_than_the_others) {
    EXPECT_EQ(flagged_disturbed(cells_disturbed(std::vector<int>(40, 6))), 0u) << "all alike";
    std::vector<int> one(40, 0);
    one[7] = 1;
    EXPECT_EQ(flagged_disturbed(cells_disturbed(one)), 0u) << "a single one says nothing";
    std::vector<int> most(40, 1);
    most[7] = 6;
    const auto cells = cells_disturbed(most);
    EXPECT_EQ(flagged_disturbed(cells), 1u);
    EXPECT_TRUE(cells[7].has_flag("disturbed"));
}

TEST(disturbed_flags, disturbances_by_chance_flag_one_in_a_hundred_cells_at_most) {
    simulate::source random(83);
    std::size_t flagged = 0;
    constexpr int runs = 50;
    for (int i = 0; i < runs; ++i) {
        std::vector<int> counts(40, 0);
        for (int& count : counts)
            for (int number = 0; number < 10; ++number)
                count += random.coin(0.3) ? 1 : 0;
        flagged += flagged_disturbed(cells_disturbed(counts));
    }
    EXPECT_LE(flagged, runs * 40u / 100);
}

}  // namespace
}  // namespace ipcmark
