// A reactor that opens a file as it starts, and answers the next byte of it in each call.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *file;
static char answer[64];

__attribute__((constructor)) static void begin(void) { file = fopen("/data/hello", "r"); }

__attribute__((export_name("__pocket_alloc"))) void *take(int size) { return malloc(size); }

__attribute__((export_name("__pocket_call"))) unsigned long long reply(char *request, int length) {
  free(request);
  snprintf(answer, sizeof answer, "%c", file ? fgetc(file) : '?');
  return (unsigned long long)(unsigned long)answer << 32 | strlen(answer);
}
