// Does with stdio.h what programs do with files, and prints what it found as JSON.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK(condition) \
  if (!(condition)) { fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, strerror(errno)); exit(1); }

static int count(const char *path) {
  DIR *folder = opendir(path);
  CHECK(folder);
  int entries = 0;
  for (struct dirent *entry; (entry = readdir(folder));)
    entries += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
  closedir(folder);
  return entries;
}

int main(void) {
  FILE *file = fopen("/data/report.txt", "w");
  CHECK(file);
  for (int line = 0; line < 5000; line++) fprintf(file, "line %d\n", line);
  CHECK(fclose(file) == 0);

  file = fopen("/data/report.txt", "r+");
  CHECK(file);
  char line[32];
  for (int number = 0; number < 1234; number++) CHECK(fgets(line, sizeof line, file));
  CHECK(fseek(file, 0, SEEK_SET) == 0);
  CHECK(fputs("LINE", file) >= 0);
  CHECK(fseek(file, -5, SEEK_END) == 0);
  char end[8] = {0};
  CHECK(fread(end, 1, 4, file) == 4);
  fclose(file);

  CHECK(mkdir("/data/made", 0777) == 0);
  CHECK(rename("/data/report.txt", "/data/made/report.txt") == 0);
  struct stat known;
  CHECK(stat("/data/made/report.txt", &known) == 0);
  CHECK(stat("/data/report.txt", &known) == -1 && errno == ENOENT);
  CHECK(stat("/data/made/report.txt", &known) == 0);
  CHECK(truncate("/data/made/report.txt", 100) == 0);
  CHECK((file = fopen("/data/made/report.txt", "a")));
  CHECK(fputs("appended", file) >= 0 && fclose(file) == 0);

  CHECK(fopen("/etc/passwd", "r") == NULL);
  CHECK(fopen("/data/../secret", "r") == NULL);
  for (int number = 0; number < 300; number++) {
    char name[64];
    snprintf(name, sizeof name, "/data/made/file number %d", number);
    CHECK((file = fopen(name, "w")) && fclose(file) == 0);
  }
  int entries = count("/data/made");
  for (int number = 0; number < 300; number++) {
    char name[64];
    snprintf(name, sizeof name, "/data/made/file number %d", number);
    CHECK(remove(name) == 0);
  }
  printf("{\"success\":true,\"output\":{\"line\":\"%.*s\",\"end\":\"%s\",\"size\":%lld,\"entries\":%d}}\n",
         (int)strlen(line) - 1, line, end, (long long)known.st_size, entries);
}
