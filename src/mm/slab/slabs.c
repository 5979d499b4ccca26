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
	/* LAB 6.2 BEGIN
	 * The first nr objects of the slab's free list to entry[0], entry[1], ...; their
	 * places in the list are BUFCTL_ACTIVE then. Returns the number of the first object
	 * that is left, or BUFCTL_END. slab->free names the first; there are nr.
	 * START WITH
	 *	kmem_bufctl_t *bufctl = slab_bufctl(slab), n = 0;
	 *
	 *	for (unsigned int found = 0; n < cache->g.num; n++) {
	 *		if (bufctl[n] == BUFCTL_ACTIVE)
	 *			continue;
	 *		if (found == nr)
	 *			return n;
	 *		bufctl[n] = BUFCTL_ACTIVE;
	 *		entry[found++] = index_to_obj(cache, slab, n);
	 *	}
	 *	return BUFCTL_END;
	 */
	kmem_bufctl_t *bufctl = slab_bufctl(slab), n = slab->free;

	for (void **last = entry + nr; entry < last; entry++) {
		kmem_bufctl_t next = bufctl[n];

		bufctl[n] = BUFCTL_ACTIVE;
		*entry = index_to_obj(cache, slab, n);
		n = next;
	}
	return n;
	/* LAB 6.2 END */
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
	/* LAB 6.2 BEGIN
	 * objects[0], [1], ... to the front of the slab's free list, up to the first that does
	 * not lie in the slab or is not BUFCTL_ACTIVE there; returns its place, or last. Keep
	 * inuse and the cache's free_objects right.
	 * START WITH
	 *	(void)cache, (void)slab, (void)objects;
	 *	return last;
	 */
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
	/* LAB 6.2 END */
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
	/* LAB 6.2 BEGIN
	 * Object 0 is the first (slab->free says so already), each names the next one, the
	 * last one BUFCTL_END.
	 * START WITH
	 *	for (unsigned int n = 0; n < cache->g.num; n++)
	 *		slab_bufctl(slab)[n] = 0;
	 */
	kmem_bufctl_t *bufctl = slab_bufctl(slab);
	unsigned int last = cache->g.num - 1;

	for (unsigned int n = 0; n < last; n++)
		bufctl[n] = n + 1;
	bufctl[last] = BUFCTL_END;
	/* LAB 6.2 END */
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
	/* LAB 6.4 BEGIN
	 * Up to refill_batch(ac) objects: from the shared array if there is one with objects
	 * in it; else from one slab after the other, each moved where it belongs then.
	 * START WITH
	 *	struct slab *slab;
	 *
	 *	if (!lists->free_objects)
	 *		return;
	 *	slab = first_slab_with_room(lists);
	 *	lists->free_objects -= take_objects(cache, slab, ac, 1);
	 *	list_move(&slab->list, list_of(lists, slab));
	 */
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
	/* LAB 6.4 END */
}

/* An object came back to the slab: where does it belong now? To the end of the
 * partial ones, so that its other objects get most time to come back too. */
static void file_slab(struct kmem_cache *cache, struct slab *slab)
{
	/* LAB 6.2 BEGIN
	 * Objects in use: to the end of slabs_partial. None: to the front of slabs_free or, if
	 * the cache has more free_objects than free_limit, back to the page allocator.
	 * START WITH
	 *	(void)cache, (void)slab;
	 */
	struct kmem_list3 *lists = &cache->lists;

	if (slab->inuse)
		list_move_tail(&slab->list, &lists->slabs_partial);
	else if (lists->free_objects > lists->free_limit)
		slab_destroy(cache, slab);
	else
		list_move(&slab->list, &lists->slabs_free);
	/* LAB 6.2 END */
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
	/* LAB 6.4 BEGIN
	 * The oldest batchcount objects leave: to the shared array as far as there is one with
	 * room, else to their slabs. Those that stay move down to entry[0].
	 * START WITH
	 *	ac->avail--;
	 *	free_block(cache, ac->entry + ac->avail, 1);
	 */
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
	/* LAB 6.4 END */
}
