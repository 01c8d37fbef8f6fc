#include "reports/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "harness/base/units.hpp"
#include "reports/bars.hpp"
#include "reports/compare.hpp"
#include "reports/csv.hpp"
#include "reports/markdown.hpp"
#include "reports/read_result.hpp"

namespace ipcmark {
namespace {

std::string golden(const std::string& name) {
    std::ifstream file(std::string(IPCMARK_GOLDEN "/") + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

nlohmann::ordered_json sample() {
    return read_result(IPCMARK_GOLDEN "/sample.result.json");
}

nlohmann::ordered_json full() {
    return read_result(IPCMARK_GOLDEN "/full.result.json");
}

/// The full sample, a later build on another kernel: one mechanism slower, one faster.
nlohmann::ordered_json changed() {
    auto result = full();
    result["environment"]["identity"]["kernel_release"] = "6.18.1";
    result["build"]["git"]["revision"] = "4567def";
    const auto scale = [](nlohmann::ordered_json& figure, double by) {
        for (const char* key : {"median", "low", "high", "min", "max"})
            if (figure[key].is_number()) figure[key] = figure[key].get<double>() * by;
    };
    for (auto& cell : result["cells"]) {
        if (cell["status"] != "ok") continue;
        if (cell["transport"] == "pipe" && cell["summary"].contains("p50_ns"))
            scale(cell["summary"]["p50_ns"], 1.2);
        if (cell["transport"] == "shm_ring_futex" && cell["summary"].contains("bytes_per_second"))
            scale(cell["summary"]["bytes_per_second"], 1.3);
    }
    return result;
}

/// After a change of the tables: run with IPCMARK_REGOLD=1 and look at the difference.
void expect_golden(const std::string& text, const std::string& name) {
    if (std::getenv("IPCMARK_REGOLD") != nullptr)
        std::ofstream(std::string(IPCMARK_GOLDEN "/") + name, std::ios::binary) << text;
    EXPECT_EQ(text, golden(name)) << name;
}

TEST(text, of_the_samples_is_as_recorded) {
    expect_golden(render_text(std::vector{sample()}, text_style{}), "sample.txt");
    expect_golden(render_text(std::vector{full()}, {.colour = false, .utf8 = true}), "full.txt");
    expect_golden(render_text(std::vector{full(), changed()}, text_style{}), "compared.txt");
}

TEST(markdown, of_the_samples_is_as_recorded) {
    expect_golden(render_markdown({full()}), "full.md");
    expect_golden(render_markdown({full(), changed()}), "compared.md");
}

TEST(csv, of_the_sample_is_as_recorded) {
    expect_golden(render_csv({full()}), "full.csv");
    EXPECT_EQ(render_csv({sample(), sample()}).substr(0, 12), "result,cell,");
}

TEST(text, without_utf8_is_ascii) {
    const auto text = render_text(std::vector{full(), changed()}, text_style{});
    EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                            [](char c) { return c == '\n' || (c >= ' ' && c < 0x7f); }));
}

TEST(text, takes_its_characters_from_the_locale) {
    const auto with = [](const char* all, const char* lang) {
        setenv("LC_ALL", all, 1);
        setenv("LANG", lang, 1);
        unsetenv("LC_CTYPE");
        return locale_is_utf8();
    };
    EXPECT_TRUE(with("", "de_DE.UTF-8"));
    EXPECT_TRUE(with("C.utf8", ""));
    EXPECT_FALSE(with("C", "de_DE.UTF-8"));
    EXPECT_FALSE(with("", ""));
    EXPECT_FALSE(with("POSIX", ""));
}

TEST(markdown, hostile_text_stays_text_and_fits_a_comment) {
    auto result = full();
    const std::string hostile =
        "</details>|`<img src=x>`\n# not a title " + std::string(10000, 'x');
    result["environment"]["identity"]["cpu_model"] = hostile;
    for (auto& cell : result["cells"])
        if (cell["status"] != "ok")
            cell["reason"]["text"] = hostile + cell["name"].get<std::string>();
    std::vector<nlohmann::ordered_json> many(20, result);
    const auto text = render_markdown(many);
    EXPECT_LE(text.size(), 65536u);
    EXPECT_NE(text.find("sections were left out"), std::string::npos);
    EXPECT_EQ(text.find("<img"), std::string::npos);
    EXPECT_EQ(text.find("\n# not"), std::string::npos);
}

TEST(text, control_characters_do_not_reach_the_terminal) {
    auto result = full();
    for (auto& cell : result["cells"])
        if (cell["status"] != "ok") cell["reason"]["text"] = "\x1b]0;owned\x07\r";
    EXPECT_EQ(render_text(std::vector{result}, text_style{}).find('\x1b'), std::string::npos);
}

TEST(csv, fields_are_quoted_and_run_nothing) {
    EXPECT_EQ(csv_field("plain"), "plain");
    EXPECT_EQ(csv_field("a,\"b\""), "\"a,\"\"b\"\"\"");
    EXPECT_EQ(csv_field("=HYPERLINK(1)"), "'=HYPERLINK(1)");
    EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
}

TEST(compare, says_what_is_proved_and_no_more) {
    const auto all = compare_results(full(), changed());
    ASSERT_FALSE(all.empty());
    for (const auto& row : all.front().cells)
        EXPECT_EQ(row.verdict == "worse", row.cell.find("/pipe/") != std::string::npos) << row.cell;
    const auto same = compare_results(full(), full());
    for (const auto& row : same.front().cells) {
        EXPECT_DOUBLE_EQ(row.ratio, 1);
        EXPECT_NE(row.verdict, "worse");
        EXPECT_NE(row.verdict, "better");
    }
    const auto differences = environment_differences(full(), changed());
    ASSERT_EQ(differences.size(), 2u);
    EXPECT_EQ(differences[0], "kernel_release: 6.12.44 -> 6.18.1");
}

TEST(bars, have_a_cell_for_the_smallest_and_end_at_the_width) {
    EXPECT_EQ(bar_text(0, 4, false), "#   ");
    EXPECT_EQ(bar_text(1, 4, false), "####");
    EXPECT_EQ(bar_text(7, 4, false), "####");
    EXPECT_EQ(bar_text(0.5, 2, true), "\u2588 ");
    EXPECT_EQ(sparkline({1.0, std::nullopt, 100.0}, false), "_ #");
    EXPECT_EQ(sparkline({100.0, 100.0}, false), "__");
    EXPECT_EQ(sparkline({}, true), "");
}

TEST(text, colour_adds_escapes_and_nothing_else) {
    std::string plain;
    const std::string coloured =
        render_text(std::vector{sample()}, {.colour = true, .utf8 = false});
    for (std::size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] == '\x1b')
            i = coloured.find('m', i);
        else
            plain += coloured[i];
    }
    EXPECT_NE(coloured, plain);
    EXPECT_EQ(plain, render_text(std::vector{sample()}, text_style{}));
}

