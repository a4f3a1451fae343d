// Writes more to stdout than any response may have.
#include <stdio.h>

int main(void) {
  static char piece[65536];
  for (int round = 0; round < 100000; round++)
    if (fwrite(piece, 1, sizeof piece, stdout) != sizeof piece) return 1;
}
