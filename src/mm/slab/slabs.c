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

/* Take up to max objects, in the order of the slab's free list; how many. */
static unsigned int take_objects(struct kmem_cache *cache, struct slab *slab,
                                 struct array_cache *ac, unsigned int max)
{
	unsigned int nr = min(max, cache->g.num - slab->inuse);
	void **entry = ac->entry + ac->avail;
	kmem_bufctl_t *bufctl = slab_bufctl(slab), n = slab->free;

	if (unlikely(n >= cache->g.num))
		slab_freelist_corrupt(cache, slab);
	for (unsigned int left = nr; left; left--) {
		kmem_bufctl_t next = bufctl[n];

		*entry++ = index_to_obj(cache, slab, n);
		bufctl[n] = BUFCTL_ACTIVE;
		n = next;
	}
	slab->free = n;
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

/* Give back as many of the first objects in a row as lie in the slab; how many.
 * Neighbours in an array often do. */
static unsigned int put_objects(struct kmem_cache *cache, struct slab *slab,
                                void *const *objects, unsigned int nr)
{
	const char *first = index_to_obj(cache, slab, 0);
	const u32 span = cache->g.num * cache->g.buffer_size;
	void *const *object = objects;
	kmem_bufctl_t free = slab->free;

	for (; object < objects + nr; object++) {
		u32 offset = (u32)((const char *)*object - first);
		unsigned int n = offset_to_index(cache, offset);

		if (offset >= span || unlikely(slab_bufctl(slab)[n] != BUFCTL_ACTIVE))
			break;
		slab_bufctl(slab)[n] = free;
		free = n;
	}
	nr = (unsigned int)(object - objects);
	slab->free = free;
	slab->inuse -= nr;
	return nr;
}

/* ---- Filling and emptying the array; interrupts off ---- */

/* A partial slab before a free one: so free ones stay whole and can be given up. */
static struct slab *first_slab_with_room(struct kmem_list3 *lists)
{
	if (!list_empty(&lists->slabs_partial))
		return list_first_entry(&lists->slabs_partial, struct slab, list);
	lists->free_touched = 1;
	return list_first_entry_or_null(&lists->slabs_free, struct slab, list);
}

static void refill_from_slabs(struct kmem_cache *cache, struct array_cache *ac,
                              unsigned int batch)
{
	struct kmem_list3 *lists = &cache->lists;

	while (batch) {
		struct slab *slab = first_slab_with_room(lists);

		if (!slab)
			break;
		batch -= take_objects(cache, slab, ac, batch);
		list_move(&slab->list, slab->free == BUFCTL_END
		                           ? &lists->slabs_full
		                           : &lists->slabs_partial);
	}
	lists->free_objects -= ac->avail;
}

void refill_array(struct kmem_cache *cache, struct array_cache *ac)
{
	unsigned int batch = ac->batchcount;
	struct array_cache *shared = cache->lists.shared;

	if (!ac->touched)
		batch = min(batch, BATCHREFILL_LIMIT);
	if (!shared || !transfer_objects(ac, shared, batch))
		refill_from_slabs(cache, ac, batch);
}

/* An object came back to the slab: where does it belong now? To the end of the
 * partial ones, so that its other objects get most time to come back too. */
static void file_slab(struct kmem_cache *cache, struct slab *slab)
{
	struct kmem_list3 *lists = &cache->lists;

	if (slab->inuse) {
		list_move_tail(&slab->list, &lists->slabs_partial);
		return;
	}
	list_move(&slab->list, &lists->slabs_free);
	if (lists->free_objects > lists->free_limit)
		slab_destroy(cache, slab);
}

void free_block(struct kmem_cache *cache, void *const *objects, unsigned int nr)
{
	while (nr) {
		struct slab *slab = slab_of(cache, *objects);
		unsigned int put = put_objects(cache, slab, objects, nr);

		if (unlikely(!put))
			bad_return(cache, *objects);
		cache->lists.free_objects += put;
		file_slab(cache, slab);
		objects += put;
		nr -= put;
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
