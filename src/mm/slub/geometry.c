/*
 * How large a slot is, and how large a slab.
 *
 * A slab is a power of two of pages, so some of it is left over. Small slabs leave
 * more, and hold few objects, so that the slow path is taken often; large ones
 * are hard to get when memory is fragmented. The search goes from what is best to
 * what will do (Linux 2.6.24, mm/slub.c): at least slub_min_objects objects and an
 * eighth of waste, then a quarter, then half as many objects, ... down to a single
 * one, all up to slub_max_order; only after that larger slabs.
 *
 * Differences: Linux 2.6.24 has slub_max_order 1; it is 3 here as from 2.6.26 on,
 * and as there a cache also knows the smallest order, which it falls back to when
 * memory is short. Nothing here has a state.
 */
#include "internal.h"

#include <lib/errno.h>
#include <lib/kstrtox.h>
#include <lib/params.h>

#define DEFAULT_MIN_OBJECTS 4
#define DEFAULT_MAX_ORDER   3
#define GOOD_FRACTION       8 /* of a slab that may be left over */
#define FAIR_FRACTION       4

struct slub_parameters slub_parameters = {
    .min_objects = DEFAULT_MIN_OBJECTS,
    .max_order = DEFAULT_MAX_ORDER,
};

/* ---- Parameters ---- */

static int __init number_param(const char *value, unsigned int low, unsigned int high,
                               unsigned int *parameter)
{
	unsigned long number;

	if (!value || kstrtoul(value, 0, &number) || number < low || number > high)
		return -EINVAL;
	*parameter = (unsigned int)number;
	return 0;
}

static int __init slub_min_objects_param(const char *value)
{
	return number_param(value, 1, MAX_OBJECTS, &slub_parameters.min_objects);
}
early_param("slub_min_objects", slub_min_objects_param, "slub_min_objects=1...32767");

static int __init slub_max_order_param(const char *value)
{
	return number_param(value, 0, MAX_ORDER - 1, &slub_parameters.max_order);
}
early_param("slub_max_order", slub_max_order_param, "slub_max_order=0...10");

static int __init slub_min_order_param(const char *value)
{
	return number_param(value, 0, MAX_ORDER - 1, &slub_parameters.min_order);
}
early_param("slub_min_order", slub_min_order_param, "slub_min_order=0...10");

static int __init slub_nomerge_param(const char *value)
{
	if (value)
		return -EINVAL;
	slub_parameters.nomerge = true;
	return 0;
}
early_param("slub_nomerge", slub_nomerge_param, "slub_nomerge, without a value");

/* ---- Orders ---- */

static unsigned int order_objects(unsigned int order, unsigned int size)
{
	return (unsigned int)(PAGE_SIZE << order) / size;
}

/* The smallest order up to max_order with so many objects, and at most 1/fraction
 * left over (0: however much); -1: none. */
static int order_for(unsigned int size, unsigned int objects, unsigned int fraction,
                     unsigned int max_order)
{
	unsigned int order = min(slub_parameters.min_order, max_order);

	for (; order <= max_order; order++) {
		unsigned int bytes = (unsigned int)PAGE_SIZE << order;
		unsigned int fit = bytes / size;

		if (fit > MAX_OBJECTS)
			break;
		if (fit >= objects && (!fraction || bytes % size <= bytes / fraction))
			return (int)order;
	}
	return -1;
}

int slub_calculate_order(unsigned int size)
{
	unsigned int max_order =
	    max(slub_parameters.max_order, slub_parameters.min_order);
	unsigned int objects, fraction;
	int order;

	for (objects = slub_parameters.min_objects; objects > 1; objects /= 2)
		for (fraction = GOOD_FRACTION; fraction >= FAIR_FRACTION;
		     fraction /= 2) {
			order = order_for(size, objects, fraction, max_order);
			if (order >= 0)
				return order;
		}
	order = order_for(size, 1, 0, max_order);
	if (order >= 0)
		return order;
	order = order_for(size, 1, 0, MAX_ORDER - 1);
	if (order < 0 && size <= PAGE_SIZE)
		return 0; /* slub_min_order would hold more than MAX_OBJECTS */
	return order;
}

static bool set_orders(struct kmem_cache *cache)
{
	int order = slub_calculate_order(cache->size);
	unsigned int smallest = 0;

	if (order < 0)
		return false;
	while (!order_objects(smallest, cache->size))
		smallest++;
	cache->oo.order = (unsigned int)order;
	cache->min.order = min(smallest, cache->oo.order);
	cache->oo.objects = order_objects(cache->oo.order, cache->size);
	cache->min.objects = order_objects(cache->min.order, cache->size);
	return true;
}

/* ---- Slots ---- */

/* Whether the object's bytes, or those next to it, must stay as they are while it
 * is free. */
static bool needs_pointer_behind(const struct kmem_cache *cache)
{
	return cache->ctor || cache->poison ||
	       ((cache->flags & SLAB_RED_ZONE) && cache->objsize < sizeof(void *));
}

/* Lay out the slot, with the debugging that cache->flags asks for. */
static void lay_out(struct kmem_cache *cache)
{
	const unsigned int word = sizeof(void *);
	unsigned int size = ALIGN(cache->objsize, word);

	cache->poison = (cache->flags & SLAB_POISON) && !cache->ctor;
	cache->red_left = 0;
	if (cache->flags & SLAB_RED_ZONE) {
		cache->red_left = ALIGN(word, cache->align);
		if (size == cache->objsize)
			size += word;
	}
	cache->inuse = size;
	cache->offset = 0;
	if (needs_pointer_behind(cache)) {
		cache->offset = size;
		size += word;
	}
	cache->track = size;
	if (cache->flags & SLAB_STORE_USER)
		size += 2 * sizeof(struct slab_track);
	cache->padding = size;
	cache->size = ALIGN(size + cache->red_left, cache->align);
}

bool slub_calculate_sizes(struct kmem_cache *cache)
{
	const unsigned long beside = SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER;

	lay_out(cache);
	if (cache->flags & beside && !set_orders(cache)) {
		cache->flags &= ~beside; /* 4 MiB, and nothing more */
		lay_out(cache);
	}
	if (!set_orders(cache))
		return false;
	cache->unfrozen = slub_debugged(cache) || cache->oo.objects == 1;
	cache->min_partial = cache->oo.objects == 1 ? 0 : MIN_PARTIAL;
	return true;
}

/* ---- Merging ---- */

#define NEVER_MERGE (SLAB_DEBUG_FLAGS | SLAB_NO_MERGE)
#define MERGE_SAME  (SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA)

bool slub_mergeable(unsigned long flags, void (*ctor)(void *object))
{
	return !slub_parameters.nomerge && !(flags & NEVER_MERGE) && !ctor;
}

bool slub_can_merge(const struct kmem_cache *cache, size_t size, size_t align,
                    unsigned long flags)
{
	size_t slot = ALIGN(ALIGN(size, sizeof(void *)), align);

	if (!slub_mergeable(cache->flags, cache->ctor))
		return false;
	if ((flags ^ cache->flags) & MERGE_SAME)
		return false;
	return slot == cache->size;
}
