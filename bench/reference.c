/*
 * What the kernel takes, without imp: a small program that makes the system calls which imp cannot do without.
 *
 *   reference time COMMAND...    runs a command; prints its nanoseconds, the microseconds that processors
 *                                worked for it, and its peak of resident memory in KiB
 *   reference mount LIST         mount(2) and symlink(2) for each entry
 *   reference look LIST          statx(2) and readlink(2) of each entry, and one reading of the mount table
 *   reference unmount LIST       umount2(2) of each directory, last one first
 *   reference write FILE MS      opens, extends and closes a file for so long; prints how long that took each time
 *
 * LIST holds one entry a line: `d` or `f`, source and target, with tabs between.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct entry {
  char kind;
  char *source;
  char *target;
};

static struct entry *entries;
static size_t count;

static void fail(const char *what) {
  fprintf(stderr, "reference: %s: %s\n", what, strerror(errno));
  exit(1);
}

static char *read_whole(const char *path, size_t *length) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) fail(path);
  size_t size = 1 << 20, used = 0;
  char *text = malloc(size + 1);
  for (;;) {
    if (used == size) text = realloc(text, (size *= 2) + 1);
    ssize_t got = read(file, text + used, size - used);
    if (got < 0) fail(path);
    if (got == 0) break;
    used += got;
  }
  close(file);
  text[used] = '\0';
  *length = used;
  return text;
}

static void read_list(const char *path) {
  size_t length, room = 0;
  char *text = read_whole(path, &length);
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    char *target = strrchr(line, '\t');
    if (target == NULL) continue;
    *target = '\0';
    if (count == room) entries = realloc(entries, (room = room * 2 + 1024) * sizeof *entries);
    entries[count++] = (struct entry){line[0], line + 2, target + 1};
  }
}

static void mount_all(void) {
  for (size_t i = 0; i < count; i++) {
    struct entry *e = &entries[i];
    int result = e->kind == 'd' ? mount(e->source, e->target, NULL, MS_BIND, NULL) : symlink(e->source, e->target);
    if (result != 0) fail(e->target);
  }
}

static void look_at_all(void) {
  struct statx found;
  char text[4096];
  size_t length;
  const int flags = AT_SYMLINK_NOFOLLOW;
  free(read_whole("/proc/self/mountinfo", &length));
  for (size_t i = 0; i < count; i++) {
    struct entry *e = &entries[i];
    if (statx(AT_FDCWD, e->target, flags, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) fail(e->target);
    if (statx(AT_FDCWD, e->source, flags, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) fail(e->source);
    if (e->kind == 'f' && readlink(e->target, text, sizeof text) < 0) fail(e->target);
  }
}

static void unmount_all(void) {
  for (size_t i = count; i-- > 0;) {
    if (entries[i].kind == 'd' && umount2(entries[i].target, UMOUNT_NOFOLLOW) != 0) fail(entries[i].target);
  }
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int ascending(const void *left, const void *right) {
  long long a = *(const long long *)left, b = *(const long long *)right;
  return (a > b) - (a < b);
}

static void write_for(const char *path, long milliseconds) {
  size_t room = 1 << 22, done = 0;
  long long *times = malloc(room * sizeof *times);
  memset(times, 0, room * sizeof *times);
  char line[64];
  memset(line, 'x', sizeof line);
  long long end = now() + milliseconds * 1000000LL;
  for (long long begin = now(); begin < end && done < room; begin = now()) {
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || pwrite(file, line, sizeof line, 0) != sizeof line || fsync(file) != 0) fail(path);
    close(file);
    times[done++] = now() - begin;
  }
  qsort(times, done, sizeof *times, ascending);
  printf("{\"writes\":%zu,\"median\":%lld,\"p99\":%lld,\"p999\":%lld,\"worst\":%lld}\n", done, times[done / 2],
         times[done - 1 - done / 100], times[done - 1 - done / 1000], times[done - 1]);
}

/* As a small process of its own, so that what the caller holds does not count as the command's memory. */
static int time_command(char **command) {
  long long begin = now();
  pid_t child = vfork();
  if (child < 0) fail("vfork");
  if (child == 0) {
    int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) dup2(nowhere, 1);
    execv(command[0], command);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) < 0) fail("wait4");
  long long passed = now() - begin;
  long long user = usage.ru_utime.tv_sec * 1000000LL + usage.ru_utime.tv_usec;
  long long kernel = usage.ru_stime.tv_sec * 1000000LL + usage.ru_stime.tv_usec;
  printf("{\"nanoseconds\":%lld,\"processor\":%lld,\"kibibytes\":%ld}\n", passed, user + kernel, usage.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv) {
  const char *mode = argc > 2 ? argv[1] : "";
  if (strcmp(mode, "time") == 0) return time_command(argv + 2);
  if (strcmp(mode, "write") == 0 && argc == 4) {
    write_for(argv[2], atol(argv[3]));
    return 0;
  }
  if (argc == 3) read_list(argv[2]);
  if (argc == 3 && strcmp(mode, "mount") == 0) mount_all();
  else if (argc == 3 && strcmp(mode, "look") == 0) look_at_all();
  else if (argc == 3 && strcmp(mode, "unmount") == 0) unmount_all();
  else {
    fprintf(stderr, "usage: reference time|mount|look|unmount|write …\n");
    return 2;
  }
  return 0;
}
