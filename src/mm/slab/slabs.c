/*
 * Between the arrays and the slabs. A slab's free objects are a list of numbers in
 * its bufctl array: taking one is reading where the next one is, giving one back is
 * writing that. What is handed out is marked there, which makes a second free of it
 * visible at this point at the latest.
 *
 * Objects are taken from partial slabs before free ones, so that free ones stay
 * whole and can be given up; a slab that got an object back goes to the end of the
 * partial ones, so that its other objects have most time to come back too. (Gorman
 * ch. 8.2 and 8.3)
 */
#include "internal.h"

#include <lib/string.h>

/* An array that was not in use since it was last looked at is filled by less. */
#define BATCHREFILL_LIMIT 16U

/* ---- Objects and their slab; interrupts off ---- */

/* The first nr objects of the free list; returns the one behind them. */
static noinline kmem_bufctl_t take_listed(const struct kmem_cache *cache, struct slab *slab,
                                 void **entry, unsigned int nr)
{
	kmem_bufctl_t *bufctl = slab_bufctl(slab), n = slab->free;

	for (void **last = entry + nr; entry < last; entry++) {
		kmem_bufctl_t next = bufctl[n];

		bufctl[n] = BUFCTL_ACTIVE;
		*entry = index_to_obj(cache, slab, n);
		n = next;
	}
	return n;
}

/* All objects of a slab, in the order in which they lie: no list to follow. */
static kmem_bufctl_t take_all(const struct kmem_cache *cache, struct slab *slab,
                              void **entry)
{
	const unsigned int num = cache->g.num, size = cache->g.buffer_size;
	kmem_bufctl_t *bufctl = slab_bufctl(slab);
	char *object = slab->s_mem;

	for (unsigned int n = 0; n < num; n++) {
		bufctl[n] = BUFCTL_ACTIVE;
		entry[n] = object;
		object += size;
	}
	return BUFCTL_END;
}

/* Take up to max objects; how many. */
static __always_inline unsigned int take_objects(struct kmem_cache *cache, struct slab *slab,
                                 struct array_cache *ac, unsigned int max)
{
	unsigned int nr = min(max, cache->g.num - slab->inuse);
	void **entry = ac->entry + ac->avail;

	if (unlikely(slab->free >= cache->g.num))
		slab_freelist_corrupt(cache, slab);
	if (nr == cache->g.num)
		slab->free = take_all(cache, slab, entry);
	else
		slab->free = take_listed(cache, slab, entry, nr);
	slab->inuse += nr;
	ac->avail += nr;
	return nr;
}

/* An object came back that its slab did not hand out. */
static noinline __noreturn void bad_return(struct kmem_cache *cache, void *object)
{
	slab_check_pointer(cache, object);
	slab_double_free(cache, object);
}

static struct slab *slab_of(struct kmem_cache *cache, void *object)
{
	const struct page *page = virt_to_page(object);

	if (unlikely(page_get_cache(page) != cache))
		slab_double_free(cache, object); /* its slab is gone */
	return page_get_slab(page);
}

/* Give back as many of the first objects in a row as lie in the slab; returns the
 * first that does not. Neighbours in an array often do. */
static void *const *put_objects(struct kmem_cache *cache, struct slab *slab,
                                void *const *objects, void *const *last)
{
	const char *first = slab->s_mem;
	void *const *object = objects;
	kmem_bufctl_t *bufctl = slab_bufctl(slab), free = slab->free;
	unsigned int nr;

	for (; object < last; object++) {
		u32 offset = (u32)((const char *)*object - first);
		unsigned int n = offset_to_index(cache, offset); /* large if below */

		if (n >= cache->g.num || unlikely(bufctl[n] != BUFCTL_ACTIVE))
			break;
		bufctl[n] = free;
		free = n;
	}
	nr = (unsigned int)(object - objects);
	slab->free = free;
	slab->inuse -= nr;
	cache->lists.free_objects += nr;
	return object;
}

/* ---- Filling and emptying the array; interrupts off ---- */

