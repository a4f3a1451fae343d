// Reads /data/door as often as it is asked to, and answers how often it saw the secret.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
  char request[64] = {0}, content[64];
  fread(request, 1, sizeof request - 1, stdin);
  int rounds = atoi(request), opened = 0, secrets = 0, made = 0;
  for (int round = 0; round < rounds; round++) {
    int fd = open("/data/door/secret", O_RDONLY);
    if (fd >= 0) {
      opened++;
      memset(content, 0, sizeof content);
      read(fd, content, sizeof content - 1);
      secrets += strcmp(content, "secret") == 0;
      close(fd);
    }
    int out = open("/data/door/planted", O_WRONLY | O_CREAT, 0666);
    if (out >= 0) close(out);
    made += mkdir("/data/door/folder", 0777) == 0;
    rename("/data/door/planted", "/data/door/folder/planted");
    unlink("/data/door/folder/planted");
    rmdir("/data/door/folder");
    unlink("/data/door/victim");
  }
  printf("{\"opened\":%d,\"secrets\":%d,\"made\":%d}", opened, secrets, made);
}
