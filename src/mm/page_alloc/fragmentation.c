/*
 * What the free lists look like from afar. The two indices are those of Gorman's
 * work on fragmentation, in thousandths and without floating point: with F free
 * pages in B blocks, of which S blocks of 2^order could be cut,
 *
 *	unusable(order)      = (F - S * 2^order) / F
 *	fragmentation(order) = 1 - (1 + F / 2^order) / B     (only when S is 0)
 *
 * The second compares the blocks that there are with those that the same memory
 * would need at the wanted order. As in Linux each division rounds down.
 */
#include <asm/irqflags.h>
#include <lib/math64.h>
#include <lib/string.h>
#include <mm/fragmentation.h>

unsigned long nr_free_blocks(const struct zone *zone, unsigned int order,
			     enum migratetype type)
{
	const struct list_head *entry;
	unsigned long blocks = 0, flags;

	local_irq_save(flags);
	list_for_each (entry, &zone->free_area[order].free_list[type])
		blocks++;
	local_irq_restore(flags);
	return blocks;
}

void count_pageblocks(const struct zone *zone, unsigned long blocks[MIGRATE_TYPES])
{
	unsigned long pfn = ALIGN_DOWN(zone->zone_start_pfn, pageblock_nr_pages);

	memset(blocks, 0, MIGRATE_TYPES * sizeof(blocks[0]));
	for (; pfn < zone_end_pfn(zone); pfn += pageblock_nr_pages) {
		const struct page *page = pfn_to_page(pfn);

		if (pfn_valid(pfn) && page_zone(page) == zone)
			blocks[get_pageblock_migratetype(page)]++;
	}
}

void fill_contig_page_info(const struct zone *zone, unsigned int suitable_order,
			   struct contig_page_info *info)
{
	unsigned long flags;

	memset(info, 0, sizeof(*info));
	local_irq_save(flags);
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		unsigned long blocks = zone->free_area[order].nr_free;

		info->free_blocks_total += blocks;
		info->free_pages += blocks << order;
		if (order >= suitable_order)
			info->free_blocks_suitable += blocks
						      << (order - suitable_order);
	}
	local_irq_restore(flags);
}

int unusable_free_index(unsigned int order, const struct contig_page_info *info)
{
	unsigned long unusable =
	    info->free_pages - (info->free_blocks_suitable << order);

	if (!info->free_pages)
		return INDEX_UNIT;
	return (int)div_u64((u64)unusable * INDEX_UNIT, (u32)info->free_pages);
}

int fragmentation_index(unsigned int order, const struct contig_page_info *info)
{
	u64 needed = ((u64)info->free_pages * INDEX_UNIT) >> order;

	if (!info->free_blocks_total)
		return 0;
	if (info->free_blocks_suitable)
		return -INDEX_UNIT;
	return INDEX_UNIT -
	       (int)div_u64(INDEX_UNIT + needed, (u32)info->free_blocks_total);
}
