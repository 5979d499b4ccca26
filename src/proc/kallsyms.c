/*
 * /proc/kallsyms: the kernel's symbols as nm prints them, by address.
 */
#include <lib/errno.h>
#include <lib/kallsyms.h>
#include <proc/proc.h>

static int kallsyms_show(struct seq_file *m)
{
	unsigned long address;
	const char *name;
	size_t i = 0;
	char type;

	while (kallsyms_iterate(&i, &address, &type, &name)) {
		if (seq_stopped(m))
			return -EINTR;
		seq_printf(m, "%08lx %c %s\n", address, type, name);
	}
	return 0;
}
PROC_FILE(kallsyms, kallsyms_show);
