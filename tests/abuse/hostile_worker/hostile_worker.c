// Stands in for `pocket-worker` as a process that was taken over would: what it does is the name it
// was started by. The host gives it no environment and no arguments but `serve` or `compile`.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

enum { READ_ONLY_ONCE = 1 << 16 };

static void nap(unsigned ms) { usleep(ms * 1000); }

static void for_ever(void) {
  for (;;) pause();
}

// Everything goes to stdout; a host that is gone ends the program.
static void put(const void *data, size_t size) {
  const char *at = data;
  while (size > 0) {
    ssize_t done = write(1, at, size);
    if (done < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (done <= 0) _exit(0);
    at += done;
    size -= (size_t)done;
  }
}

static void put_u32(uint32_t number) { put(&number, 4); }

static void frame(const void *body, size_t size) {
  put_u32((uint32_t)size);
  put(body, size);
}

#define FRAME(text) frame(text, sizeof(text) - 1)

static int get(void *data, size_t size) {
  char *at = data;
  while (size > 0) {
    ssize_t done = read(0, at, size);
    if (done < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (done <= 0) return 0;
    at += done;
    size -= (size_t)done;
  }
  return 1;
}

// Reads one frame and forgets it; the host being gone ends the program.
static void skip_frame(void) {
  static char sink[READ_ONLY_ONCE];
  uint32_t left;
  if (!get(&left, 4)) _exit(0);
  while (left > 0) {
    size_t some = left < sizeof sink ? left : sizeof sink;
    if (!get(sink, some)) _exit(0);
    left -= (uint32_t)some;
  }
}

static void ready(void) { FRAME("\x94\x10\x00\xa6hostil\xce\x00\x01\x00\x00"); }

static void result(uint32_t id, const char *payload) {
  uint8_t size = (uint8_t)strlen(payload);
  uint8_t head[] = {0x97, 0x11, 0xce, (uint8_t)(id >> 24), (uint8_t)(id >> 16),
                    (uint8_t)(id >> 8), (uint8_t)id, 0xc4, size};
  put_u32((uint32_t)sizeof head + size + 4);
  put(head, sizeof head);
  put(payload, size);
  put("\x01\x01\x01\x01", 4);
}

#define GOOD "{\"success\":true,\"output\":1}"

static void started(void) {
  skip_frame();
  ready();
}

static void called(void) {
  started();
  skip_frame();
}

// A frame's head, then `count` bytes of `fill`, as the announced size wants.
static void filled(const char *head, size_t head_size, char fill, uint32_t count) {
  static char block[READ_ONLY_ONCE];
  memset(block, fill, sizeof block);
  put_u32((uint32_t)head_size + count);
  put(head, head_size);
  while (count > 0) {
    size_t some = count < sizeof block ? count : sizeof block;
    put(block, some);
    count -= (uint32_t)some;
  }
}

#define FILLED(head, fill, count) filled(head, sizeof(head) - 1, fill, count)

// ---------------------------------------------------------------- lengths

static void length_zero(void) { called(); put_u32(0); for_ever(); }
static void length_max(void) { called(); put_u32((64 << 20) + 4096); for_ever(); }
static void length_max_plus_one(void) { called(); put_u32((64 << 20) + 4097); for_ever(); }
static void length_all_ones(void) { called(); put_u32(0xffffffff); for_ever(); }
static void length_short(void) { called(); put_u32(5); put("\x93\x11\x01\xc4\x02{}\x01\x01", 9); for_ever(); }
static void length_long(void) { called(); put_u32(500); put("\x97\x11\x01\xc4\x02{}\x01\x01\x01\x01", 11); for_ever(); }

// ---------------------------------------------------------------- msgpack

static void nested_arrays(void) { called(); FILLED("", (char)0x91, 8 << 20); for_ever(); }
static void many_lists(void) {
  // 16 lists of 1,000 lists of 4,000 empty lists each, 64 million in all where nobody counts.
  called();
  put_u32(8 + 16 * (3 + 1000 * (3 + 4000)));
  put("\x95\x20\x00\xa1x", 5);
  static char inner[3 + 4000] = {(char)0xdc, (char)(4000 >> 8), (char)(4000 & 0xff)};
  memset(inner + 3, 0x90, 4000);
  put("\xdc\x00\x10", 3);
  for (int i = 0; i < 16; i++) {
    put("\xdc\x03\xe8", 3);
    for (int j = 0; j < 1000; j++) put(inner, sizeof inner);
  }
  for_ever();
}
static void nested_maps(void) { called(); FILLED("", (char)0x81, 1 << 20); for_ever(); }
static void array_of_billions(void) { called(); FRAME("\xdd\xff\xff\xff\xff\x11\x01"); for_ever(); }
static void map_of_billions(void) { called(); FRAME("\x97\x11\x01\xdf\xff\xff\xff\xff"); for_ever(); }
static void bin_of_billions(void) { called(); FRAME("\x97\x11\x01\xc6\xff\xff\xff\xff{}"); for_ever(); }
static void never_used_byte(void) { called(); FRAME("\xc1"); for_ever(); }
static void ext_types(void) { called(); FRAME("\x97\x11\x01\xd6\xff\x00\x00\x00\x01\x01\x01\x01\x01"); for_ever(); }
static void map_keys(void) { called(); FRAME("\x97\x11\x01\x81\x91\x01\x02\x01\x01\x01\x01"); for_ever(); }
static void wrong_types(void) { called(); FRAME("\x97\x11\x01\xa2{}\x01\x01\x01\x01"); for_ever(); }
static void negative_numbers(void) { called(); FRAME("\x97\x11\xff\xc4\x02{}\xff\xff\xff\xff"); for_ever(); }
static void float_kind(void) { called(); FRAME("\x97\xcb\x40\x31\x00\x00\x00\x00\x00\x00\x01\xc4\x02{}\x01\x01\x01\x01"); for_ever(); }
static void bool_kind(void) { called(); FRAME("\x97\xc3\x01\xc4\x02{}\x01\x01\x01\x01"); for_ever(); }
static void bytes_after_the_frame(void) { called(); FRAME("\x97\x11\x01\xc4\x02{}\x01\x01\x01\x01\x01"); for_ever(); }

// ---------------------------------------------------------------- pace

static void drip(void) {
  called();
  put_u32(1000);
  for (;;) { put("x", 1); nap(20); }
}
static void byte_a_second(void) {
  called();
  for (;;) { put("\x40", 1); nap(1000); }
}
static void never_reads(void) { started(); for_ever(); }
static void never_reads_but_writes(void) {
  started();
  static char noise[READ_ONLY_ONCE];
  memset(noise, 0x2a, sizeof noise);
  for (;;) put(noise, sizeof noise);
}
static void never_reads_an_answer(void) {
  called();
  for (;;) FRAME("\x93\x14\x01\xc4\x10{\"call\":\"t.ask\"}");
}
static void silent(void) { called(); for_ever(); }

// ---------------------------------------------------------------- replies

static void unasked(void) { skip_frame(); ready(); result(7, GOOD); for_ever(); }
static void ready_twice(void) { started(); ready(); for_ever(); }
static void result_twice(void) { called(); result(1, GOOD); result(1, GOOD); skip_frame(); for_ever(); }
static void result_of_before(void) { called(); result(1, GOOD); skip_frame(); result(1, GOOD); for_ever(); }
static void late(void) { called(); nap(1500); result(1, GOOD); for_ever(); }
static void oversized(void) { called(); FILLED("\x97\x11\x01\xc6\x04\x00\x00\x01", 'x', (64 << 20) + 1); for_ever(); }
static void other_id(void) { called(); result(99, GOOD); for_ever(); }
static void call_frame(void) { called(); FRAME("\x93\x01\x01\xc4\x02{}"); for_ever(); }
static void compiled_frame(void) { called(); FRAME("\x95\x20\x00\xa1x\x90\xc4\x00"); for_ever(); }
static void unknown_failure(void) { called(); FRAME("\x99\x12\x01\xa3odd\xa1x\x01\x01\x01\x01\xc4\x00"); for_ever(); }
static void bad_artifact_at_start(void) { skip_frame(); FRAME("\x98\x12\x00\xac" "bad-artifact\xa1x\x01\x01\x01\x01"); for_ever(); }
static void bad_artifact_in_a_call(void) { called(); FRAME("\x98\x12\x01\xac" "bad-artifact\xa1x\x01\x01\x01\x01"); for_ever(); }
static void huge_failure(void) { called(); FILLED("\x99\x12\x01\xa4trap\xdb\x00\x10\x00\x01", 'x', (1 << 20) + 5); for_ever(); }

// ---------------------------------------------------------------- logs and host calls

static void log_flood(void) {
  called();
  for (;;) FRAME("\x94\x13\x01\x01\xc4\x64..................................................1234567890123456789012345678901234567890123456789\n");
}
static void log_of_64_mb(void) { called(); FILLED("\x94\x13\x01\x01\xc6\x04\x00\x00\x00", 1, 64 << 20); for_ever(); }
static void log_with_other_id(void) { called(); FRAME("\x94\x13\x63\x01\xc4\x02hi"); result(1, GOOD); for_ever(); }
static void host_call_not_allowed(void) { called(); FRAME("\x93\x14\x01\xc4\x02{}"); for_ever(); }
static void host_calls_a_million(void) {
  called();
  for (int i = 0; i < 1000000; i++) {
    FRAME("\x93\x14\x01\xc4\x10{\"call\":\"t.ask\"}");
    skip_frame();
  }
  result(1, GOOD);
}
// ---------------------------------------------------------------- streams

#define STREAM_READ "\x92\x15\x01"
#define STREAM_WRITE "\x93\x16\x01"

static void stream_read_unasked(void) { called(); FRAME(STREAM_READ); for_ever(); }
static void stream_write_unasked(void) { called(); FRAME(STREAM_WRITE "\xc4\x01x"); for_ever(); }
static void chunk_of_nothing(void) { called(); FRAME(STREAM_WRITE "\xc4\x00"); for_ever(); }
static void chunk_too_large(void) {
  called();
  FILLED(STREAM_WRITE "\xc6\x00\x04\x00\x01", 'x', (256 << 10) + 1);
  for_ever();
}
static void chunk_of_64_mb(void) { called(); FILLED(STREAM_WRITE "\xc6\x04\x00\x00\x00", 'x', 64 << 20); for_ever(); }
static void chunk_of_another(void) { called(); FRAME("\x93\x16\x63\xc4\x01x"); for_ever(); }
static void chunks_without_end(void) {
  called();
  for (;;) FILLED(STREAM_WRITE "\xc6\x00\x04\x00\x00", 'x', 256 << 10);
}
static void asks_twice(void) { called(); put("\x03\0\0\0" STREAM_READ "\x03\0\0\0" STREAM_READ, 14); for_ever(); }
static void asks_for_ever(void) { called(); for (;;) { FRAME(STREAM_READ); skip_frame(); } }
static void asks_and_writes(void) {
  called();
  FRAME(STREAM_READ);
  for (;;) FILLED(STREAM_WRITE "\xc6\x00\x04\x00\x00", 'x', 256 << 10);
}
static void asks_and_does_not_read(void) {
  fcntl(0, F_SETPIPE_SZ, 4096);
  called();
  FRAME(STREAM_READ);
  for_ever();
}
static void dies_mid_chunk(void) { called(); put_u32(100); put(STREAM_WRITE "\xc4\x50xx", 7); _exit(0); }

static void host_call_of_another(void) { called(); FRAME("\x93\x14\x63\xc4\x02{}"); for_ever(); }
static void host_call_of_lists(void) {
  called();
  put_u32(8 + (48 << 20));
  put("\x93\x14\x01\xc6\x03\x00\x00\x00", 8);
  put("[", 1);
  static char lists[3 * 65536];
  for (size_t i = 0; i < sizeof lists; i++) lists[i] = "[],"[i % 3];
  for (size_t left = (48 << 20) - 4; left > 0;) {
    size_t some = left < sizeof lists ? left : sizeof lists;
    put(lists, some);
    left -= some;
  }
  put("[]]", 3);
  for_ever();
}

// ---------------------------------------------------------------- death

static void dies_before_ready(void) { skip_frame(); _exit(0); }
static void dies_unread(void) { _exit(3); }
static void dies_in_init(void) { skip_frame(); put_u32(30); put("\x94", 1); raise(SIGSEGV); }
static void dies_mid_frame(void) { called(); put_u32(100); put("\x97\x11", 2); _exit(0); }
static void aborts(void) { called(); abort(); }
static void stops(void) { called(); raise(SIGSTOP); for_ever(); }
static void stops_before_ready(void) { skip_frame(); raise(SIGSTOP); for_ever(); }
static void closes_stdout(void) { called(); close(1); for_ever(); }
static void closes_everything(void) { called(); for (int fd = 0; fd < 1024; fd++) close(fd); for_ever(); }

// ---------------------------------------------------------------- the machine

static void stderr_flood(void) {
  called();
  fcntl(2, F_SETFL, 0);
  for (;;) if (write(2, "noise noise noise noise\n", 24) < 0) for_ever();
}
static void writes_to_every_fd(void) {
  syscall(SYS_close_range, 4, ~0u, 0);  // what whoever embeds the host left open, the worker closes
  called();
  for (int fd = 3; fd < 4096; fd++)
    if (write(fd, "hostile", 7) == 7) abort();
  for (int fd = 0; fd < 3; fd++) if (write(fd, "hostile\n", 8) < 0) continue;
  for_ever();
}
static void unblocks_the_pipes(void) {
  for (int fd = 0; fd < 3; fd++) fcntl(fd, F_SETFL, O_NONBLOCK);
  called();
  result(1, GOOD);
  skip_frame();
  for (int fd = 0; fd < 3; fd++) fcntl(fd, F_SETFL, O_APPEND | O_ASYNC);
  result(2, GOOD);
  for_ever();
}
static void blocks_the_pipes(void) {
  for (int fd = 0; fd < 3; fd++) fcntl(fd, F_SETFL, 0);
  called();
  for_ever();
}
static void ignores_signals(void) {
  for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  prctl(PR_SET_PDEATHSIG, 0);
  called();
  for_ever();
}
static void child_holds_the_pipes(void) {
  called();
  if (fork() == 0) for_ever();
  _exit(0);
}
static void grandchild_in_a_session(void) {
  called();
  if (fork() == 0) {
    setsid();
    if (fork() == 0) { nap(20000); _exit(0); }
    _exit(0);
  }
  _exit(0);
}
static void fifty_children(void) {
  called();
  for (int i = 0; i < 50; i++) if (fork() == 0) for_ever();
  for_ever();
}
static void spins(void) {
  struct itimerval none = {{0, 0}, {0, 0}};
  setitimer(ITIMER_PROF, &none, NULL);
  called();
  for (volatile int again = 1; again;) continue;
}
static void small_pipes(void) {
  fcntl(0, F_SETPIPE_SZ, 4096);
  fcntl(1, F_SETPIPE_SZ, 4096);
  started();
  for_ever();
}

#define SCENARIO(name) {#name, name}
static const struct { const char *name; void (*run)(void); } scenarios[] = {
  SCENARIO(length_zero), SCENARIO(length_max), SCENARIO(length_max_plus_one), SCENARIO(length_all_ones),
  SCENARIO(length_short), SCENARIO(length_long), SCENARIO(nested_arrays), SCENARIO(many_lists),
  SCENARIO(nested_maps), SCENARIO(array_of_billions), SCENARIO(map_of_billions), SCENARIO(bin_of_billions),
  SCENARIO(never_used_byte), SCENARIO(ext_types), SCENARIO(map_keys), SCENARIO(wrong_types),
  SCENARIO(negative_numbers), SCENARIO(float_kind), SCENARIO(bool_kind), SCENARIO(bytes_after_the_frame),
  SCENARIO(drip), SCENARIO(byte_a_second), SCENARIO(never_reads), SCENARIO(never_reads_but_writes),
  SCENARIO(never_reads_an_answer), SCENARIO(silent), SCENARIO(unasked), SCENARIO(ready_twice),
  SCENARIO(result_twice), SCENARIO(result_of_before), SCENARIO(late), SCENARIO(oversized), SCENARIO(other_id),
  SCENARIO(call_frame), SCENARIO(compiled_frame), SCENARIO(unknown_failure), SCENARIO(bad_artifact_at_start),
  SCENARIO(bad_artifact_in_a_call), SCENARIO(huge_failure), SCENARIO(log_flood), SCENARIO(log_of_64_mb),
  SCENARIO(log_with_other_id), SCENARIO(host_call_not_allowed), SCENARIO(host_calls_a_million),
  SCENARIO(host_call_of_another), SCENARIO(host_call_of_lists), SCENARIO(dies_before_ready),
  SCENARIO(dies_unread), SCENARIO(dies_in_init), SCENARIO(dies_mid_frame), SCENARIO(aborts), SCENARIO(stops),
  SCENARIO(stops_before_ready), SCENARIO(closes_stdout), SCENARIO(closes_everything), SCENARIO(stderr_flood),
  SCENARIO(writes_to_every_fd), SCENARIO(unblocks_the_pipes), SCENARIO(blocks_the_pipes),
  SCENARIO(ignores_signals), SCENARIO(child_holds_the_pipes), SCENARIO(grandchild_in_a_session),
  SCENARIO(fifty_children), SCENARIO(small_pipes), SCENARIO(spins),
  SCENARIO(stream_read_unasked), SCENARIO(stream_write_unasked), SCENARIO(chunk_of_nothing),
  SCENARIO(chunk_too_large), SCENARIO(chunk_of_64_mb), SCENARIO(chunk_of_another), SCENARIO(chunks_without_end),
  SCENARIO(asks_twice), SCENARIO(asks_for_ever), SCENARIO(asks_and_writes), SCENARIO(asks_and_does_not_read),
  SCENARIO(dies_mid_chunk),
};

int main(int count, char **words) {
  (void)count;
  const char *slash = strrchr(words[0], '/');
  const char *wanted = slash ? slash + 1 : words[0];
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test run that is killed leaves none of these behind
  for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
    if (strcmp(wanted, scenarios[i].name) == 0) {
      scenarios[i].run();
      return 0;
    }
  fprintf(stderr, "no scenario %s\n", wanted);
  return 99;
}
