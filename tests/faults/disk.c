// A disk that is watched, and fails when it is told to: preloaded (LD_PRELOAD) into the real program by tests/it/disk/.
//
// It sees what the program does to the ledger's databases and their logs (not the shared memory, which a crash throws
// away) and appends each step to the file that HIBAH_DISK_TRACE names, in the order in which the steps took effect:
//
//   kind (1 byte), inode (8), offset (8), length (4), then `length` bytes; numbers little-endian
//
//   O  a file was made             bytes: its path
//   W  bytes were written          offset: where; bytes: what
//   T  a file was cut or grown     offset: its new length
//   S  a file was synced           what was written to it before is on the disk
//   F  a sync failed               what was written since the one before may never be on the disk
//   D  a folder was synced
//   U  a file was unlinked         bytes: its path
//   R  a file was renamed          bytes: old path, 0, new path
//   A  bytes left through a socket bytes: what; noted before they leave
//   E  a step failed without effect
//
// HIBAH_DISK_FAULTS makes steps fail: faults with commas between them, each `step:file:number:how`.
//
//   step    write, cut, sync, unlink, make, or any
//   file    the end of a path, or * for each
//   number  the how many-th such step, from 1; with a + behind it, from that one on
//   how     EIO, ENOSPC, EROFS   it fails and has no effect
//           late                 it takes effect, and fails all the same (EIO)
//           short                a write of half the bytes, which is no error
//           torn                 half is written, then it fails (EIO)
//           skip                 a sync that says it was done and was not; not in the trace
//           kill, killed         the program ends before the step, or right after it
//           die                  a sync fails, and the program ends there
//
// HIBAH_DISK_CLOCK names a file with a number of seconds by which the clock on the wall is wrong.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MOST_FILES 65536
#define MOST_FAULTS 16
#define MOST_ANSWER_BYTES 65536
#define REAL(name) ((__typeof__(&name))real(#name))

enum what { NOTHING, DATABASE, FOLDER };