TEST(text, an_incomplete_or_unoptimised_result_says_so) {
    auto result = sample();
    result["complete"] = false;
    result["incomplete_reason"] = "interrupted by a signal";
    result["build"]["optimised"] = false;
    const std::string text = render_text(std::vector{result}, text_style{});
    EXPECT_NE(text.find("INCOMPLETE: interrupted by a signal\n"), std::string::npos);
    EXPECT_NE(text.find("THIS BUILD IS NOT OPTIMISED"), std::string::npos);
}

TEST(units, have_three_digits) {
    EXPECT_EQ(time_text(0.5), "0.50 ns");
    EXPECT_EQ(time_text(9.994), "9.99 ns");
    EXPECT_EQ(time_text(412), "412 ns");
    EXPECT_EQ(time_text(9312), "9.31 us");
    EXPECT_EQ(time_text(1.2e6), "1.20 ms");
    EXPECT_EQ(time_text(5e12), "5000 s");
    EXPECT_EQ(bandwidth_text(4.12e9), "4.12 GB/s");
    EXPECT_EQ(rate_text(2.41e6), "2.41 M/s");
    EXPECT_EQ(number_text(2), "2.00");
    EXPECT_EQ(number_text(0), "0");
    EXPECT_EQ(number_text(0.0012), "0.0012");
}

TEST(units, never_show_a_thousand_of_a_smaller_one) {
    for (double ns = 0.001; ns < 1e12; ns *= 1.07)
        EXPECT_EQ(time_text(ns).find("1000"), std::string::npos) << ns;
}

}  // namespace
}  // namespace ipcmark
