#include "reports/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sstream>

#include "harness/base/units.hpp"
#include "reports/csv.hpp"
#include "reports/markdown.hpp"
#include "reports/test/golden.hpp"

namespace ipcmark {
namespace {

std::string golden(const std::string& name) {
    std::ifstream file(std::string(IPCMARK_GOLDEN "/") + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void scale(run_result& result, const std::string& cell, const std::string& metric, double by) {
    for (auto& each : result.cells)
        for (auto& [key, figures] : each.summary)
            if (each.name == cell && key == metric)
                for (auto* value :
                     {&figures.median, &figures.low, &figures.high, &figures.min, &figures.max})
                    if (*value) **value *= by;
    for (auto& each : result.repetitions)
        if (each.cell == cell && each.metrics[metric]) *each.metrics[metric] *= by;
}

/// The full sample, a later build on another kernel: one mechanism slower, one faster.
run_result changed() {
    run_result result = full();
    result.header.environment.identity["kernel_release"] = "6.18.1";
    result.header.build.git.revision = "4567def";
    for (const auto& cell : full().cells) {
        if (cell.mechanism == "pipe") scale(result, cell.name, "p50_ns", 1.2);
        if (cell.mechanism == "shm_ring_futex") scale(result, cell.name, "bytes_per_second", 1.3);
    }
    return result;
}

view_model model_of(run_result result) {
    return view_of({{"full.json", std::move(result)}});
}

view_model both() {
    return view_of({{"before.json", full()}, {"after.json", changed()}});
}

/// After a change of the tables: run with IPCMARK_REGOLD=1 and look at the difference.
void expect_golden(const std::string& text, const std::string& name) {
    if (std::getenv("IPCMARK_REGOLD") != nullptr)
        std::ofstream(std::string(IPCMARK_GOLDEN "/") + name, std::ios::binary) << text;
    EXPECT_EQ(text, golden(name)) << name;
}

TEST(text, of_the_samples_is_as_recorded) {
    expect_golden(render_text(view_of({{"sample.json", sample()}}), {}), "sample.txt");
    expect_golden(render_text(model_of(full()), {.utf8 = true, .columns = 140}), "full.txt");
    expect_golden(render_text(both(), {}), "compared.txt");
}

TEST(markdown, of_the_samples_is_as_recorded) {
    expect_golden(render_markdown(model_of(full())), "full.md");
    expect_golden(render_markdown(both()), "compared.md");
}

TEST(csv, of_the_sample_is_as_recorded) {
    expect_golden(render_csv(model_of(full())), "full.csv");
    EXPECT_EQ(render_csv(both()).substr(0, 12), "result,cell,");
}

TEST(text, without_utf8_is_ascii) {
    const auto text = render_text(both(), {});
    EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                            [](char c) { return c == '\n' || (c >= ' ' && c < 0x7f); }));
}

TEST(text, keeps_to_the_width_and_names_the_columns_that_do_not_fit) {
    for (const std::size_t columns : {60U, 80U, 200U}) {
        const auto text = render_text(model_of(full()), {.columns = columns});
        std::istringstream lines(text);
        bool table = true;
        for (std::string line; std::getline(lines, line);) {
            table = table && line != "Not measured";
            if (table && !line.starts_with("not shown")) {
                EXPECT_LE(line.size(), std::max<std::size_t>(columns, 68)) << line;
            }
        }
        EXPECT_EQ(text.find("not shown for want of width") != std::string::npos, columns < 200);
    }
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
    result.header.environment.identity["cpu_model"] = hostile;
    for (auto& cell : result.cells)
        if (cell.ended != status::ok) cell.why->text = hostile + cell.name;
    const std::vector<named_result> many(20, {hostile, result});
    const auto text = render_markdown(view_of(many));
    EXPECT_LE(text.size(), 65536u);
    EXPECT_NE(text.find("sections were left out"), std::string::npos);
    EXPECT_EQ(text.find("<img"), std::string::npos);
    EXPECT_EQ(text.find("\n# not"), std::string::npos);
}

TEST(text, control_characters_do_not_reach_the_terminal) {
    auto result = full();
    for (auto& cell : result.cells)
        if (cell.ended != status::ok) cell.why->text = "\x1b]0;owned\x07\r";
    result.header.environment.identity["cpu_model"] = "\x1b[2J";
    const auto text = render_text(view_of({{"\x1b[1m", result}, {"\x1b[1m", result}}), {});
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(csv, fields_are_quoted_and_run_nothing) {
    EXPECT_EQ(csv_field("plain"), "plain");
    EXPECT_EQ(csv_field("a,\"b\""), "\"a,\"\"b\"\"\"");
    EXPECT_EQ(csv_field("=HYPERLINK(1)"), "'=HYPERLINK(1)");
    EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
}

TEST(text, colour_adds_escapes_and_nothing_else) {
    std::string plain;
    const std::string coloured = render_text(model_of(sample()), {.colour = true});
    for (std::size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] == '\x1b')
            i = coloured.find('m', i);
        else
            plain += coloured[i];
    }
    EXPECT_NE(coloured, plain);
    EXPECT_EQ(plain, render_text(model_of(sample()), {}));
}

TEST(text, an_incomplete_or_unoptimised_result_says_so) {
    auto result = sample();
    result.complete = false;
    result.incomplete_reason = "interrupted by a signal";
    result.header.build.optimised = false;
    const std::string text = render_text(model_of(result), {});
    EXPECT_NE(text.find("The run is incomplete. Interrupted by a signal. What is here is valid.\n"),
              std::string::npos);
    EXPECT_NE(text.find("This build is not optimised."), std::string::npos);
}

TEST(text, ends_with_the_answers_and_how_far_to_trust_them) {
    const std::string text = render_text(model_of(full()), {});
    const auto answer = text.rfind("Fastest round trip, 64 B, two CPUs, shared L3: shm_ring_spin");
    ASSERT_NE(answer, std::string::npos);
    EXPECT_GT(answer, text.find("Not measured"));
    EXPECT_GT(text.find("cells measured"), answer);
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
    double ns = 0.001;
    for (int step = 0; step < 510; ++step, ns *= 1.07)
        EXPECT_EQ(time_text(ns).find("1000"), std::string::npos) << ns;
    EXPECT_GT(ns, 1e11) << "all prefixes were met";
}

}  // namespace
}  // namespace ipcmark
