/*
 * For LD_PRELOAD: a system clock that is behind by BENCH_CLOCK_BEHIND seconds, so that generations can be made on any
 * day without setting the machine's clock. Clocks that count from the start of the machine are left alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

typedef int gettime(clockid_t, struct timespec *);
typedef int timedwait(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

static gettime *real_gettime;
static timedwait *real_timedwait;
static time_t behind;

__attribute__((constructor)) static void begin(void) {
  real_gettime = (gettime *)dlsym(RTLD_NEXT, "clock_gettime");
  real_timedwait = (timedwait *)dlsym(RTLD_NEXT, "pthread_cond_timedwait");
  const char *seconds = getenv("BENCH_CLOCK_BEHIND");
  behind = seconds == NULL ? 0 : atol(seconds);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  if (real_gettime == NULL) begin();
  int result = real_gettime(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec -= behind;
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  int result = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

/* The runtime's threads wait until a moment of this clock; by the machine's that has passed, and they would spin. */
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
  if (real_timedwait == NULL) begin();
  struct timespec moment = {until->tv_sec + behind, until->tv_nsec};
  return real_timedwait(condition, mutex, &moment);
}
