// The readers under libFuzzer: IPCMARK_FUZZ names one of fuzz::targets(). See ci/fuzz.sh.
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "ci/fuzz/targets.hpp"

namespace {

const ipcmark::fuzz::target& chosen() {
    static const ipcmark::fuzz::target& one = [&]() -> const ipcmark::fuzz::target& {
        const char* name = std::getenv("IPCMARK_FUZZ");
        return ipcmark::fuzz::target_named(name == nullptr ? "" : name);
    }();
    return one;
}

/// `--names` and `--seeds FOLDER` end it at once.
void answer(const std::string& question, const char* folder) {
    if (question == "--names")
        for (const auto& each : ipcmark::fuzz::targets())
            std::cout << each.name << '\n';
    else if (question == "--seeds" && folder != nullptr)
        for (std::size_t i = 0; const auto& seed : chosen().seeds())
            std::ofstream(std::string(folder) + "/seed" + std::to_string(i++), std::ios::binary)
                << seed;
    else
        return;
    std::cout.flush();
    std::_Exit(0);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
    if (*argc > 1) answer((*argv)[1], *argc > 2 ? (*argv)[2] : nullptr);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen().read(std::string(reinterpret_cast<const char*>(data), size));
    return 0;
}

/// Half of the mutations keep the text JSON: others hardly pass the parser.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
    if (!chosen().is_json || seed % 2 == 0) return LLVMFuzzerMutate(data, size, most);
    const std::string text =
        ipcmark::fuzz::mutated_json(std::string(reinterpret_cast<const char*>(data), size), seed);
    if (text.empty() || text.size() > most) return LLVMFuzzerMutate(data, size, most);
    std::copy(text.begin(), text.end(), reinterpret_cast<char*>(data));
    return text.size();
}
