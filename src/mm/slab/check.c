/*
 * SLAB's checker. What must hold, of every cache:
 *
 * - a slab is on the list that its count says; full, partial or free;
 * - its free list names each free object once, and as many as the count leaves;
 * - its pages are marked, name the cache and the slab, and its objects begin at one
 *   of the cache's colours;
 * - an object in an array is one of the cache's, handed out by its slab, and in one
 *   array once;
 * - the lists' count of free objects is what the slabs add up to;
 * - with debugging, the red zones of all objects and the poison of free ones hold.
 */
#include "internal.h"

#include <lib/printk.h>
#include <lib/string.h>
#include <lib/vsprintf.h>

#define WRONG_MAX 128

static unsigned int __printf(2, 3)
    wrong(const struct kmem_cache *cache, const char *fmt, ...)
{
	char text[WRONG_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	pr_err("slab_check: %s: %s\n", cache->name, text);
	return 1;
}

/* ---- Objects in arrays: marked, so that the slabs' walk sees them ---- */

/* The bufctl entry of an object of this cache, NULL if it is none. */
static kmem_bufctl_t *entry_of(const struct kmem_cache *cache, void *object)
{
	struct slab *slab;
	struct page *head;
	unsigned int n;

	if (!slab_address_ok(object))
		return NULL;
	head = virt_to_page(object);
	if (!PageSlab(head) || page_get_cache(head) != cache)
		return NULL;
	slab = page_get_slab(head);
	n = obj_to_index(cache, slab, object);
	if (n >= cache->g.num || index_to_obj(cache, slab, n) != object)
		return NULL;
	return &slab_bufctl(slab)[n];
}

static unsigned int mark_array(struct kmem_cache *cache, const struct array_cache *ac)
{
	unsigned int violations = 0;

	if (ac->avail > ac->limit)
		return wrong(cache, "%u objects in an array of %u", ac->avail,
		             ac->limit);
	for (unsigned int i = 0; i < ac->avail; i++) {
		kmem_bufctl_t *entry = entry_of(cache, ac->entry[i]);

		if (entry && *entry == BUFCTL_ACTIVE)
			*entry = BUFCTL_CACHED;
		else
			violations += wrong(cache, "0x%08lx in an array %s",
			                    (unsigned long)ac->entry[i],
			                    !entry ? "is no object of it"
			                    : *entry == BUFCTL_CACHED
			                        ? "lies in an array a second time"
			                        : "is free in its slab");
	}
	return violations;
}

static void unmark_array(struct kmem_cache *cache, const struct array_cache *ac)
{
	for (unsigned int i = 0; ac && i < min(ac->avail, ac->limit); i++) {
		kmem_bufctl_t *entry = entry_of(cache, ac->entry[i]);

		if (entry && *entry == BUFCTL_CACHED)
			*entry = BUFCTL_ACTIVE;
	}
}

static unsigned int mark_arrays(struct kmem_cache *cache)
{
	unsigned int violations = 0;

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		const struct array_cache *ac = cache->array[cpu];

		violations += mark_array(cache, ac);
		if (!ac->batchcount || ac->batchcount > max(ac->limit, 1U))
			violations += wrong(cache, "batchcount %u, limit %u",
			                    ac->batchcount, ac->limit);
	}
	if (cache->lists.shared)
		violations += mark_array(cache, cache->lists.shared);
	return violations;
}

static void unmark_arrays(struct kmem_cache *cache)
{
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		unmark_array(cache, cache->array[cpu]);
	unmark_array(cache, cache->lists.shared);
}

/* ---- Slabs ---- */

static bool pages_are_marked(const struct kmem_cache *cache, const struct slab *slab)
{
	const struct page *head = virt_to_page(slab_start(cache, slab));

	for (unsigned long i = 0; i < 1UL << cache->g.gfporder; i++)
		if (!PageSlab(head + i) || page_get_cache(head + i) != cache ||
		    page_get_slab(head + i) != slab)
			return false;
	return compound_order(head) == cache->g.gfporder;
}