/* A partial slab before a free one: so free ones stay whole and can be given up.
 * There is a free object. */
static struct slab *first_slab_with_room(struct kmem_list3 *lists)
{
	if (!list_empty(&lists->slabs_partial))
		return list_first_entry(&lists->slabs_partial, struct slab, list);
	lists->free_touched = 1;
	return list_first_entry(&lists->slabs_free, struct slab, list);
}

static inline unsigned int refill_batch(const struct array_cache *ac)
{
	return ac->touched ? ac->batchcount : min(ac->batchcount, BATCHREFILL_LIMIT);
}

/* Where a slab belongs that gave objects. */
static inline struct list_head *list_of(struct kmem_list3 *lists,
                                        const struct slab *slab)
{
	return slab->free == BUFCTL_END ? &lists->slabs_full : &lists->slabs_partial;
}

/* All objects are free, in the order in which they lie. */
static void init_bufctl(struct kmem_cache *cache, struct slab *slab)
{
	kmem_bufctl_t *bufctl = slab_bufctl(slab);
	unsigned int last = cache->g.num - 1;

	for (unsigned int n = 0; n < last; n++)
		bufctl[n] = n + 1;
	bufctl[last] = BUFCTL_END;
}

void file_new_slab(struct kmem_cache *cache, struct array_cache *ac, struct slab *slab)
{
	unsigned int batch = ac->avail ? 0 : refill_batch(ac);
	struct kmem_list3 *lists = &cache->lists;
	struct list_head *list = &lists->slabs_free;

	if (batch < cache->g.num) /* or nothing reads the list before it is made anew */
		init_bufctl(cache, slab);
	if (likely(batch)) {
		take_objects(cache, slab, ac, batch);
		list = list_of(lists, slab);
	}
	list_add_tail(&slab->list, list);
	lists->free_objects += cache->g.num - slab->inuse;
	lists->free_touched = 1;
}

void refill_array(struct kmem_cache *cache, struct array_cache *ac)
{
	struct kmem_list3 *lists = &cache->lists;
	unsigned int batch = refill_batch(ac);

	if (lists->shared && transfer_objects(ac, lists->shared, batch))
		return;
	while (batch && lists->free_objects) {
		struct slab *slab = first_slab_with_room(lists);
		unsigned int nr = take_objects(cache, slab, ac, batch);

		list_move(&slab->list, list_of(lists, slab));
		lists->free_objects -= nr;
		batch -= nr;
	}
}

/* An object came back to the slab: where does it belong now? To the end of the
 * partial ones, so that its other objects get most time to come back too. */
static void file_slab(struct kmem_cache *cache, struct slab *slab)
{
	struct kmem_list3 *lists = &cache->lists;

	if (slab->inuse)
		list_move_tail(&slab->list, &lists->slabs_partial);
	else if (lists->free_objects > lists->free_limit)
		slab_destroy(cache, slab);
	else
		list_move(&slab->list, &lists->slabs_free);
}

void free_block(struct kmem_cache *cache, void *const *objects, unsigned int nr)
{
	void *const *last = objects + nr;

	while (objects < last) {
		struct slab *slab = slab_of(cache, *objects);
		void *const *rest = put_objects(cache, slab, objects, last);

		if (unlikely(rest == objects))
			bad_return(cache, *objects);
		file_slab(cache, slab);
		objects = rest;
	}
}

/* The warm ones stay. */
void flush_array(struct kmem_cache *cache, struct array_cache *ac)
{
	struct array_cache *shared = cache->lists.shared;
	unsigned int batch = min(ac->batchcount, ac->avail);
	unsigned int room = shared ? shared->limit - shared->avail : 0;

	if (room) {
		batch = min(batch, room);
		memcpy(shared->entry + shared->avail, ac->entry,
		       batch * sizeof(void *));
		shared->avail += batch;
	} else {
		free_block(cache, ac->entry, batch);
	}
	ac->avail -= batch;
	memmove(ac->entry, ac->entry + batch, ac->avail * sizeof(void *));
}
