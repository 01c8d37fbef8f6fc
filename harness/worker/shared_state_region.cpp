#include "harness/worker/shared_state_region.hpp"

#include <new>

#include "harness/base/posix/mapping.hpp"

namespace ipcmark {

namespace {
/// What mapped_region asks of something that can be mapped.
struct mappable_fd {
    int fd;
    boost::interprocess::mapping_handle_t get_mapping_handle() const { return {fd, false}; }
};

boost::interprocess::mapped_region map(int fd) {
    return {mappable_fd{fd}, boost::interprocess::read_write, 0, sizeof(board)};
}
}  // namespace

shared_board::shared_board()
    : fd_(make_memfd("ipcmark-board", sizeof(board))), region_(map(fd_.get())) {
    new (region_.get_address()) board;
}

shared_board::shared_board(unique_fd fd) : fd_(std::move(fd)), region_(map(fd_.get())) {}

}  // namespace ipcmark
