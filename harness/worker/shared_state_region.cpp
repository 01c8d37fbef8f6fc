#include "harness/worker/shared_state_region.hpp"

#include <stdexcept>
#include <sys/stat.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/mapping.hpp"

namespace ipcmark {

namespace {
/// What mapped_region asks of something that can be mapped.
struct mappable_fd {
    int fd;
    boost::interprocess::mapping_handle_t get_mapping_handle() const { return {fd, false}; }
};

boost::interprocess::mapped_region map(int fd, std::size_t bytes) {
    return {mappable_fd{fd}, boost::interprocess::read_write, 0, bytes};
}

std::size_t size_of_file(int fd) {
    struct stat about {};
    checked(::fstat(fd, &about), "fstat");
    return static_cast<std::size_t>(about.st_size);
}
}  // namespace

shared_state_region::shared_state_region(std::size_t parties)
    : fd_(make_memfd("ipcmark-state", shared_state::bytes_for(parties))),
      region_(map(fd_.get(), shared_state::bytes_for(parties))) {
    shared_state::make(region_.get_address(), parties);
}

shared_state_region::shared_state_region(unique_fd fd)
    : fd_(std::move(fd)), region_(map(fd_.get(), size_of_file(fd_.get()))) {
    if (region_.get_size() < shared_state::bytes_for(0) ||
        region_.get_size() < shared_state::bytes_for((**this).parties()))
        throw std::runtime_error("the shared state is smaller than its number of parties asks for");
}

}  // namespace ipcmark