struct fault {
    char step[8], file[64], how[8];
    long number, seen;
    int onward;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;
static const char *clock_file;
static struct fault faults[MOST_FAULTS];
static int fault_count;
// What is open, by its number. Sockets are asked for each time.
static struct { enum what what; uint64_t inode; char path[256]; } files[MOST_FILES];

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

static void broken(const char *what) {
    fprintf(stderr, "tests/faults/disk.c: %s\n", what);
    abort();
}

__attribute__((constructor)) static void begin(void) {
    clock_file = getenv("HIBAH_DISK_CLOCK");
    const char *path = getenv("HIBAH_DISK_TRACE");
    if (path) {
        trace = REAL(open64)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (trace < 0) broken("the trace cannot be opened");
    }
    const char *told = getenv("HIBAH_DISK_FAULTS");
    char *rest = told ? strdup(told) : NULL, *one;
    while (rest && (one = strsep(&rest, ",")) && *one) {
        struct fault *fault = &faults[fault_count];
        char onward[2] = "";
        if (fault_count++ == MOST_FAULTS
            || sscanf(one, "%7[a-z]:%63[^:]:%ld%1[+]", fault->step, fault->file, &fault->number, onward) < 3
            || !strrchr(one, ':') || strlen(strrchr(one, ':') + 1) >= sizeof fault->how)
            broken("HIBAH_DISK_FAULTS is not step:file:number:how");
        strcpy(fault->how, strrchr(one, ':') + 1);
        fault->onward = *onward == '+';
    }
}

static void note(char kind, uint64_t inode, uint64_t offset, const void *bytes, uint32_t length) {
    if (trace < 0) return;
    unsigned char head[21];
    head[0] = (unsigned char)kind;
    memcpy(head + 1, &inode, 8);
    memcpy(head + 9, &offset, 8);
    memcpy(head + 17, &length, 4);
    struct iovec parts[2] = {{head, sizeof head}, {(void *)bytes, length}};
    if (REAL(writev)(trace, parts, 2) != (ssize_t)(sizeof head + length)) broken("the trace cannot be written");
}

static int ends_in(const char *text, const char *end) {
    size_t all = strlen(text), last = strlen(end);
    return all >= last && strcmp(text + all - last, end) == 0;
}

static int is_database(const char *path) {
    static const char *const names[] = {"/ledger.db", "/last-signed.db", "/derived.db"};
    char plain[256];
    if (!path || strlen(path) >= sizeof plain - 1) return 0;
    snprintf(plain, sizeof plain, "/%s", path);
    for (int i = 0; i < 2; i++) {
        const char *end = i ? "-journal" : "-wal";
        if (ends_in(plain, end)) plain[strlen(plain) - strlen(end)] = 0;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (ends_in(plain, names[i])) return 1;
    return 0;
}

// What this step shall do, NULL for what it does by itself. The lock is held.
static const char *fate(const char *step, const char *path) {
    const char *how = NULL;
    for (int i = 0; i < fault_count; i++) {
        struct fault *fault = &faults[i];
        if (strcmp(fault->step, "any") != 0 && strcmp(fault->step, step) != 0) continue;
        if (strcmp(fault->file, "*") != 0 && !ends_in(path, fault->file)) continue;
        fault->seen++;
        if (fault->seen == fault->number || (fault->onward && fault->seen > fault->number)) how = fault->how;
    }
    if (how && strcmp(how, "kill") == 0) raise(SIGKILL);
    return how;
}

static int is(const char *how, const char *name) { return how && strcmp(how, name) == 0; }

// Whether it fails without effect; errno says with what.
static int fails(const char *how, uint64_t inode) {
    int number = is(how, "EIO") ? EIO : is(how, "ENOSPC") ? ENOSPC : is(how, "EROFS") ? EROFS : 0;
    if (number) note('E', inode, 0, NULL, 0);
    if (number) errno = number;
    return number != 0;
}

// How a step ends that took effect: whether it fails all the same.
static int fails_late(const char *how) {
    if (is(how, "killed")) raise(SIGKILL);
    if (!is(how, "late") && !is(how, "torn")) return 0;
    errno = EIO;
    return 1;
}

static ssize_t watched_write(int fd, const void *bytes, size_t length, int64_t offset) {
    pthread_mutex_lock(&lock);
    const char *how = fate("write", files[fd].path);
    ssize_t written = -1;
    if (!fails(how, files[fd].inode)) {
        int64_t at = offset < 0 ? REAL(lseek64)(fd, 0, SEEK_CUR) : offset;
        size_t part = is(how, "short") || is(how, "torn") ? (length + 1) / 2 : length;
        written = offset < 0 ? REAL(write)(fd, bytes, part) : REAL(pwrite64)(fd, bytes, part, offset);
        if (written > 0) note('W', files[fd].inode, (uint64_t)at, bytes, (uint32_t)written);
        if (fails_late(how)) written = -1;
    }
    pthread_mutex_unlock(&lock);
    return written;
}

static int watched_sync(int fd, int data_only) {
    pthread_mutex_lock(&lock);
    int done = -1;
    uint64_t inode = files[fd].inode;
    if (files[fd].what == FOLDER) {
        done = REAL(fsync)(fd);
        if (done == 0) note('D', inode, 0, NULL, 0);
    } else {
        const char *how = fate("sync", files[fd].path);
        if (is(how, "skip")) {
            done = 0;
        } else if (is(how, "EIO") || is(how, "ENOSPC") || is(how, "EROFS") || is(how, "die")) {
            note('F', inode, 0, NULL, 0);
            if (is(how, "die")) raise(SIGKILL);
            errno = is(how, "ENOSPC") ? ENOSPC : is(how, "EROFS") ? EROFS : EIO;
        } else {
            done = data_only ? REAL(fdatasync)(fd) : REAL(fsync)(fd);
            if (done == 0) note('S', inode, 0, NULL, 0);
            if (fails_late(how)) done = -1;
        }
    }
    pthread_mutex_unlock(&lock);
    return done;
}

static int watched_cut(int fd, int64_t length) {
    pthread_mutex_lock(&lock);
    const char *how = fate("cut", files[fd].path);
    int done = -1;
    if (!fails(how, files[fd].inode)) {
        done = REAL(ftruncate64)(fd, length);
        if (done == 0) note('T', files[fd].inode, (uint64_t)length, NULL, 0);
        if (fails_late(how)) done = -1;
    }
    pthread_mutex_unlock(&lock);
    return done;
}

static int is_watched(int fd, enum what what) {
    return fd >= 0 && fd < MOST_FILES && files[fd].what == what;
}

static int watched_open(const char *path, int flags, mode_t mode) {
    if (!is_database(path)) {
        int fd = REAL(open64)(path, flags, mode);
        struct stat about;
        if (fd >= 0 && fd < MOST_FILES) {
            int folder = (flags & O_ACCMODE) == O_RDONLY && fstat(fd, &about) == 0 && S_ISDIR(about.st_mode);
            files[fd].inode = folder ? about.st_ino : 0;
            files[fd].what = folder ? FOLDER : NOTHING;
        }
        return fd;
    }
    pthread_mutex_lock(&lock);
    struct stat about;
    int makes = (flags & O_CREAT) && stat(path, &about) != 0;
    const char *how = makes ? fate("make", path) : NULL;
    int fd = -1;
    if (!fails(how, 0)) {
        fd = REAL(open64)(path, flags, mode);
        if (fd >= MOST_FILES) broken("too many files are open");
        if (fd >= 0) {
            if (fstat(fd, &about) != 0) broken("an open file has no number");
            files[fd].what = DATABASE;
            files[fd].inode = about.st_ino;
            snprintf(files[fd].path, sizeof files[fd].path, "%s", path);
            if (makes) note('O', about.st_ino, 0, path, (uint32_t)strlen(path));
            if (makes && fails_late(how)) {
                files[fd].what = NOTHING;
                REAL(close)(fd);
                fd = -1;
                errno = EIO;
            }
        }
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static int watched_unlink(const char *path) {
    pthread_mutex_lock(&lock);
    struct stat about = {0};
    int there = stat(path, &about) == 0;
    const char *how = fate("unlink", path);
    int done = -1;
    if (!fails(how, about.st_ino)) {
        done = REAL(unlink)(path);
        if (done == 0 && there) note('U', about.st_ino, 0, path, (uint32_t)strlen(path));
        if (fails_late(how)) done = -1;
    }
    pthread_mutex_unlock(&lock);
    return done;
}

static mode_t mode_of(int flags, va_list rest) {
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? (mode_t)va_arg(rest, int) : 0;
}

#define OPENS(name)                                                                                                   \
    int name(const char *path, int flags, ...) {                                                                      \
        va_list rest;                                                                                                 \
        va_start(rest, flags);                                                                                        \
        mode_t mode = mode_of(flags, rest);                                                                           \
        va_end(rest);                                                                                                 \
        return watched_open(path, flags, mode);                                                                       \
    }
OPENS(open)
OPENS(open64)

#define OPENS_AT(name)                                                                                                \
    int name(int folder, const char *path, int flags, ...) {                                                          \
        va_list rest;                                                                                                 \
        va_start(rest, flags);                                                                                        \
        mode_t mode = mode_of(flags, rest);                                                                           \
        va_end(rest);                                                                                                 \
        if (folder == AT_FDCWD || *path == '/') return watched_open(path, flags, mode);                               \
        if (is_database(path)) broken("a database is opened by its folder's number");                                 \
        return REAL(openat64)(folder, path, flags, mode);                                                             \
    }
OPENS_AT(openat)
OPENS_AT(openat64)

int close(int fd) {
    if (fd >= 0 && fd < MOST_FILES) files[fd].what = NOTHING;
    return REAL(close)(fd);
}

static int is_socket(int fd) {
    struct stat about;
    return trace >= 0 && fd != trace && fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
}

static void note_answer(int fd, const struct iovec *parts, size_t count) {
    if (!is_socket(fd)) return;
    static char bytes[MOST_ANSWER_BYTES];
    pthread_mutex_lock(&lock);
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        size_t left = sizeof bytes - length, part = parts[i].iov_len < left ? parts[i].iov_len : left;
        memcpy(bytes + length, parts[i].iov_base, part);
        length += part;
    }
    note('A', (uint64_t)fd, 0, bytes, (uint32_t)length);
    pthread_mutex_unlock(&lock);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (is_watched(fd, DATABASE)) return watched_write(fd, bytes, length, -1);
    struct iovec part = {(void *)bytes, length};
    note_answer(fd, &part, 1);
    return REAL(write)(fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (is_watched(fd, DATABASE)) broken("a database is written with writev");
    note_answer(fd, parts, (size_t)count);
    return REAL(writev)(fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    struct iovec part = {(void *)bytes, length};
    note_answer(fd, &part, 1);
    return REAL(send)(fd, bytes, length, flags);
}

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    struct iovec part = {(void *)bytes, length};
    note_answer(fd, &part, 1);
    return REAL(sendto)(fd, bytes, length, flags, to, size);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    note_answer(fd, message->msg_iov, message->msg_iovlen);
    return REAL(sendmsg)(fd, message, flags);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    if (is_watched(fd, DATABASE)) return watched_write(fd, bytes, length, offset);
    return REAL(pwrite64)(fd, bytes, length, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

int fsync(int fd) {
    return is_watched(fd, DATABASE) || is_watched(fd, FOLDER) ? watched_sync(fd, 0) : REAL(fsync)(fd);
}

int fdatasync(int fd) {
    return is_watched(fd, DATABASE) || is_watched(fd, FOLDER) ? watched_sync(fd, 1) : REAL(fdatasync)(fd);
}

int ftruncate64(int fd, off64_t length) {
    return is_watched(fd, DATABASE) ? watched_cut(fd, length) : REAL(ftruncate64)(fd, length);
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
    if (is_watched(fd, DATABASE)) broken("a database grows by fallocate, which the trace does not know");
    return REAL(fallocate64)(fd, mode, offset, length);
}

int unlink(const char *path) { return is_database(path) ? watched_unlink(path) : REAL(unlink)(path); }

int rename(const char *from, const char *to) {
    pthread_mutex_lock(&lock);
    struct stat about;
    int watched = is_database(from) || is_database(to), there = stat(from, &about) == 0;
    int done = REAL(rename)(from, to);
    if (done == 0 && watched && there) {
        char names[512];
        int length = snprintf(names, sizeof names, "%s%c%s", from, 0, to);
        note('R', about.st_ino, 0, names, (uint32_t)length);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int done = REAL(clock_gettime)(which, now);
    if (which != CLOCK_REALTIME || !clock_file || done != 0) return done;
    char text[32] = "";
    int fd = REAL(open64)(clock_file, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, text, sizeof text - 1) < 1) broken("the clock's error cannot be read");
    REAL(close)(fd);
    now->tv_sec += atol(text);
    return 0;
}
