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
#include "reports/read_result.hpp"
#include "reports/test/golden.hpp"

namespace ipcmark {
namespace {

std::string content_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
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
    EXPECT_EQ(text, content_of(IPCMARK_GOLDEN "/" + name)) << name;
}

TEST(text, of_the_samples_is_as_recorded) {
    expect_golden(render_text(view_of({{"sample.json", sample()}}), {}), "sample.txt");
    expect_golden(render_text(model_of(full()),
                              {.utf8 = true, .columns = 140, .all_tables = true, .problems = true}),
                  "full.txt");
    expect_golden(render_text(model_of(full()), {.utf8 = true}), "full.brief.txt");
    expect_golden(render_text(both(), {}), "compared.txt");
}

TEST(markdown, of_the_samples_is_as_recorded) {
    expect_golden(render_markdown(model_of(full())), "full.md");
    expect_golden(render_markdown(both()), "compared.md");
}

TEST(markdown, of_the_kept_sample_is_what_the_program_says) {
    const std::string folder = IPCMARK_GOLDEN "/../samples/";
    const auto table = render_markdown(
        view_of({{"sample.result.json", read_result(folder + "sample.result.json")}}));
    if (std::getenv("IPCMARK_REGOLD") != nullptr)
        std::ofstream(folder + "sample.md", std::ios::binary) << table;
    EXPECT_EQ(table, content_of(folder + "sample.md"));
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
        const auto text = render_text(model_of(full()), {.columns = columns, .all_tables = true});
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            if (!line.starts_with("not shown")) {
                EXPECT_LE(line.size(), std::max<std::size_t>(columns, 68)) << line;
            }
        EXPECT_EQ(text.find("not shown for want of width") != std::string::npos, columns < 200);
    }
}

TEST(text, gives_up_the_columns_that_say_least) {
    auto result = full();
    for (auto& cell : result.cells)
        if (cell.kind == pattern::round_trip && cell.ended == status::ok) {
            metric_summary idle;
            idle.n = 1;
            idle.median = 0.5;
            idle.unit = "share";
            cell.summary.emplace_back("idle_cpu_share", idle);
        }
    const auto heads = [&](std::size_t columns) {
        std::istringstream lines(render_text(model_of(result), {.columns = columns}));
        std::string line;
        while (std::getline(lines, line) && !line.starts_with("mechanism "))
            continue;
        return line;
    };
    EXPECT_EQ(heads(100).find("p90") != std::string::npos, true) << heads(100);
    EXPECT_EQ(heads(60).find("p90"), std::string::npos) << "it says least";
    for (const char* kept : {"p50", "idle CPU"})
        EXPECT_NE(heads(60).find(kept), std::string::npos) << heads(60);
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

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

/// Those after the last empty one.
std::vector<std::string> last_lines(const std::string& text) {
    auto lines = lines_of(text);
    const auto gap = std::find(lines.rbegin(), lines.rend(), "");
    lines.erase(lines.begin(), gap.base());
    return lines;
}

TEST(text, ends_with_the_answers_and_how_far_to_trust_them_in_a_few_lines) {
    for (const std::size_t columns : {80U, 100U, 200U}) {
        const auto last = last_lines(render_text(model_of(full()), {.columns = columns}));
        EXPECT_LE(last.size(), 9u) << "the program adds where the files are";
        ASSERT_GT(last.size(), 2u);
        EXPECT_TRUE(
            last.front().starts_with("Round trip, 64 B, two CPUs: shm_ring_spin 425 ns +-2 %"))
            << last.front();
        std::string all;
        for (const auto& each : last)
            all += each.substr(each.find_first_not_of(' ')) + " ";
        EXPECT_NE(all.find("Sleeping when idle: shm_ring_futex 6.21 us"), std::string::npos) << all;
        EXPECT_NE(all.find("Machine noisy: differences below 6 %"), std::string::npos) << all;
        EXPECT_NE(all.find("(--problems says why)."), std::string::npos) << all;
    }
}

std::string unbroken(const std::vector<std::string>& lines) {
    std::string all;
    for (const auto& each : lines)
        all += each.substr(each.find_first_not_of(' ')) + " ";
    return all;
}

TEST(text, of_every_measured_pattern_the_end_has_the_answer) {
    const auto model = model_of(full());
    for (const std::size_t columns : {80U, 100U, 200U}) {
        const auto last = last_lines(render_text(model, {.columns = columns}));
        EXPECT_LE(last.size(), 9u);
        const std::string all = unbroken(last);
        EXPECT_NE(all.find("Stream, 1 MiB, two CPUs: shm_ring_spin 20.1 GB/s +-0.6 %, burns"),
                  std::string::npos)
            << "in full: " << all;
        for (const auto& group : model.views.front().groups) {
            if (!group.headline || group.answers.empty()) continue;
            const answer& best = group.answers.front();
            EXPECT_NE(all.find(" " + best.figure), std::string::npos) << best.topic << ": " << all;
        }
    }
}

TEST(text, of_answers_in_few_words_says_that_no_order_is_proven) {
    auto result = full();
    for (auto& each : result.repetitions)
        if (each.cell.starts_with("setup/")) each.metrics["construct_ns"] = 1e6;
    const auto all = unbroken(last_lines(render_text(model_of(result), {.columns = 80})));
    EXPECT_NE(all.find(" (no order proven)"), std::string::npos) << all;
}

TEST(text, has_few_tables_unless_asked_for_all) {
    const auto tables = [](const std::string& text) {
        const auto lines = lines_of(text);
        return std::count_if(lines.begin(), lines.end(),
                             [](const auto& line) { return line.starts_with("mechanism "); });
    };
    auto result = full();
    std::erase_if(result.cells, [](const cell_result& cell) {
        return cell.kind != pattern::round_trip && cell.kind != pattern::one_way;
    });
    EXPECT_EQ(tables(render_text(model_of(result), {})), 2);
    EXPECT_GT(tables(render_text(model_of(result), {.all_tables = true})), 4);
}

TEST(text, tells_a_problem_in_one_line_or_in_full) {
    const auto brief = render_text(model_of(full()), {.columns = 80});
    EXPECT_EQ(brief.find("raise it or drop the size"), std::string::npos);
    EXPECT_NE(brief.find("skipped: mq_open: Invalid argument"), std::string::npos);
    const auto whole = render_text(model_of(full()), {.columns = 80, .problems = true});
    EXPECT_NE(whole.find("raise it or drop"), std::string::npos);
    EXPECT_EQ(whole.find("--problems"), std::string::npos);
}

TEST(text, of_two_results_ends_with_the_comparison_by_name_and_date) {
    const auto text = render_text(both(), {.columns = 200});
    const auto last = last_lines(text);
    ASSERT_GE(last.size(), 2u);
    EXPECT_TRUE(last.front().starts_with("after.json (2026-")) << last.front();
    EXPECT_NE(last.front().find(" against before.json (2026-"), std::string::npos);
    EXPECT_NE(last.front().find(" worse, "), std::string::npos);
    EXPECT_EQ(text.find("Round trip, 64 B"), std::string::npos) << "of one result alone";
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
