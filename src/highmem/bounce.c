/*
 * Bounce buffers: see mm/bounce.h. A bounce page remembers what it stands for in
 * its own struct page, which is its owner's: mapping says that it is one, private
 * the page, index the bytes and the direction. So a mapping takes no other memory, and
 * what a device is done with is found by its address.
 *
 * Behind the page allocator is a pool, as in Linux's mempool: BOUNCE_POOL_SIZE
 * pages of ZONE_DMA that were taken at boot. Memory is written out in order to be
 * freed; if writing needed memory that cannot be had, nothing would go on. A page that
 * comes back fills the pool first, whichever page it is.
 *
 * Invariants (bounce_check): the pool's pages and those in use lie below 16 MiB or in
 * lowmem and are marked; with those in use, each zone's NR_BOUNCE is their number.
 */
#include <lib/bug.h>
#include <lib/printk.h>
#include <mm/bounce.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include <sched/wait.h>

/* page.index of a bounce page in use: offset, length - 1, direction. */
#define LEN_SHIFT       PAGE_SHIFT
#define DIRECTION_SHIFT (2 * PAGE_SHIFT)

/* Guarded by bounce_lock, interrupts off: who is done may be a handler. */
static DEFINE_SPINLOCK(bounce_lock);
static LIST_HEAD(pool);   /* pages at hand, by page.lru */
static LIST_HEAD(in_use); /* pages that stand for others, by page.lru */
static unsigned int pool_free;

static DECLARE_WAIT_QUEUE_HEAD(bounce_wait);

/* page.mapping of all of them. */
static void *const bounce_mark = &bounce_wait;

static bool is_bounce(const struct page *page)
{
	return page->mapping == bounce_mark;
}

/* ---- The pool ---- */

/* The best zone that lies below the limit as a whole. */
static gfp_t zone_below(unsigned long limit_pfn)
{
	const struct zone *normal = &contig_page_data.node_zones[ZONE_NORMAL];

	return populated_zone(normal) && zone_end_pfn(normal) <= limit_pfn ? 0 : GFP_DMA;
}

static struct page *take_from_pool(void)
{
	struct page *page = NULL;
	unsigned long flags;

	spin_lock_irqsave(&bounce_lock, flags);
	if (pool_free) {
		page = list_first_entry(&pool, struct page, lru);
		list_del(&page->lru);
		pool_free--;
	}
	spin_unlock_irqrestore(&bounce_lock, flags);
	return page;
}

static struct page *try_to_take(unsigned long limit_pfn)
{
	struct page *page = alloc_page(zone_below(limit_pfn) | __GFP_NOWARN);

	return page ? page : take_from_pool();
}

/* One wake-up is sent for each page that comes back; who took its page elsewhere
 * passes it on. */
static struct page *wait_for_page(unsigned long limit_pfn)
{
	struct page *page;
	DEFINE_WAIT(wait);

	for (;;) {
		prepare_to_wait_exclusive(&bounce_wait, &wait, TASK_UNINTERRUPTIBLE);
		page = try_to_take(limit_pfn);
		if (page)
			break;
		schedule();
	}
	finish_wait(&bounce_wait, &wait);
	if (bounce_pool_free())
		wake_up(&bounce_wait);
	return page;
}

static void give_to_pool(struct page *page)
{
	unsigned long flags;
	bool kept;

	spin_lock_irqsave(&bounce_lock, flags);
	kept = pool_free < BOUNCE_POOL_SIZE;
	if (kept) {
		list_add(&page->lru, &pool);
		pool_free++;
	}
	spin_unlock_irqrestore(&bounce_lock, flags);
	if (!kept) {
		page->mapping = NULL;
		__free_page(page);
	}
	wake_up(&bounce_wait);
}

/* ---- A bounce page and what it stands for ---- */

static unsigned int bounce_offset(const struct page *bounce)
{
	return (unsigned int)(bounce->index & ~PAGE_MASK);
}

static unsigned int bounce_len(const struct page *bounce)
{
	return (unsigned int)((bounce->index >> LEN_SHIFT) & ~PAGE_MASK) + 1;
}

static enum dma_data_direction bounce_direction(const struct page *bounce)
{
	return (enum dma_data_direction)(bounce->index >> DIRECTION_SHIFT);
}

static struct page *bounced_page(const struct page *bounce)
{
	return (struct page *)bounce->private;
}

static void copy(const struct page *bounce, struct page *to, struct page *from)
{
	unsigned int offset = bounce_offset(bounce), len = bounce_len(bounce);
	/* LAB 7.5 BEGIN
	 * Copy these bytes; either page may be highmem.
	 * START WITH
	 *
	 *	(void)offset;
	 *	(void)len;
	 *	(void)to;
	 *	(void)from;
	 */
	u8 *target = kmap_atomic(to), *source = kmap_atomic(from);

	memcpy(target + offset, source + offset, len);
	kunmap_atomic(source);
	kunmap_atomic(target);
	/* LAB 7.5 END */
}

static void copy_to_bounce(struct page *bounce)
{
	copy(bounce, bounce, bounced_page(bounce));
}

static void copy_from_bounce(struct page *bounce)
{
	copy(bounce, bounced_page(bounce), bounce);
}

