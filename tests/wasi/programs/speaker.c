// A reactor that prints, in pieces and without flushing, and answers 1.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char answer[] = "{\"success\":true,\"output\":1}";

__attribute__((export_name("__pocket_alloc"))) void *take(int size) { return malloc(size); }

__attribute__((export_name("__pocket_call"))) unsigned long long reply(char *request, int length) {
  free(request);
  char line[8];
  printf("end of input: %d\n", fgets(line, sizeof line, stdin) == NULL);
  for (int number = 0; number < 3; number++) printf("%d ", number);
  printf("\nno end of line");
  fflush(stdout);
  fprintf(stderr, "one ");
  fprintf(stderr, "line\n");
  return (unsigned long long)(unsigned long)answer << 32 | strlen(answer);
}
