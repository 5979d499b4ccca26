/*
 * The state of the free lists in figures: for reporters and for whoever wants to
 * know why a large allocation fails. (Mel Gorman and Andy Whitcroft, "The What,
 * The Why and the Where To of Anti-Fragmentation", OLS 2006; Linux has the two
 * indices in debugfs, extfrag/unusable_index and extfrag/extfrag_index)
 *
 * Nothing here sleeps or takes a lock; a snapshot is consistent in itself.
 */
#ifndef MM_FRAGMENTATION_H
#define MM_FRAGMENTATION_H

#include <mm/mmzone.h>

/* Free blocks on the zone's list of that order and type, by walking it. */
unsigned long nr_free_blocks(const struct zone *zone, unsigned int order,
			     enum migratetype type);

/* How many of the zone's pageblocks have each type. Blocks without a struct page
 * are left out; one that spans a border counts for the zone of its first frame. */
void count_pageblocks(const struct zone *zone, unsigned long blocks[MIGRATE_TYPES]);

/* A zone's free memory with regard to an order. */
struct contig_page_info {
	unsigned long free_pages;
	unsigned long free_blocks_total;    /* of any order */
	unsigned long free_blocks_suitable; /* of that order, larger ones cut up */
};
void fill_contig_page_info(const struct zone *zone, unsigned int suitable_order,
			   struct contig_page_info *info);

/* Both in thousandths. */
#define INDEX_UNIT 1000

/*
 * Unusable free space index: the part of free memory that lies in blocks too
 * small for the order. 0: all of it can be used; 1000: none, or none is free.
 */
int unusable_free_index(unsigned int order, const struct contig_page_info *info);

/*
 * Fragmentation index: why an allocation of that order fails. Towards 0: memory
 * is short, reclaim helps; towards 1000: what is free is in pieces, compaction
 * would help. -1000: it does not fail. 0 also when nothing at all is free.
 */
int fragmentation_index(unsigned int order, const struct contig_page_info *info);

#endif
