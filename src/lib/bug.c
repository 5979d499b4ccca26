/*
 * Where tests listen for the kernel's own failures, and debugging options explain
 * them; see lib/bug.h. The functions that stop the machine are the architecture's
 * (or the host build's).
 */
#include <lib/bug.h>

void (*bug_hook)(void);
bool (*warn_hook)(const char *file, int line, const char *what);
void (*fault_hook)(unsigned long address);