static void account(struct page *bounce, bool used)
{
	unsigned long flags;

	spin_lock_irqsave(&bounce_lock, flags);
	if (used) {
		list_add(&bounce->lru, &in_use);
		page_zone(bounce)->vm_stat[NR_BOUNCE]++;
	} else {
		list_del(&bounce->lru);
		page_zone(bounce)->vm_stat[NR_BOUNCE]--;
	}
	spin_unlock_irqrestore(&bounce_lock, flags);
}

/* The bounce page of a mapping; NULL if there is none. */
static struct page *find_bounce(const struct page *page, phys_addr_t address)
{
	unsigned long pfn = PFN_DOWN(address);
	struct page *bounce;

	if (pfn == page_to_pfn(page))
		return NULL;
	if (!pfn_valid(pfn))
		panic("bounce: nothing is mapped at %#llx", (unsigned long long)address);
	bounce = pfn_to_page(pfn);
	if (!is_bounce(bounce) || bounced_page(bounce) != page ||
	    bounce_offset(bounce) != (address & ~PAGE_MASK))
		panic("bounce: %#llx does not stand for frame %#lx",
		      (unsigned long long)address, page_to_pfn(page));
	return bounce;
}

/* ---- The interface ---- */

phys_addr_t bounce_map(struct page *page, unsigned int offset, unsigned int len,
		       enum dma_data_direction direction, unsigned long limit_pfn,
		       gfp_t gfp)
{
	struct page *bounce;

	might_sleep_if(gfp & __GFP_WAIT);
	check_in_page(offset, len);
	BUG_ON(!len || limit_pfn < BOUNCE_ISA);
	if (page_to_pfn(page) < limit_pfn)
		return page_to_phys(page) + offset;
	bounce = try_to_take(limit_pfn);
	if (!bounce && gfp & __GFP_WAIT)
		bounce = wait_for_page(limit_pfn);
	if (!bounce)
		return BOUNCE_NONE;
	bounce->mapping = bounce_mark;
	bounce->private = (unsigned long)page;
	bounce->index = offset | (unsigned long)(len - 1) << LEN_SHIFT |
			(unsigned long)direction << DIRECTION_SHIFT;
	account(bounce, true);
	/* LAB 7.5 BEGIN
	 * Copy, if the device reads it.
	 * START WITH
	 *	copy_to_bounce(bounce);
	 */
	if (direction != DMA_FROM_DEVICE)
		copy_to_bounce(bounce);
	/* LAB 7.5 END */
	return page_to_phys(bounce) + offset;
}

void bounce_unmap(struct page *page, phys_addr_t address)
{
	struct page *bounce = find_bounce(page, address);

	if (!bounce)
		return;
	/* LAB 7.5 BEGIN
	 * Copy back, if the device has written it.
	 * START WITH
	 *	(void)bounce_direction;
	 *	copy_from_bounce(bounce);
	 */
	if (bounce_direction(bounce) != DMA_TO_DEVICE)
		copy_from_bounce(bounce);
	/* LAB 7.5 END */
	account(bounce, false);
	bounce->private = 0;
	bounce->index = 0;
	give_to_pool(bounce);
}

void bounce_sync_for_device(struct page *page, phys_addr_t address)
{
	struct page *bounce = find_bounce(page, address);

	if (bounce)
		copy_to_bounce(bounce);
}

void bounce_sync_for_cpu(struct page *page, phys_addr_t address)
{
	struct page *bounce = find_bounce(page, address);

	if (bounce)
		copy_from_bounce(bounce);
}

unsigned int bounce_pool_free(void)
{
	return READ_ONCE(pool_free);
}

unsigned long nr_bounce_pages(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone (zone)
		pages += zone_page_state(zone, NR_BOUNCE);
	return pages;
}

void __init bounce_init(void)
{
	INIT_LIST_HEAD(&pool);
	INIT_LIST_HEAD(&in_use);
	for (pool_free = 0; pool_free < BOUNCE_POOL_SIZE; pool_free++) {
		struct page *page = alloc_page(GFP_KERNEL | GFP_DMA | __GFP_NOFAIL);

		page->mapping = bounce_mark;
		list_add(&page->lru, &pool);
	}
}

/* ---- The checker ---- */

static unsigned int violation(const struct page *page, const char *what)
{
	pr_err("bounce: page frame %#lx %s\n", page_to_pfn(page), what);
	return 1;
}

static unsigned int check_list(struct list_head *list, bool used, unsigned int *nr)
{
	unsigned int violations = 0;
	struct page *page;

	*nr = 0;
	list_for_each_entry (page, list, lru) {
		(*nr)++;
		if (!is_bounce(page))
			violations += violation(page, "is not marked");
		if (PageHighMem(page))
			violations += violation(page, "is in highmem");
		if (!!page->private != used)
			violations += violation(page, used ? "stands for nothing"
							   : "stands for a page");
	}
	return violations;
}

unsigned int bounce_check(void)
{
	unsigned int violations, nr_pool, nr_used;
	unsigned long flags;

	spin_lock_irqsave(&bounce_lock, flags);
	violations = check_list(&pool, false, &nr_pool);
	violations += check_list(&in_use, true, &nr_used);
	if (nr_pool != pool_free || nr_used != nr_bounce_pages()) {
		pr_err("bounce: %u in the pool, %u counted; %u in use, %lu counted\n",
		       nr_pool, pool_free, nr_used, nr_bounce_pages());
		violations++;
	}
	spin_unlock_irqrestore(&bounce_lock, flags);
	return violations;
}
