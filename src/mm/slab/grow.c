/*
 * Slabs come and go. A cache that has no free object left asks the page allocator
 * for the pages of one more slab, moves the objects in it by the next colour and runs
 * the constructor on each; slabs.c links them up. (Gorman ch. 8.2.2 to 8.2.6)
 *
 * While pages are asked for, interrupts are as the caller of kmem_cache_alloc had
 * them, whatever the mask says: with __GFP_WAIT that call may sleep, and without
 * it there is no reason to make an interrupt wait. (Linux turns them on for
 * __GFP_WAIT, off for the rest.)
 *
 * Colours exist because slabs are aligned to pages: without them the n-th object
 * of every slab would compete for the same lines of the CPU's cache. See
 * docs/slab.md, where it is measured.
 */
#include "internal.h"

/* Interrupts off. Where the objects of the next slab begin. */
static unsigned int next_colour(struct kmem_cache *cache)
{
	/* LAB 6.3 BEGIN
	 * In bytes: the colour whose turn it is, times colour_off. Then it is the next one's
	 * turn, after the last one the first one's; with 0 colours always the first one's.
	 * START WITH
	 *	(void)cache;
	 *	return 0;
	 */
	unsigned int colour = cache->lists.colour_next++;

	if (cache->lists.colour_next >= cache->g.colour)
		cache->lists.colour_next = 0;
	return colour * cache->g.colour_off;
	/* LAB 6.3 END */
}

/* The descriptor's place: in front of the objects, or wherever kmalloc has one. */
static struct slab *alloc_descriptor(struct kmem_cache *cache, char *pages,
                                     unsigned int colour, gfp_t gfp)
{
	const gfp_t about_the_pages = __GFP_DMA | __GFP_ZERO | GFP_MOVABLE_MASK;
	struct slab *slab;

	/* LAB 6.3 BEGIN
	 * The slab begins with so many bytes of colour. Then follow the descriptor, unless
	 * slabp_cache has one, and the first buffer, colouroff bytes from pages on.
	 * START WITH
	 *	(void)colour;
	 *	if (!cache->slabp_cache) {
	 *		slab = (struct slab *)(void *)pages;
	 *		slab->colouroff = cache->g.slab_size;
	 *	} else {
	 *		slab = kmem_cache_alloc(cache->slabp_cache, gfp & ~about_the_pages);
	 *		if (!slab)
	 *			return NULL;
	 *		slab->colouroff = 0;
	 *	}
	 */
	if (!cache->slabp_cache) {
		slab = (struct slab *)(void *)(pages + colour);
		slab->colouroff = colour + cache->g.slab_size;
	} else {
		slab = kmem_cache_alloc(cache->slabp_cache, gfp & ~about_the_pages);
		if (!slab)
			return NULL;
		slab->colouroff = colour;
	}
	/* LAB 6.3 END */
	slab->s_mem = pages + slab->colouroff + cache->g.obj_offset;
	slab->inuse = 0;
	slab->free = 0;
	return slab;
}

static void init_objects(struct kmem_cache *cache, struct slab *slab)
{
	const bool debugged = cache->flags & SLAB_DEBUG_FLAGS;

	if (!debugged && !cache->ctor)
		return;
	for (unsigned int n = 0; n < cache->g.num; n++) {
		void *object = index_to_obj(cache, slab, n);

		if (debugged)
			slab_debug_init_object(cache, object);
		if (cache->ctor)
			cache->ctor(object);
	}
}

/* Every page is marked, not the first alone: so a free finds the cache in the page
 * that the object begins in, whichever of the slab's it is. */
static void mark_pages(struct kmem_cache *cache, struct page *head, struct slab *slab)
{
	const struct page *end = head + (1UL << cache->g.gfporder);

	for (struct page *page = head; page < end; page++) {
		page->lru.next = (struct list_head *)(void *)cache;
		page->lru.prev = (struct list_head *)(void *)slab;
		__SetPageSlab(page);
	}
}

/* A late free of an object shall be noticed. slab_free_pages sees to the head. */
static void unmark_pages(struct kmem_cache *cache, struct page *head)
{
	head->lru.next = head->lru.prev = NULL;
	for (unsigned long i = 1; i < 1UL << cache->g.gfporder; i++) {
		head[i].lru.next = head[i].lru.prev = NULL;
		__ClearPageSlab(head + i);
	}
}

static struct slab *new_slab(struct kmem_cache *cache, gfp_t gfp, unsigned int colour)
{
	struct page *head = slab_alloc_pages(cache->flags, gfp, cache->g.gfporder);
	struct slab *slab;

	if (!head)
		return NULL;
	slab = alloc_descriptor(cache, lowmem_page_address(head), colour, gfp);
	if (!slab) {
		slab_free_pages(cache->flags, head, cache->g.gfporder);
		return NULL;
	}
	mark_pages(cache, head, slab);
	init_objects(cache, slab);
	return slab;
}

struct slab *cache_grow(struct kmem_cache *cache, gfp_t gfp, unsigned long irq)
{
	unsigned int colour = next_colour(cache);
	unsigned long ours __unused;
	struct slab *slab;

	local_irq_restore(irq);
	slab = new_slab(cache, gfp, colour);
	local_irq_save(ours);
	return slab;
}

void slab_destroy(struct kmem_cache *cache, struct slab *slab)
{
	struct page *head = virt_to_page(slab_start(cache, slab));

	if (unlikely(cache->flags & SLAB_DEBUG_FLAGS))
		slab_debug_destroy(cache, slab);
	list_del(&slab->list);
	cache->lists.free_objects -= cache->g.num;
	unmark_pages(cache, head);
	slab_free_pages(cache->flags, head, cache->g.gfporder);
	if (cache->slabp_cache)
		kmem_cache_free(cache->slabp_cache, slab);
}

/* The one that was free longest is the last. */
unsigned long drain_freelist(struct kmem_cache *cache, unsigned long max)
{
	struct list_head *free = &cache->lists.slabs_free;
	unsigned long nr = 0;

	while (nr < max && !list_empty(free)) {
		slab_destroy(cache, list_last_entry(free, struct slab, list));
		nr++;
	}
	return nr;
}
