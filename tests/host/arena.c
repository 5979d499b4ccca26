/* The memory that <asm/page.h> of the host build calls physical. */
#include <asm/page.h>
#include <lib/compiler.h>

static char arena[HOST_ARENA_SIZE] __aligned(1 << 22);

char *host_arena = arena;
