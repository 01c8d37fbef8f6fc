#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "harness/base/object_names.hpp"
#include "harness/base/posix/inotify.hpp"
#include "harness/base/posix/io.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/transport.hpp"

namespace ipcmark {

/// Where a queue of files lies.
enum class file_place : std::uint8_t {
    tmpfs,  // /dev/shm: memory
    disk,   // the repetition's folder: the page cache of a disk; nothing is forced out to it
};

/// Why there is no such place here, or too little room in it for what a cell may queue.
std::optional<std::string> file_place_unavailable(file_place where);
std::optional<std::string> file_place_limit(file_place where, const demand& asked);

/// Files with numbers for names in a folder of their own, one folder per direction.
class numbered_files {
public:
    numbered_files(const setup& cell, direction which, file_place where);

    /// Makes the folder (0700), or opens the one that the other side has made.
    void create();
    void open();
    const std::filesystem::path& folder() const noexcept { return folder_; }

    static constexpr std::uint64_t unnamed = ~std::uint64_t{0};  // the one that is being written
    /// Mode 0600, for appending. Throws limit_exceeded when the place is full.
    unique_fd make(std::uint64_t number);
    /// Empty: it is not there.
    unique_fd find(std::uint64_t number);
    void rename(std::uint64_t from, std::uint64_t to);
    void remove(std::uint64_t number);

private:
    const char* name_of(std::uint64_t number);

    std::filesystem::path folder_;
    std::string name_;   // the last one asked for; its length never changes
    std::string other_;  // for rename
    unique_fd handle_;
};

/// A folder that goes with its owner, and whatever is still in it.
class owned_folder {
public:
    owned_folder() = default;
    explicit owned_folder(std::filesystem::path folder) : folder_(std::move(folder)) {}
    owned_folder(owned_folder&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
    owned_folder& operator=(owned_folder&& other) noexcept {
        std::swap(folder_, other.folder_);
        return *this;
    }
    ~owned_folder();

private:
    std::filesystem::path folder_;
};

/// write_exact into a file. Throws limit_exceeded when the place is full.
void write_file(int fd, readable bytes);
/// Reads at `offset` until `enough` bytes are there or the file ends. Returns the bytes read.
std::size_t read_file(int fd, writable bytes, std::uint64_t offset, std::size_t enough);

/// One queue of files per direction. The reader makes the folder and watches it before anything can
/// come, so that no file is missed and what was sent outlives the writer.
///
/// Writer(numbered_files, const setup&): send(fill). Reader(...): recv(consume) and the events that
/// it waits for.
template <class Writer, class Reader, file_place Place>
class file_queue_pair {
public:
    static std::optional<std::string> unavailable() { return file_place_unavailable(Place); }
    static std::optional<std::string> limit(const demand& asked) {
        return file_place_limit(Place, asked);
    }

    explicit file_queue_pair(setup& cell) {
        const auto in = cell.producer() ? direction::backward : direction::forward;
        const auto out = cell.producer() ? direction::forward : direction::backward;
        if (!cell.producer() || cell.both_ways()) {
            numbered_files files(cell, in, Place);
            files.create();
            folder_ = owned_folder(files.folder());
            reader_.emplace(std::move(files), cell);
        }
        cell.peer.meet();
        if (cell.producer() || cell.both_ways()) {
            numbered_files files(cell, out, Place);
            files.open();
            writer_.emplace(std::move(files), cell);
        }
        cell.peer.meet();
    }

    template <class Fill>
    void send(Fill fill) {
        if (!writer_) [[unlikely]]
            throw std::logic_error("a one-way queue of files has no way back");
        writer_->send(fill);
    }

    template <class Consume>
    bool recv(Consume consume) {
        if (!reader_) [[unlikely]]
            throw std::logic_error("a one-way queue of files has no way back");
        return reader_->recv(consume);
    }

private:
    owned_folder folder_;  // of the reader, which may still use it
    std::optional<Reader> reader_;
    std::optional<Writer> writer_;
};

/// What the descriptions of all queues of files have in common.
constexpr transport_info file_queue_info(std::string_view name, std::string_view summary) {
    return {.name = name,
            .summary = summary,
            .family = "files",
            .reference = "inotify(7)",
            .facts = {.unrelated_processes = true,
                      .survives_producer_exit = true,
                      .back_pressure = false,
                      .control = access::file_mode}};
}

}  // namespace ipcmark
