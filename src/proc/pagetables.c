/* /proc/pagetables: every mapping in force, merged into ranges of one kind. */
#include <asm/processor.h>
#include <asm/walk.h>
#include <proc/proc.h>

static void show_range(const struct pt_range *range, void *arg)
{
	struct seq_file *m = arg;

	seq_printf(m, "0x%08lx-0x%08lx -> 0x%09llx %7luK in %luK pages: %s\n",
	           range->start, range->last, (unsigned long long)range->phys,
	           (range->last - range->start + 1) >> 10, range->page_size >> 10,
	           range->attributes);
}

static int pagetables_show(struct seq_file *m)
{
	pt_for_each_range(read_cr3(), show_range, m);
	return 0;
}
PROC_FILE(pagetables, pagetables_show);
