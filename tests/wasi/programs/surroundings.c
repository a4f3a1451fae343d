// Says what it sees of the world: variables, clocks, random numbers, and how long it slept.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time)) exit(1);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void) {
  static int runs;
  unsigned drawn;
  if (getentropy(&drawn, sizeof drawn)) exit(2);
  long long begun = now(CLOCK_MONOTONIC);
  struct timespec nap = {0, 30000000};
  if (nanosleep(&nap, NULL)) exit(3);
  long long slept = now(CLOCK_MONOTONIC) - begun;
  const char *name = getenv("GREETING");
  printf("{\"success\":true,\"output\":{\"greeting\":\"%s\",\"missing\":%s,\"slept\":%lld,\"time\":%lld,\"drawn\":%u,\"runs\":%d}}",
         name ? name : "", getenv("PATH") ? "false" : "true", slept, now(CLOCK_REALTIME), drawn, ++runs);
}
