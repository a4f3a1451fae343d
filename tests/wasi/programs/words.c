// Counts the words of its input's text; a command that knows JSON no better than it has to.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
  static char request[1 << 20];
  size_t length = fread(request, 1, sizeof request - 1, stdin);
  request[length] = 0;
  if (strstr(request, "\"function\":\"metadata\"")) {
    puts("{\"success\":false,\"error\":\"see the manifest\"}");
    return 0;
  }
  char *text = strstr(request, "\"input\":\"");
  if (!text) {
    fprintf(stderr, "%s: no text in ", argc ? argv[0] : "?");
    fprintf(stderr, "the input\n");
    return 3;
  }
  int words = 0, inside = 0;
  for (text += 9; *text && *text != '"'; text++) {
    words += !inside && !isspace((unsigned char)*text);
    inside = !isspace((unsigned char)*text);
  }
  printf("{\"success\":true,\"output\":%d}", words);
  exit(0);
}
