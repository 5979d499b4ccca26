/*
 * Bounce buffers: a device that reaches only the frames below a limit is given a
 * page of those, and the CPU copies. (Gorman ch. 9, "Bounce Buffers" and
 * "Emergency Pools"; Linux 2.6.24: mm/bounce.c, include/linux/dma-mapping.h)
 *
 * Linux bounces a whole request of a block device; there are none here, so the
 * unit is a piece of a page, and the names are those of the DMA interface.
 */
#ifndef MM_BOUNCE_H
#define MM_BOUNCE_H

#include <mm/mmzone.h>

/* Who writes while the buffer is mapped. */
enum dma_data_direction {
	DMA_BIDIRECTIONAL,
	DMA_TO_DEVICE,   /* the CPU has written, the device reads */
	DMA_FROM_DEVICE, /* the device writes */
};

/* Pages kept for when the allocator has none; 2.6.24's ISA_POOL_SIZE. */
#define BOUNCE_POOL_SIZE 16

/* The first frame that an ISA device does not reach: the lowest limit there is. */
#define BOUNCE_ISA PFN_DOWN(MAX_DMA_ADDRESS)

/* No address: there was no page and gfp did not allow waiting. */
#define BOUNCE_NONE ((phys_addr_t)-1)

/*
 * A physical address at which a device that reaches the frames below limit_pfn
 * (BOUNCE_ISA or more) finds the bytes [offset, offset + len) of page, len not 0.
 * The page's own where that is below the limit; else a bounce page's, filled unless the
 * direction is DMA_FROM_DEVICE.
 *
 * With __GFP_WAIT it may sleep, and never fails: when the allocator and the pool
 * are empty it waits for a bounce page that comes back. So somebody must be able to
 * finish without mapping more. Without it (GFP_ATOMIC) it may be called anywhere and
 * can return BOUNCE_NONE. Other flags are not looked at.
 */
phys_addr_t bounce_map(struct page *page, unsigned int offset, unsigned int len,
		       enum dma_data_direction direction, unsigned long limit_pfn,
		       gfp_t gfp);

/*
 * The device is done: unless the direction was DMA_TO_DEVICE the bytes are copied
 * back; the bounce page is given back. Any context. Takes what bounce_map took and
 * returned; a page and address that do not belong together are a BUG.
 */
void bounce_unmap(struct page *page, phys_addr_t address);

/* In between: bring the CPU's bytes to the device, or the device's to the CPU. Any
 * context; nothing to do where nothing is bounced. */
void bounce_sync_for_device(struct page *page, phys_addr_t address);
void bounce_sync_for_cpu(struct page *page, phys_addr_t address);

/* Pages in the pool that are not lent. */
unsigned int bounce_pool_free(void);

/* Bounce pages in use, in all zones: /proc/meminfo's Bounce. */
unsigned long nr_bounce_pages(void);

/* Fill the pool. Boot only, with the page allocator; panics if it cannot. */
void bounce_init(void);

/* Verify pool, list of mappings and counts; returns the violations, each printed. */
unsigned int bounce_check(void);

#endif
