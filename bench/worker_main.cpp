#include <iostream>

#include "harness/worker/worker.hpp"
#include "transports/register_all.hpp"

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty() || arguments.front() != "worker") {
        std::cerr
            << "ipcmark-worker: ipcmark starts this program by itself; run `ipcmark --help`\n";
        return 2;
    }
    ipcmark::registry mechanisms;
    ipcmark::register_lean(mechanisms);
    return ipcmark::worker_main(arguments, mechanisms);
}
