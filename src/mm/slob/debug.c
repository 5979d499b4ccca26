/*
 * SLOB's debugging. An object of a cache with debugging has a head in front, which
 * ends in a red zone, and a red zone behind it. A freed object would fall apart at
 * once, since its memory goes into the common pages; so it is held for a while,
 * poisoned, and looked at again when it is given back or when slab_check comes by:
 * within that time, using it or freeing it again is found for certain. (Linux's
 * SLOB has no debugging; the quarantine is an old idea of user-space allocators.)
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/string.h>

struct zone_bytes {
	u8 bytes[sizeof(u64)];
};

static void write_zones(void *object, size_t size, u64 zone)
{
	slob_debug_of(object)->zone = zone;
	memcpy((char *)object + size, &zone, sizeof(zone));
}

/* Index of the first byte of a zone that is not as it should be, or -1. */
static long zone_changed(const void *zone, u64 expected)
{
	struct zone_bytes want;

	memcpy(&want, &expected, sizeof(want));
	for (size_t i = 0; i < sizeof(u64); i++)
		if (((const u8 *)zone)[i] != want.bytes[i])
			return (long)i;
	return -1;
}

/* ---- Reports ---- */

static void report(const struct kmem_cache *cache, const void *object, size_t size,
                   const char *what, long offset)
{
	const struct slob_debug *head = slob_debug_of(object);

	slab_report_begin_sized(cache, size, what, object, offset);
	if (cache->flags & SLAB_STORE_USER) {
		slab_report_track("Allocated", &head->allocated);
		slab_report_track("Freed", &head->freed);
	}
	slab_report_object(object, size, sizeof(u64), sizeof(u64), offset);
}

static __noreturn void report_pointer(const struct kmem_cache *cache,
                                      const void *object, const char *what)
{
	slab_report_begin(cache, what, object, 0);
	slab_report_end();
}

static bool is_cache(const struct kmem_cache *wanted)
{
	const struct kmem_cache *cache;
	bool found = false;

	spin_lock(&cache_chain_lock);
	list_for_each_entry (cache, &slob_caches, list)
		found |= cache == wanted;
	spin_unlock(&cache_chain_lock);
	return found;
}

/* The zones, and of a free object the poison. NULL if all is well, else what is
 * wrong and where. */
static const char *find_damage(const struct kmem_cache *cache, const void *object,
                               u64 zone, long *offset)
{
	const struct slob_debug *head = slob_debug_of(object);
	long at;

	at = zone_changed(&head->zone, zone);
	if (at >= 0) {
		*offset = at - (long)sizeof(u64);
		return SLAB_BUG_REDZONE_LEFT;
	}
	at = zone_changed((const char *)object + head->size, zone);
	if (at >= 0) {
		*offset = (long)head->size + at;
		return SLAB_BUG_REDZONE_RIGHT;
	}
	if (zone == RED_ACTIVE || !(cache->flags & SLAB_POISON))
		return NULL;
	*offset = slab_poison_check(object, head->size, POISON_FREE);
	return *offset >= 0 ? SLAB_BUG_POISON : NULL;
}

/* ---- An object's life ---- */

void slob_debug_alloc(struct kmem_cache *cache, void *object, size_t size,
                      unsigned long caller)
{
	struct slob_debug *head = slob_debug_of(object);
	unsigned long flags;

	memset(head, 0, sizeof(*head));
	head->cache = cache;
	head->size = size;
	write_zones(object, size, RED_ACTIVE);
	if (cache->flags & SLAB_POISON)
		slab_poison(object, size, POISON_INUSE);
	if (cache->flags & SLAB_STORE_USER)
		slab_track_set(&head->allocated, caller);
	local_irq_save(flags);
	list_add_tail(&head->list, &cache->used);
	local_irq_restore(flags);
}

size_t slob_debug_check(struct kmem_cache *cache, const void *object)
{
	const struct slob_debug *head = slob_debug_of(object);
	const void *start = lowmem_page_address(virt_to_head_page(object));
	const char *damage;
	long offset;

	if (object - start < (long)sizeof(*head))
		report_pointer(cache, object, SLAB_BUG_NOT_OBJECT);
	if (head->cache != cache) {
		if (!is_cache(head->cache))
			report_pointer(cache, object, SLAB_BUG_NOT_OBJECT);
		report(cache, object, head->size, SLAB_BUG_WRONG_CACHE, 0);
		slab_report_info("it is of the cache `%s'", head->cache->name);
		slab_report_end();
	}
	if (zone_changed(&head->zone, RED_INACTIVE) < 0) {
		report(cache, object, head->size, SLAB_BUG_DOUBLE_FREE, 0);
		slab_report_end();
	}
	damage = find_damage(cache, object, RED_ACTIVE, &offset);
	if (damage) {
		report(cache, object, head->size, damage, offset);
		slab_report_end();
	}
	return head->size;
}

void slob_debug_free(struct kmem_cache *cache, void *object, unsigned long caller)
{
	struct slob_debug *head = slob_debug_of(object);
	unsigned long flags;

	if (cache->flags & SLAB_STORE_USER)
		slab_track_set(&head->freed, caller);
	local_irq_save(flags); /* in one step, for slab_check */
	write_zones(object, head->size, RED_INACTIVE);
	if (cache->flags & SLAB_POISON)
		slab_poison(object, head->size, POISON_FREE);
	list_move_tail(&head->list, &cache->held);
	cache->held_bytes += head->size;
	local_irq_restore(flags);
}

void slob_debug_release(struct kmem_cache *cache, unsigned long most)
{
	unsigned long flags;

	local_irq_save(flags);
	while (cache->held_bytes > most) {
		struct slob_debug *head =
		    list_first_entry(&cache->held, struct slob_debug, list);
		void *object = head + 1;
		size_t size = head->size;
		const char *damage;
		long offset;

		damage = find_damage(cache, object, RED_INACTIVE, &offset);
		if (damage) {
			local_irq_restore(flags);
			report(cache, object, size, damage, offset);
			slab_report_end();
		}
		list_del(&head->list);
		cache->held_bytes -= size;
		memset(head, POISON_FREE, sizeof(*head));
		slob_release(cache, object, size);
	}
	local_irq_restore(flags);
}

/* ---- For destroy and slab_check ---- */

void slob_debug_leaks(const struct kmem_cache *cache)
{
	const struct slob_debug *head;

	list_for_each_entry (head, &cache->used, list)
		slab_report_leak(
		    head + 1, cache->flags & SLAB_STORE_USER ? &head->allocated : NULL);
}

static unsigned int verify_list(struct kmem_cache *cache, struct list_head *list,
                                u64 zone)
{
	const struct slob_debug *head;
	unsigned int violations = 0;

	list_for_each_entry (head, list, list) {
		long offset;
		const char *damage = find_damage(cache, head + 1, zone, &offset);

		if (!damage)
			continue;
		report(cache, head + 1, head->size, damage, offset);
		violations++;
	}
	return violations;
}

unsigned int slob_debug_verify(struct kmem_cache *cache)
{
	return verify_list(cache, &cache->used, RED_ACTIVE) +
	       verify_list(cache, &cache->held, RED_INACTIVE);
}
