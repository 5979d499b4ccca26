/*
 * What a reporter, a test or a curious person may know of a cache, and the checker.
 *
 * Objects in a CPU's free list are free, though page->inuse counts them: the
 * numbers here are those of objects that somebody holds.
 *
 * Invariants of a cache, which slab_check verifies:
 *  - every slab is on exactly one list or frozen, and nr_slabs, nr_partial count;
 *  - its page is marked, names the cache, and has room for its objects;
 *  - its free list has objects - inuse different objects of it;
 *  - on the full list none is free, on the partial list at least one is;
 *  - the frozen slab has inuse == objects and an empty list of its own;
 *  - with debugging: what is around each object is as it was written.
 */
#include "internal.h"

#include <lib/errno.h>
#include <lib/printk.h>

/* ---- Numbers ---- */

struct sums {
	struct kmem_cache *cache;
	struct slabinfo *info;
	unsigned long pages;
};

static void add_slab(const struct slab_view *view, void *arg)
{
	struct sums *sums = arg;

	sums->info->num_slabs++;
	sums->info->active_slabs += view->inuse != 0;
	sums->info->num_objs += view->objects;
	sums->info->active_objs += view->inuse;
	sums->pages += slab_pages(view->handle);
}

void get_slabinfo(struct kmem_cache *cache, struct slabinfo *info)
{
	struct sums sums = {.cache = cache, .info = info};

	*info = (struct slabinfo){.object_size = cache->size,
	                          .objects_per_slab = cache->oo.objects,
	                          .pages_per_slab = 1U << cache->oo.order};
	kmem_cache_for_each_slab(cache, add_slab, &sums);
}

void slab_totals(unsigned long *pages, unsigned long *bytes_in_use)
{
	struct kmem_cache *cache;

	*pages = *bytes_in_use = 0;
	spin_lock(&cache_chain_lock);
	list_for_each_entry (cache, &slab_caches, list) {
		struct slabinfo info = {0};
		struct sums sums = {.cache = cache, .info = &info};

		kmem_cache_for_each_slab(cache, add_slab, &sums);
		*pages += sums.pages;
		*bytes_in_use += info.active_objs * cache->objsize;
	}
	spin_unlock(&cache_chain_lock);
}

int slabinfo_tune(struct kmem_cache *cache, int limit, int batchcount, int shared)
{
	(void)cache;
	if (limit < 1 || batchcount < 1 || batchcount > limit || shared < 0)
		return -EINVAL;
	return -ENOSYS; /* there are no queues */
}

struct kmem_cache *kmem_cache_next(const struct kmem_cache *last)
{
	const struct list_head *next = last ? last->list.next : slab_caches.next;

	return next == &slab_caches ? NULL : list_entry(next, struct kmem_cache, list);
}

/* ---- Slabs ---- */

static struct slab_view view_of(struct kmem_cache *cache, const struct page *page,
                                const char *list)
{
	return (struct slab_view){
	    .page_address = (unsigned long)lowmem_page_address(page),
	    .colour_offset = cache->red_left,
	    .objects = page->objects,
	    .inuse = page->inuse,
	    .list = page->inuse ? list : "free",
	    .handle = page,
	};
}

void kmem_cache_for_each_slab(struct kmem_cache *cache,
                              void (*fn)(const struct slab_view *slab, void *arg),
                              void *arg)
{
	const struct kmem_cache_cpu *c;
	const struct page *page;
	struct slab_view view;
	unsigned long flags;

	local_irq_save(flags);
	c = get_cpu_slab(cache);
	page = c->page;
	if (page) {
		view = view_of(cache, page, "cpu");
		view.inuse -= slub_nr_free(cache, c->freelist);
		fn(&view, arg);
	}
	list_for_each_entry (page, &cache->node.partial, lru) {
		view = view_of(cache, page, "partial");
		fn(&view, arg);
	}
	list_for_each_entry (page, &cache->node.full, lru) {
		view = view_of(cache, page, "full");
		fn(&view, arg);
	}
	local_irq_restore(flags);
}

enum object_state slab_object_state(struct kmem_cache *cache,
                                    const struct slab_view *slab, unsigned int n)
{
	const struct page *page = slab->handle;
	bool on_cpu;

	if (!slub_is_free(cache, page, slab_object(cache, page, n), &on_cpu))
		return OBJECT_USED;
	return on_cpu ? OBJECT_CACHED : OBJECT_FREE;
}

