/*
 * Slabs come from the page allocator and go back to it.
 *
 * A new slab is one chain of free objects, in the order of their addresses. Empty
 * slabs are kept, up to min_partial slabs on the partial list, since the next
 * allocation is likely to want one; the shrinker gives them up when memory is
 * short, and kmem_cache_shrink at any time.
 */
#include "internal.h"

#define SHRINK_BUCKETS 32 /* slabs with 1, 2, ... free objects are sorted */

/* ---- One slab ---- */

static struct page *alloc_slab(struct kmem_cache *cache, gfp_t gfp)
{
	/* The larger slab is a wish, nothing to reclaim or to complain for. */
	gfp_t wish = (gfp | __GFP_NOWARN | __GFP_NORETRY) & ~__GFP_NOFAIL;
	struct page *page;

	if (cache->oo.order > cache->min.order) {
		page = slab_alloc_pages(cache->flags, wish, cache->oo.order);
		if (page) {
			page->objects = (u16)(cache->oo.objects & MAX_OBJECTS);
			return page;
		}
	}
	page = slab_alloc_pages(cache->flags, gfp, cache->min.order);
	if (page)
		page->objects = (u16)(cache->min.objects & MAX_OBJECTS);
	return page;
}

/* Chain all objects, and let the constructor at them. */
static void init_objects(struct kmem_cache *cache, struct page *page)
{
	char *object = slab_object(cache, page, 0);

	page->freelist = object;
	for (unsigned int left = page->objects; left; left--) {
		char *next = left > 1 ? object + cache->size : NULL;

		if (unlikely(cache->ctor))
			cache->ctor(object);
		set_freepointer(cache, object, next);
		object = next;
	}
}

struct page *slub_new_slab(struct kmem_cache *cache, gfp_t gfp)
{
	struct page *page = alloc_slab(cache, gfp);

	if (!page)
		return NULL;
	page->slab = cache;
	page->inuse = 0;
	page->frozen = 0;
	if (unlikely(slub_debugged(cache)))
		slub_debug_new_slab(cache, page);
	init_objects(cache, page);
	return page;
}

void slub_discard(struct kmem_cache *cache, struct page *page)
{
	cache->node.nr_slabs--;
	page->_mapcount = -1;
	page->freelist = NULL;
	slab_free_pages(cache->flags, page, compound_order(page));
}

/* ---- Shrinking ---- */

/* Interrupts off. How many pages. */
static unsigned long discard_empty(struct kmem_cache *cache)
{
	unsigned long pages = 0;
	struct page *page, *next;

	list_for_each_entry_safe (page, next, &cache->node.partial, lru) {
		if (page->inuse)
			continue;
		pages += slab_pages(page);
		slub_remove_partial(cache, page);
		slub_discard(cache, page);
	}
	return pages;
}

/* Put the fullest slabs first: they become full, and the others may run empty. */
static void sort_partial(struct kmem_cache *cache)
{
	struct list_head buckets[SHRINK_BUCKETS];
	struct page *page, *next;

	for (unsigned int i = 0; i < SHRINK_BUCKETS; i++)
		INIT_LIST_HEAD(&buckets[i]);
	list_for_each_entry_safe (page, next, &cache->node.partial, lru) {
		unsigned int nr_free = (unsigned int)page->objects - page->inuse;

		if (nr_free <= SHRINK_BUCKETS)
			list_move_tail(&page->lru, &buckets[nr_free - 1]);
	}
	for (unsigned int i = SHRINK_BUCKETS; i-- > 0;)
		list_splice(&buckets[i], &cache->node.partial);
}

unsigned long kmem_cache_shrink(struct kmem_cache *cache)
{
	unsigned long flags, pages;

	local_irq_save(flags);
	slub_flush_cpu(cache);
	pages = discard_empty(cache);
	sort_partial(cache);
	local_irq_restore(flags);
	return pages;
}

static unsigned long empty_pages(struct kmem_cache *cache)
{
	const struct page *page = get_cpu_slab(cache)->page;
	unsigned long pages = 0;

	if (page && slub_nr_free(cache, get_cpu_slab(cache)->freelist) == page->objects)
		pages += slab_pages(page);
	list_for_each_entry (page, &cache->node.partial, lru)
		if (!page->inuse)
			pages += slab_pages(page);
	return pages;
}

/* Pages in empty slabs of all caches. */
static unsigned long count_empty(struct shrinker *shrinker, gfp_t gfp)
{
	struct kmem_cache *cache;
	unsigned long flags, pages = 0;

	(void)shrinker;
	(void)gfp;
	spin_lock(&cache_chain_lock);
	list_for_each_entry (cache, &slab_caches, list) {
		local_irq_save(flags);
		pages += empty_pages(cache);
		local_irq_restore(flags);
	}
	spin_unlock(&cache_chain_lock);
	return pages;
}

static unsigned long shrink_caches(struct shrinker *shrinker, unsigned long nr,
                                   gfp_t gfp)
{
	struct kmem_cache *cache;
	unsigned long pages = 0;

	(void)shrinker;
	(void)gfp;
	spin_lock(&cache_chain_lock);
	list_for_each_entry (cache, &slab_caches, list) {
		if (pages >= nr)
			break;
		pages += kmem_cache_shrink(cache);
	}
	spin_unlock(&cache_chain_lock);
	return pages;
}

struct shrinker slub_shrinker = {.count = count_empty, .scan = shrink_caches};

void slub_shrinker_init(void)
{
	static bool registered;

	if (!registered)
		register_shrinker(&slub_shrinker);
	registered = true;
}
