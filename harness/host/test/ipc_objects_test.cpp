#include "harness/host/ipc/ipc_objects.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/host/ipc/descriptors.hpp"
#include "harness/host/ipc/ipc_snapshot.hpp"
#include "harness/host/test/fake_host.hpp"

namespace ipcmark {
namespace {

using kind = ipc_object::kind;

const std::string segments =
    "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid  "
    "    atime      dtime      ctime                   rss                  swap\n"
    "      4660          5  3600                 70000    41    42      1  1000  1000  1000  1000 "
    "1700000001          0 1700000000                 73728                     0\n"
    "         0          9   666                  4096    43    43      2     0     0     0     0 "
    "1700000001          0 1700000005                  4096                     0\n";
const std::string queues =
    "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      "
    "stime      rtime      ctime\n"
    "-559038737          7   600          40          2   812     0  1000  1000  1000  1000 "
    "1700000003          0 1700000002\n";
const std::string sets =
    "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n"
    "       136          3   640          1  1000  1000  1000  1000          0 1700000004\n";

fake_host& with_system_v(fake_host& host) {
    return host.write("/proc/sysvipc/shm", segments)
        .write("/proc/sysvipc/msg", queues)
        .write("/proc/sysvipc/sem", sets);
}

TEST(ipc_objects, system_v_tables_are_read_by_their_headers) {
    fake_host host;
    const auto found = system_v_objects(with_system_v(host).files());
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(found[0].what, kind::sysv_shm);
    EXPECT_EQ(found[0].name, "5");
    EXPECT_EQ(found[0].key, 0x1234);
    EXPECT_EQ(found[0].mode, 0600u);
    EXPECT_EQ(found[0].owner, 1000u);
    EXPECT_EQ(found[0].bytes, 70'000u);
    EXPECT_EQ(found[0].since_s, 1'700'000'000);
    EXPECT_EQ(found[0].state, "attached 1 time, made by 41, locked, goes with the last process");
    EXPECT_EQ(found[1].state, "attached 2 times, made by 43");
    EXPECT_EQ(found[1].mode, 0666u);
    EXPECT_EQ(found[2].what, kind::sysv_msg);
    EXPECT_EQ(found[2].key, static_cast<std::int32_t>(0xdeadbeef));
    EXPECT_EQ(found[2].bytes, 40u);
    EXPECT_EQ(found[2].state, "2 messages, last sent by 812");
    EXPECT_EQ(found[3].what, kind::sysv_sem);
    EXPECT_EQ(found[3].state, "1 semaphore");
    EXPECT_EQ(found[3].text(), "System V semaphore 3 (mode 0640)");
}

TEST(ipc_objects, a_machine_without_tables_has_no_objects) {
    fake_host host;
    EXPECT_TRUE(system_v_objects(host.files()).empty());
    host.write("/proc/sysvipc/shm", "");
    EXPECT_TRUE(system_v_objects(host.files()).empty());
    EXPECT_TRUE(find_unix_sockets(host.files()).named.empty());
    EXPECT_TRUE(files_below(host.root() / "dev/shm").empty());
}

const std::string sockets =
    "Num       RefCount Protocol Flags    Type St Inode Path\n"
    "0000000000000000: 00000002 00000000 00010000 0001 01 100 /run/a name.sock\n"
    "0000000000000000: 00000003 00000000 00000000 0001 03 101 /run/a name.sock\n"
    "0000000000000000: 00000003 00000000 00000000 0001 03 102 /run/a name.sock\n"
    "0000000000000000: 00000003 00000000 00000000 0001 03 103\n"
    "0000000000000000: 00000002 00000000 00000000 0002 01 104 @hidden\n"
    "0000000000000000: 00000002 00000000 00010000 0005 01 105 here\n"
    "no row at all\n";

TEST(ipc_objects, unix_sockets_of_one_name_are_one) {
    fake_host host;
    host.write("/proc/net/unix", sockets).write("/run/a name.sock", "");
    const auto found = find_unix_sockets(host.files());
    ASSERT_EQ(found.named.size(), 3u);
    EXPECT_EQ(found.unnamed, std::vector<std::uint64_t>{103});
    EXPECT_EQ(found.named[0].name, "/run/a name.sock");
    EXPECT_EQ(found.named[0].state, "stream, listening, 2 connections");
    EXPECT_EQ(found.named[0].owner, ::geteuid());
    EXPECT_EQ(found.named[0].handles.size(), 3u);
    EXPECT_EQ(found.named[1].name, "@hidden");
    EXPECT_EQ(found.named[1].state, "datagram");
    EXPECT_EQ(found.named[1].owner, ipc_object::no_owner);
    EXPECT_EQ(found.named[2].state, "seqpacket, listening, bound by a relative path");
    host.remove("/run/a name.sock");
    EXPECT_EQ(find_unix_sockets(host.files()).named[0].state,
              "stream, listening, 2 connections, its file is gone");
}

/// Two processes that share things, one kernel thread, and one that is not a process.
struct busy_host : fake_host {
    busy_host() {
        const auto shm = root() / "dev/shm/frames";
        write("/dev/shm/frames", "12345").write("/dev/shm/sem.gate", "");
        write("/proc/net/unix", sockets);
        ::mkfifo((root() / "fifo").c_str(), 0600);
        write("/proc/41/status", "Name:\tmaker\nUid:\t7\t1000\t7\t7\nThreads:\t3\nVmSize:\t9 kB");
        write("/proc/42/status", "Name:\tuser\nUid:\t0\t0\t0\t0\nVmSize:\t9 kB");
        write("/proc/43/status", "Name:\tkthread\nUid:\t0\t0\t0\t0");
        write("/proc/tty/status", "Name:\tno process");
        link("/proc/41/fd/0", "pipe:[11]").link("/proc/41/fd/1", "pipe:[12]");
        link("/proc/41/fd/3", "socket:[100]").link("/proc/41/fd/4", "socket:[999]");
        link("/proc/41/fd/5", root() / "fifo").link("/proc/41/fd/6", "anon_inode:[eventpoll]");
        link("/proc/41/fd/7", "anon_inode:inotify").link("/proc/41/fd/8", "anon_inode:[io_uring]");
        link("/proc/41/fd/9", "anon_inode:[eventfd]").link("/proc/41/fd/10", "/gone (deleted)");
        write("/proc/41/fdinfo/6", "pos: 0\ntfd: 3 events: 19\ntfd: 4 events: 19");
        write("/proc/41/fdinfo/7", "pos: 0\ninotify wd:1 ino:1");
        link("/proc/42/fd/0", root() / "fifo").link("/proc/42/fd/1", "socket:[104]");
        struct stat state {};
        EXPECT_EQ(::stat(shm.c_str(), &state), 0);
        const std::string handle = file_handle(state.st_dev, state.st_ino).substr(5);
        const std::string device = handle.substr(0, handle.rfind(':'));
        write("/proc/42/maps",
              "7f0000000000-7f0000001000 r--p 00000000 08:01 77 /usr/lib/libc.so\n"
              "7f0000001000-7f0000002000 rw-s 00000000 00:01 5 /SYSV00001234 (deleted)\n"
              "7f0000002000-7f0000003000 rw-s 00000000 " +
                  device + " " + std::to_string(state.st_ino) + " /dev/shm/frames\n");
    }
};

TEST(descriptors, are_counted_by_what_they_lead_to) {
    const busy_host host;
    const auto view = scan_descriptors(host.files());
    ASSERT_EQ(view.processes.size(), 2u);
    const auto& maker = view.processes[0];
    EXPECT_EQ(maker.pid, 41);
    EXPECT_EQ(maker.user, 1000u) << "the effective one";
    EXPECT_EQ(maker.command, "maker");
    EXPECT_EQ(maker.threads, 3u);
    const std::map<descriptor, unsigned> expected{
        {descriptor::pipe, 2},    {descriptor::fifo, 1},    {descriptor::unix_socket, 1},
        {descriptor::eventfd, 1}, {descriptor::epoll, 1},   {descriptor::other_socket, 1},
        {descriptor::inotify, 1}, {descriptor::io_uring, 1}};
    EXPECT_EQ(maker.counts, expected);
    EXPECT_EQ(maker.total(), 9u);
    EXPECT_EQ(maker.epoll_watches, 2u);
    EXPECT_EQ(maker.inotify_watches, 1u);
    EXPECT_EQ(view.processes[1].total(), 2u);
    EXPECT_EQ(view.hidden, 0u);
}

TEST(descriptors, an_open_fifo_is_one_object_whoever_holds_it) {
    const busy_host host;
    const auto view = scan_descriptors(host.files());
    ASSERT_EQ(view.fifos.size(), 1u);
    EXPECT_EQ(view.fifos[0].name, (host.root() / "fifo").string());
    EXPECT_EQ(view.users.at(view.fifos[0].handles.front()), (std::set<pid_t>{41, 42}));
}

TEST(descriptors, the_holder_of_a_file_is_found_by_the_end_of_its_path) {
    const busy_host host;
    EXPECT_EQ(holders_of("/fifo", host.files()), (std::vector<pid_t>{41, 42}));
    EXPECT_TRUE(holders_of("/no/such/lock", host.files()).empty());
}

const ipc_object& find(const ipc_snapshot& snapshot, const std::string& end) {
    return *std::ranges::find_if(snapshot.objects,
                                 [&](const auto& each) { return each.name.ends_with(end); });
}

TEST(ipc_snapshot, tells_who_uses_what) {
    busy_host host;
    with_system_v(host);
    const auto snapshot = take_ipc_snapshot(host.files());
    const auto pids = [&](const std::string& end) {
        std::vector<pid_t> found;
        for (const auto* process : snapshot.users_of(find(snapshot, end)))
            found.push_back(process->pid);
        return found;
    };
    EXPECT_EQ(pids("/frames"), std::vector<pid_t>{42}) << "a mapping counts without a descriptor";
    EXPECT_EQ(pids("a name.sock"), std::vector<pid_t>{41});
    EXPECT_EQ(pids("5"), std::vector<pid_t>{42}) << "attached, by the identifier in its mapping";
    EXPECT_TRUE(pids("sem.gate").empty());
    EXPECT_EQ(find(snapshot, "@hidden").owner, 0u) << "its process tells";
    EXPECT_EQ(find(snapshot, "sem.gate").what, kind::semaphore);
    EXPECT_EQ(find(snapshot, "/frames").bytes, 6u);
    EXPECT_TRUE(snapshot.unseen.empty());
}

TEST(ipc_snapshot, counts_what_of_a_limit_is_taken) {
    busy_host host;
    with_system_v(host)
        .write("/proc/sys/fs/file-nr", "867\t0\t2466177")
        .write("/proc/meminfo", "HugePages_Total:      16\nHugePages_Free:        4");
    const auto taken = limits_in_use(take_ipc_snapshot(host.files()), 1000, host.files());
    EXPECT_EQ(taken.at("sysv_shmmni"), 2u);
    EXPECT_EQ(taken.at("sysv_shmall_pages"), 19u);
    EXPECT_EQ(taken.at("sysv_msgmni"), 1u);
    EXPECT_EQ(taken.at("file_max"), 867u);
    EXPECT_EQ(taken.at("huge_pages"), 12u);
    EXPECT_EQ(taken.at("rlimit_nproc"), 3u);
    EXPECT_EQ(taken.at("inotify_max_user_instances"), 1u);
    EXPECT_EQ(taken.at("epoll_max_user_watches"), 2u);
}

TEST(ipc_snapshot, says_what_is_not_there_to_be_seen) {
    const fake_host empty;
    const auto snapshot = take_ipc_snapshot(empty.files());
    ASSERT_EQ(snapshot.unseen.size(), 2u);
    EXPECT_NE(snapshot.unseen[0].find("System V"), std::string::npos);
    EXPECT_NE(snapshot.unseen[1].find("/proc/net/unix"), std::string::npos);
}

}  // namespace
}  // namespace ipcmark