static unsigned int check_place(const struct kmem_cache *cache, const struct slab *slab)
{
	const struct slab_geometry *g = &cache->g;
	unsigned int front = g->off_slab ? 0 : g->slab_size;
	unsigned int colour = (unsigned int)slab->colouroff - front;

	if (!IS_ALIGNED((unsigned long)slab_start(cache, slab), PAGE_SIZE << g->gfporder) ||
	    !pages_are_marked(cache, slab))
		return wrong(cache, "slab 0x%08lx is not what its pages say",
		             (unsigned long)slab);
	if (colour % g->colour_off || colour > g->left_over ||
	    (colour && colour / g->colour_off >= g->colour))
		return wrong(cache, "slab 0x%08lx has the colour %u",
		             (unsigned long)slab, colour);
	return 0;
}

/* Whether the free list ends after as many objects as the count leaves. Each
 * entry on it is in range, so it cannot hold one twice and end. */
static bool free_list_is_sound(const struct kmem_cache *cache, struct slab *slab)
{
	kmem_bufctl_t n = slab->free;
	unsigned int free = 0;

	while (n < cache->g.num && free <= cache->g.num) {
		n = slab_bufctl(slab)[n];
		free++;
	}
	return n == BUFCTL_END && free == cache->g.num - slab->inuse;
}

static unsigned int check_objects(const struct kmem_cache *cache, struct slab *slab)
{
	unsigned int violations = 0, out = 0;

	for (unsigned int n = 0; n < cache->g.num; n++) {
		kmem_bufctl_t state = slab_bufctl(slab)[n];
		void *object = index_to_obj(cache, slab, n);
		const char *what;
		long offset;

		out += state == BUFCTL_ACTIVE || state == BUFCTL_CACHED;
		what =
		    slab_object_wrong(cache, object, state == BUFCTL_ACTIVE, &offset);
		if (what)
			violations += wrong(cache, "object 0x%08lx: %s, offset %ld",
			                    (unsigned long)object, what, offset);
	}
	if (out != slab->inuse)
		violations += wrong(cache, "slab 0x%08lx: %u objects out, %u counted",
		                    (unsigned long)slab, out, slab->inuse);
	return violations;
}

static unsigned int check_list(const struct kmem_cache *cache, struct list_head *slabs,
                               const char *name, unsigned long *free)
{
	unsigned int num = cache->g.num, violations = 0;
	struct slab *slab;

	list_for_each_entry (slab, slabs, list) {
		const char *belongs = !slab->inuse        ? "free"
		                      : slab->inuse < num ? "partial"
		                                          : "full";

		if (strcmp(belongs, name) != 0)
			violations += wrong(
			    cache, "slab 0x%08lx, %u of %u in use, is on the list %s",
			    (unsigned long)slab, slab->inuse, num, name);
		violations += check_place(cache, slab);
		if (!free_list_is_sound(cache, slab))
			violations +=
			    wrong(cache, "slab 0x%08lx: its free list is corrupt",
			          (unsigned long)slab);
		violations += check_objects(cache, slab);
		*free += num - slab->inuse;
	}
	return violations;
}

static unsigned int check_cache(struct kmem_cache *cache)
{
	struct kmem_list3 *lists = &cache->lists;
	unsigned int violations = mark_arrays(cache);
	unsigned long free = 0;

	violations += check_list(cache, &lists->slabs_full, "full", &free);
	violations += check_list(cache, &lists->slabs_partial, "partial", &free);
	violations += check_list(cache, &lists->slabs_free, "free", &free);
	unmark_arrays(cache);
	if (free != lists->free_objects)
		violations += wrong(cache, "%lu free objects found, %lu counted", free,
		                    lists->free_objects);
	return violations;
}

unsigned int slab_check(void)
{
	unsigned long pages, bytes, irq;
	unsigned int violations = 0;
	struct kmem_cache *cache;

	local_irq_save(irq);
	for_each_cache (cache) {
		violations += check_cache(cache);
	}
	slab_totals(&pages, &bytes);
	if (pages != slab_nr_pages(false) + slab_nr_pages(true)) {
		pr_err("slab_check: %lu pages found, %lu counted\n", pages,
		       slab_nr_pages(false) + slab_nr_pages(true));
		violations++;
	}
	local_irq_restore(irq);
	return violations;
}
