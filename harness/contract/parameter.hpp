#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/tree.hpp"
#include "harness/contract/pacing.hpp"

namespace ipcmark {

/// What tells the cells of one pattern apart besides mechanism, payload and placement.
struct cell_parameter {
    std::string name;                   // of a parameter_spec; empty: the pattern has none
    double value = 0;                   // in the unit of the parameter_spec
    std::string text;                   // for people: "10 k/s", "50 % load"
    std::string suffix;                 // the cell name's fifth part: "rate=10000"
    bool poisson = false;               // paced: exponential gaps instead of equal ones
    std::size_t working_set_bytes = 0;  // switch_ring: summed by each process at each hop

    friend bool operator==(const cell_parameter&, const cell_parameter&) = default;
};

template <class Visitor>
void visit_fields(Visitor& visit, cell_parameter& p) {
    visit("name", p.name);
    visit("value", p.value);
    visit("text", p.text);
    visit("suffix", p.suffix);
    visit("poisson", p.poisson);
    visit("working_set_bytes", p.working_set_bytes);
}

/// One thing that a pattern's cells can vary in: where plans ask for it and how it is read.
struct parameter_spec {
    std::string_view name;          // in results, and the key of a parameter_request
    std::string_view flag;          // of the command line, without dashes
    std::string_view plan_key;      // of a plan file
    std::string_view metavar;       // what the flag's help calls the value
    std::string_view help;          // one line without the pattern's name
    std::string_view unit;          // of the values; empty: a plain number
    std::span<const double> usual;  // swept where nothing is asked for
    bool several = true;            // a list; else one word
    /// The values that one text stands for. Throws std::invalid_argument with a sentence.
    std::vector<double> (*parse)(std::string_view text);
    /// A value as a plan file has it, which parse() reads.
    tree (*write)(double value);
};

extern const parameter_spec rate_parameter;
extern const parameter_spec load_parameter;  // a share of what the cell carries at most
extern const parameter_spec schedule_parameter;
extern const parameter_spec gap_parameter;
extern const parameter_spec burst_parameter;
extern const parameter_spec processes_parameter;
extern const parameter_spec working_set_parameter;

/// The values that a plan sweeps.
struct parameter_request {
    std::map<std::string, std::vector<double>, std::less<>> by_name;

    bool asks_for(const parameter_spec& which) const { return !asked(which).empty(); }
    /// Beside what was asked for before; equal values once. Throws std::invalid_argument.
    void add(const parameter_spec& which, std::string_view word);
    /// What was asked for, else the usual sweep.
    std::vector<double> values_of(const parameter_spec& which) const;

private:
    std::vector<double> asked(const parameter_spec& which) const;
};

/// The parameters that a pattern's cells get, in the order of the request.
std::vector<cell_parameter> no_parameters(const parameter_request& asked);  // one without a name
std::vector<cell_parameter> paced_parameters(const parameter_request& asked);
std::vector<cell_parameter> wake_parameters(const parameter_request& asked);
std::vector<cell_parameter> burst_parameters(const parameter_request& asked);
std::vector<cell_parameter> state_parameters(const parameter_request& asked);
std::vector<cell_parameter> ring_parameters(const parameter_request& asked);

/// Whether the value is a share of what the cell carries at most, which is to be measured first.
bool is_share_of_capacity(const cell_parameter& varied);

/// When the messages of an open loop are due. `capacity_hz`: messages a second that the cell
/// carries at most; needed where is_share_of_capacity, else std::logic_error is thrown.
pacing paced_pacing(const cell_parameter& varied, std::optional<double> capacity_hz);
pacing wake_pacing(const cell_parameter& varied, std::optional<double> capacity_hz);
pacing burst_pacing(const cell_parameter& varied, std::optional<double> capacity_hz);

/// "10k", "2.5M": messages a second, from 1 to 100 M. Throws std::invalid_argument.
double parse_rate_hz(std::string_view text);

/// "50%" or "10..95%" (10, 25, 50, 75, 90 and 95 as far as they lie inside). Throws
/// std::invalid_argument.
std::vector<double> parse_loads(std::string_view text);

/// "10us", "1ms", "0.1s": a silence of 1 us to 10 s. Throws std::invalid_argument.
double parse_gap_ns(std::string_view text);

}  // namespace ipcmark
