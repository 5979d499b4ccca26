/*
 * /proc/pkmap: the slots of kmap's window that are not free. A slot in use says
 * how many have it mapped; one that is not waits for the flush of the window, and
 * its page finds it there until then. Linux has no such file.
 */
#include <asm/memory_layout.h>
#include <lib/errno.h>
#include <mm/highmem.h>
#include <proc/proc.h>

static void show_slot(struct seq_file *m, unsigned int nr, const struct pkmap_slot *slot)
{
	seq_printf(m, "%4u %08lx %8lx %5u  ", nr, slot->address, page_to_pfn(slot->page),
		   slot->count);
	if (slot->count == 1)
		seq_puts(m, "unused, to be flushed\n");
	else
		seq_printf(m, "mapped, %u user%s\n", slot->count - 1,
			   slot->count == 2 ? "" : "s");
}

static int pkmap_show(struct seq_file *m)
{
	struct pkmap_stats stats;
	struct pkmap_slot slot;

	pkmap_get_stats(&stats);
	seq_printf(m, "slots: %lu  free: %u  in use: %u  to be flushed: %u  last: %u  "
		   "flushes: %lu  waiters: %u\n",
		   LAST_PKMAP, stats.free, stats.used, stats.stale, stats.last,
		   stats.flushes, stats.waiters);
	seq_puts(m, "slot  address    frame count  state\n");
	for (unsigned int nr = 0; nr < LAST_PKMAP; nr++) {
		if (seq_stopped(m))
			return -EINTR;
		pkmap_get_slot(nr, &slot);
		if (slot.page)
			show_slot(m, nr, &slot);
	}
	return 0;
}
PROC_FILE(pkmap, pkmap_show);
