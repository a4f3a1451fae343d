// Answers with its request.
#include <stdio.h>

int main(void) {
  static char piece[65536];
  for (size_t length; (length = fread(piece, 1, sizeof piece, stdin));)
    if (fwrite(piece, 1, length, stdout) != length) return 1;
}
