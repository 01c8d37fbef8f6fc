#pragma once

#include <map>
#include <string>

#include "harness/run/runner.hpp"

namespace ipcmark {

/// Runs the pattern `switch`: the same exchange on two CPUs, on one, and inside one process, right
/// after each other, so that one repetition of the cell has all three.
class decomposer {
public:
    explicit decomposer(runner& pairs) : pairs_(pairs) {}

    /// `asked` names the cell and its two CPUs; two that spin have no business on one. With
    /// `all_three` false only the exchange on two CPUs runs. What cannot be exchanged inside one
    /// process, or on one CPU, is tried once; then its reason stands in parts_note.
    repetition_result run(launch_request asked, bool spins, bool all_three);

private:
    void add(std::vector<repetition_result>& to, std::string& note, const std::string& cell_name,
             const std::string& where, const launch_request& asked, repetition_result& whole);

    runner& pairs_;
    std::map<std::string, std::string> impossible_;  // cell and where: why
};

}  // namespace ipcmark
