#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/host/noise/measuring_runs.hpp"

namespace ipcmark {

/// Tells every other ipcmark, while it lives, on which CPUs this one measures or waits to. The
/// kernel frees it when the process dies, however it dies. Where the folder cannot be used the
/// claim is not told (`why_untold`) and nobody is seen; measuring goes on.
class cpu_claim {
public:
    /// A claim that waits for its turn, or measures at once beside whoever measures.
    enum class entry { measures, waits };

    cpu_claim(std::filesystem::path folder, std::vector<int> cpus, std::string command, entry how);
    ~cpu_claim();
    cpu_claim(const cpu_claim&) = delete;
    cpu_claim& operator=(const cpu_claim&) = delete;

    const std::string& why_untold() const noexcept { return why_untold_; }

    /// Who else measures on these CPUs now.
    std::vector<measuring_run> others() const;
    /// Of a claim that waits: begins where nobody measures on these CPUs and nobody waits for them
    /// for longer, else tells who. Empty: from now on it measures.
    std::vector<measuring_run> try_begin();

private:
    void tell();
    void make_file(int folder);
    std::vector<measuring_run> ahead(int folder) const;
    void take_back() noexcept;

    std::filesystem::path place_;
    cpu_claim_record claim_;
    std::string name_;
    unique_fd file_;  // the only one that stays open: descriptors may be few
    std::string why_untold_;
};

}  // namespace ipcmark
