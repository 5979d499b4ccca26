/*
 * /proc/vmallocinfo: every area of the vmalloc window, lowest first, in Linux's
 * format: addresses and size (the guard page included), who asked for it, how many
 * pages it owns or what it maps, and its kind.
 */
#include <lib/errno.h>
#include <mm/vmalloc.h>
#include <proc/proc.h>

static const struct {
	unsigned long flag;
	const char *word;
} words[] = {
	{VM_IOREMAP, " ioremap"}, {VM_ALLOC, " vmalloc"}, {VM_MAP, " vmap"},
	{VM_USERMAP, " user"},    {VM_VPAGES, " vpages"},
};

static void show_area(struct seq_file *m, const struct vm_area_view *area)
{
	seq_printf(m, "0x%08lx-0x%08lx %7lu %pS", area->start, area->end,
	           area->end - area->start, area->caller);
	if (area->nr_pages)
		seq_printf(m, " pages=%u", area->nr_pages);
	if (area->phys)
		seq_printf(m, " phys=0x%016llx", (unsigned long long)area->phys);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (area->flags & words[i].flag)
			seq_puts(m, words[i].word);
	seq_putc(m, '\n');
}

static int vmallocinfo_show(struct seq_file *m)
{
	struct vm_area_view area = {.end = 0};

	while (vm_area_next(area.end, &area)) {
		if (seq_stopped(m))
			return -EINTR;
		if (!area.lazy)
			show_area(m, &area);
	}
	return 0;
}
PROC_FILE(vmallocinfo, vmallocinfo_show);