/* ---- The checker ---- */

/* How many objects a free list has; MAX_OBJECTS + 1 if it leads out of the slab or
 * back to where it was. */
static unsigned int list_length(const struct kmem_cache *cache, const struct page *page,
                                const void *object)
{
	unsigned int nr = 0;

	for (; object; object = get_freepointer(cache, object))
		if (!slub_valid_pointer(cache, page, object) || nr++ >= page->objects)
			return MAX_OBJECTS + 1;
	return nr;
}

static bool fits(const struct page *page, const struct slab_order *oo)
{
	return compound_order(page) == oo->order && page->objects == oo->objects;
}

static const char *slab_is_wrong(struct kmem_cache *cache, const struct page *page)
{
	unsigned int nr_free;

	if (!PageSlab(page) || PageTail(page))
		return "is not marked as one";
	if (page->slab != cache)
		return "belongs to another cache";
	if (!fits(page, &cache->oo) && !fits(page, &cache->min))
		return "has another size than the cache's";
	if (page->inuse > page->objects)
		return "has more objects in use than there are";
	nr_free = list_length(cache, page, page->freelist);
	if (nr_free > MAX_OBJECTS)
		return "has a free list that leads astray";
	if (nr_free != (unsigned int)page->objects - page->inuse)
		return "has more or fewer free objects than counted";
	return NULL;
}

static unsigned int complain(const struct kmem_cache *cache, const struct page *page,
                             const char *why)
{
	pr_err("slab_check: %s: slab 0x%08lx %s\n", cache->name,
	       (unsigned long)lowmem_page_address(page), why);
	return 1;
}

static unsigned int check_slab(struct kmem_cache *cache, struct page *page, bool frozen,
                               bool full)
{
	const char *why = slab_is_wrong(cache, page);

	if (why)
		return complain(cache, page, why);
	if (page->frozen != frozen)
		return complain(cache, page, "is frozen and on a list, or neither");
	if (full != (page->inuse == page->objects))
		return complain(cache, page, "is on the wrong list");
	return slub_debugged(cache) ? slub_debug_check(cache, page) : 0;
}

static unsigned int check_list(struct kmem_cache *cache, const struct list_head *list,
                               unsigned long *nr)
{
	unsigned int violations = 0;
	struct page *page;

	list_for_each_entry (page, list, lru) {
		violations += check_slab(cache, page, false, list == &cache->node.full);
		if (++*nr > cache->node.nr_slabs)
			break; /* a ring that never comes back, perhaps */
	}
	return violations;
}

static unsigned int check_cpu_slab(struct kmem_cache *cache, unsigned long *nr)
{
	struct kmem_cache_cpu *c = get_cpu_slab(cache);

	if (!c->page) {
		if (!c->freelist)
			return 0;
		pr_err("slab_check: %s: a CPU has free objects of no slab\n",
		       cache->name);
		return 1;
	}
	++*nr;
	if (list_length(cache, c->page, c->freelist) > MAX_OBJECTS)
		return complain(cache, c->page, "has a CPU list that leads astray");
	return check_slab(cache, c->page, true, true);
}

static unsigned int check_cache(struct kmem_cache *cache)
{
	unsigned long nr_partial = 0, nr = 0;
	unsigned int violations;

	violations = check_list(cache, &cache->node.partial, &nr_partial);
	violations += check_list(cache, &cache->node.full, &nr);
	violations += check_cpu_slab(cache, &nr);
	nr += nr_partial;
	if (nr_partial != cache->node.nr_partial || nr != cache->node.nr_slabs) {
		pr_err("slab_check: %s: %lu partial slabs of %lu found, %lu of %lu "
		       "counted\n",
		       cache->name, nr_partial, nr, cache->node.nr_partial,
		       cache->node.nr_slabs);
		violations++;
	}
	return violations;
}

unsigned int slab_check(void)
{
	unsigned int violations = 0;
	struct kmem_cache *cache;
	unsigned long flags;

	local_irq_save(flags);
	list_for_each_entry (cache, &slab_caches, list)
		violations += check_cache(cache);
	local_irq_restore(flags);
	return violations;
}
