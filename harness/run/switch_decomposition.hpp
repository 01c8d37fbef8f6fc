#pragma once

#include <map>
#include <string>

#include "harness/contract/planned_cell.hpp"
#include "harness/run/runner.hpp"

namespace ipcmark {

/// Runs the pattern `switch`: the same exchange on two CPUs, on one, inside one process, on two
/// CPUs by the sibling that polls, and one message at a time after silences, right after each
/// other, so that one repetition of the cell has all of them.
class switch_decomposition {
public:
    explicit switch_decomposition(runner& pairs) : pairs_(pairs) {}

    /// `asked` names the cell and its two CPUs; two that spin, if only at first, have no business
    /// on one, and who only spins is not woken. With `all_parts` false only the exchange on two
    /// CPUs runs. What cannot be exchanged is tried once; then its reason stands in hop_note.
    repetition_result run(const launch_request& asked, const planned_cell& planned, bool all_parts);

private:
    void add_on_one_cpu(repetition_result& whole, launch_request asked, const planned_cell& planned,
                        const std::string& cell_name);
    void add_waking(repetition_result& whole, launch_request asked, const std::string& cell_name);
    void add(std::vector<repetition_result>& to, std::string& note, const std::string& cell_name,
             const std::string& where, const launch_request& asked, repetition_result& whole);

    runner& pairs_;
    std::map<std::string, std::string> impossible_;  // cell and where: why
};

}  // namespace ipcmark
