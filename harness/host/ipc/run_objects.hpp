#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/host/ipc/ipc_objects.hpp"

/// The one inventory of what runs of ipcmark can leave in the system: which kinds of objects there
/// are, where they are listed, how each is told to be a run's, and how it is removed. Memory and
/// sockets without a file go with their processes and are not in it; files, sockets and FIFOs in a
/// run's folder go with the folder.
namespace ipcmark {

/// Where names of shared memory are; tests bring a place of their own.
struct object_places {
    std::filesystem::path shared_memory = "/dev/shm";
};

struct run_object_kind {
    ipc_object::kind what;
    std::string_view sentence;  // what and where, for who reads a list of kinds
    /// Those that can be listed, whoever's they are. A folder there is one object.
    std::vector<ipc_object> (*list)(const object_places&);
    /// What the object is called by its maker, without what its kind puts before it; nullptr: it
    /// has no name, and the keys of repetitions tell.
    std::string (*own_name)(const ipc_object&);
    /// Those that a repetition's name leads to, whether they can be listed or not; a run's name
    /// leads to all of its repetitions' but for System V objects.
    std::vector<ipc_object> (*of_repetition)(const std::string& name, const object_places&);
    /// Why it could not be removed; empty: it is gone, by whoever.
    std::string (*remove)(const ipc_object&);
};

std::span<const run_object_kind> run_object_kinds();

/// The row of an object's kind. Throws std::out_of_range for one that is in no row.
const run_object_kind& run_object_kind_of(const ipc_object& object);

/// "ipcmark-812-Ab3dEf" for that and for whatever begins so and goes on with '-' or '.'.
std::optional<std::string> run_name_in(std::string_view object_name);

/// The run whose name an object carries; nullopt: none's, or it has a key instead.
std::optional<std::string> run_of(const ipc_object& object);

/// The keys of a repetition, of which a System V object of it has one.
bool has_key_of(const ipc_object& object, std::string_view repetition);

/// Whether a System V object is of a run that began at `since_s` (seconds since 1970, by the file
/// system's clock) and of its user: an older one, or another's, has its key by chance.
bool made_by_run(const ipc_object& object, uid_t owner, std::int64_t since_s);

/// The files in a folder of shared memory; none for any other object.
std::vector<ipc_object> files_within(const ipc_object& object);

/// Calls `visit` with every object of every kind that can be listed.
void for_each_listed(const object_places& places, const std::function<void(ipc_object)>& visit);

/// Removes the objects of a repetition, or what of a whole run a run's name leads to. `since_s`:
/// when the run began, for made_by_run.
void remove_objects_of(const std::string& name, std::int64_t since_s,
                       const object_places& places = {});

}  // namespace ipcmark
