#include "harness/history/exchange.hpp"

#include <cmath>
#include <fmt/format.h>
#include <istream>
#include <ostream>

#include "harness/base/json_text.hpp"

namespace ipcmark {

namespace {

constexpr std::string_view exchange_name = "ipcmark.history";
/// A run of twenty thousand cells.
constexpr std::size_t longest_line = std::size_t{64} << 20;

struct exchange_head {
    std::string history;
    std::string version;
};

template <class Visitor>
void visit_fields(Visitor& visit, exchange_head& h) {
    visit("history", h.history);
    visit("version", h.version);
}

[[noreturn]] void refuse_exchange(const std::string& why) {
    throw history_error(history_error::kind::unreadable, why);
}

/// What no store could use.
void require_usable(const recorded_run& run) {
    if (run.identity.empty() || run.started.empty() || run.fingerprint.empty())
        refuse_exchange("a run without identity, start or fingerprint");
    for (const recorded_cell& cell : run.cells) {
        if (cell.name.empty()) refuse_exchange("a cell without a name");
        for (const auto& [metric, figure] : cell.figures)
            if (metric.empty() || !std::isfinite(figure.median) ||
                (figure.golden && !std::isfinite(*figure.golden)))
                refuse_exchange(fmt::format("a figure of {} that is none", cell.name));
    }
}

/// A line without its end, of which no more than a line may have is read.
bool next_line(std::istream& from, std::string& line) {
    line.clear();
    for (int c = from.get(); c != std::istream::traits_type::eof(); c = from.get()) {
        if (c == '\n') return true;
        line += static_cast<char>(c);
        if (line.size() > longest_line) refuse_exchange("a line of more than 64 MiB");
    }
    return !line.empty();
}

}  // namespace

void write_exchange(const history_store& store, std::ostream& to) {
    to << json_text(to_tree(exchange_head{std::string(exchange_name), "1.0"})) << '\n';
    for (const past_run& each : store.runs())
        if (const auto run = store.run(each.id)) to << json_text({{"run", to_tree(*run)}}) << '\n';
    for (const judged_change& each : store.judgements())
        to << json_text({{"change", to_tree(each)}}) << '\n';
}

void exchange_reader::read(std::istream& from, const std::string& name) const {
    std::size_t number = 0;
    try {
        std::string line;
        ++number;
        const bool any = next_line(from, line);
        const auto head = any ? from_tree<exchange_head>(parse_json(line)) : exchange_head{};
        if (head.history != exchange_name)
            refuse_exchange("no history; `ipcmark history export` writes one");
        if (!head.version.starts_with("1."))
            refuse_exchange(
                fmt::format("a history of version {}; a newer ipcmark reads it", head.version));
        while (++number, next_line(from, line)) {
            const tree document = parse_json(line);
            if (const tree* run = document.find("run")) {
                auto read = from_tree<recorded_run>(*run);
                require_usable(read);
                take_run(std::move(read));
            } else if (const tree* change = document.find("change")) {
                take_change(from_tree<judged_change>(*change));
            }
        }
    } catch (const malformed_json& e) {
        refuse_exchange(fmt::format("{}, line {}: {}", name, number, e.what()));
    } catch (const bad_field& e) {
        refuse_exchange(fmt::format("{}, line {}: {}", name, number, e.what()));
    } catch (const history_error& e) {
        if (e.why() != history_error::kind::unreadable || number == 0) throw;
        refuse_exchange(fmt::format("{}, line {}: {}", name, number, e.what()));
    }
}

}  // namespace ipcmark
