// Reads "hello" and writes "new" in the folder that its input names, and says how that went.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  char request[4096] = {0}, path[4096], content[64] = {0};
  fread(request, 1, sizeof request - 1, stdin);
  char *folder = strstr(request, "\"input\":\"");
  if (!folder) return puts("{\"success\":false,\"error\":\"no folder\"}") < 0;
  folder += 9;
  *strchr(folder, '"') = 0;

  int reading = 0, writing = 0, length = 0;
  snprintf(path, sizeof path, "%s/hello", folder);
  FILE *file = fopen(path, "r");
  if (file) fread(content, 1, sizeof content - 1, file), fclose(file);
  else reading = errno;

  snprintf(path, sizeof path, "%s/new", folder);
  file = fopen(path, "w");
  if (file) {
    static char kilobyte[1024];
    setvbuf(file, NULL, _IONBF, 0);
    while (length < 4096 && fwrite(kilobyte, 1, sizeof kilobyte, file) == sizeof kilobyte) length++;
    if (length < 4096) writing = errno;
    fclose(file);
  } else {
    writing = errno;
  }
  const char *greeting = getenv("GREETING");
  printf("{\"success\":true,\"output\":{\"content\":\"%s\",\"reading\":%d,\"kilobytes\":%d,\"writing\":%d,\"greeting\":\"%s\"}}",
         content, reading, length, writing, greeting ? greeting : "");
}
