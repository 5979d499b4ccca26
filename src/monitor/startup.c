/*
 * run=COMMAND: commands that are run before anybody types, so that nothing of them
 * depends on when a key was struck. Blanks need quotes, as for every parameter;
 * several run= are run one after the other.
 */
#include <lib/compiler.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/string.h>
#include <monitor/monitor.h>

static char startup[COMMAND_LINE_SIZE]; /* lines, each ended by '\0' */
static size_t used;                     /* bytes */

static int __init run_param(const char *value)
{
	size_t size = value ? strlen(value) + 1 : 1;

	if (size == 1 || size > sizeof(startup) - used)
		return -EINVAL;
	memcpy(startup + used, value, size);
	used += size;
	return 0;
}
early_param("run", run_param, "run=COMMAND, a line for the monitor");

void monitor_run_startup(void)
{
	size_t next;

	for (size_t at = 0; at < used; at = next) {
		next = at + strlen(startup + at) + 1;
		monitor_execute(startup + at); /* it cuts the line up */
	}
}
