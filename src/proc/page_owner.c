/*
 * /proc/page_owner: every block that is in use, with who took it, in the layout
 * that Linux had before it knew processes and times there. Migrate types are that
 * of the mask and that of the pageblock: where they differ, a fallback has mixed
 * them. Without page_owner=on, Linux has no such file; here it says what to do.
 */
#include <lib/errno.h>
#include <mm/page_owner.h>
#include <proc/proc.h>

static const char *mask_type(gfp_t gfp)
{
	if (gfp & __GFP_MOVABLE)
		return migratetype_names[MIGRATE_MOVABLE];
	return migratetype_names[gfp & __GFP_RECLAIMABLE ? MIGRATE_RECLAIMABLE
	                                                 : MIGRATE_UNMOVABLE];
}

static void show_chain(struct seq_file *m, unsigned int n)
{
	const struct page_owner_chain *chain = page_owner_chain(n);

	for (unsigned int i = 0; i < chain->nr; i++)
		seq_printf(m, " [<%08lx>] %pS\n", chain->entries[i],
		           (void *)chain->entries[i]);
	seq_putc(m, '\n');
}

static void show_block(struct seq_file *m, unsigned long pfn,
                       const struct page_owner *owner)
{
	const struct page *page = pfn_to_page(pfn);
	char mask[GFP_TEXT_MAX], flags[PAGE_FLAGS_TEXT_MAX];

	gfp_text(owner->gfp, mask, sizeof(mask));
	page_flags_text(page->flags, flags, sizeof(flags));
	seq_printf(m, "Page allocated via order %u, mask %#x(%s)\n", owner->order,
	           owner->gfp, mask);
	seq_printf(m, "PFN %lu type %s Block %lu type %s Flags %#lx(%s)\n", pfn,
	           mask_type(owner->gfp), pfn >> pageblock_order,
	           migratetype_names[get_pageblock_migratetype(page)], page->flags,
	           flags);
	show_chain(m, owner->alloc_chain);
}

static int page_owner_show(struct seq_file *m)
{
	struct page_owner owner;

	if (!page_owner_enabled()) {
		seq_puts(m, "page_owner is off; boot with page_owner=on\n");
		return -ENODATA;
	}
	for (unsigned long pfn = 0; pfn < max_mapnr; pfn++) {
		if (seq_stopped(m))
			return -EINTR;
		page_owner_get(pfn, &owner);
		if (!owner.taken)
			continue;
		show_block(m, pfn, &owner);
		pfn += (1UL << owner.order) - 1;
	}
	return 0;
}
PROC_FILE(page_owner, page_owner_show);
