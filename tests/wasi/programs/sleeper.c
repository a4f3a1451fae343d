// Sleeps for a year.
#include <unistd.h>

int main(void) {
  sleep(365 * 24 * 60 * 60);
}
