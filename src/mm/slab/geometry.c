/*
 * How a slab is cut: its order, where its descriptor lies, how many objects it
 * holds and how many colours what is left over makes. All of it is decided once,
 * when a cache is made, and is plain arithmetic without any state.
 *
 *	colour c at c * colour_off
 *	|
 *	v        slab_size                 num * buffer_size
 *	[.......][struct slab | bufctl ...][object 0][object 1]...[object n-1][....]
 *	on-slab: the colours' bytes in front, what is left of them behind
 *
 *	[.......][object 0][object 1]...[object n-1][....]   struct slab elsewhere
 *	off-slab
 *
 * Orders are tried from the smallest. The first one whose waste is at most an
 * eighth is taken, or the first from slab_break_gfp_order on that holds an object
 * at all: large blocks are hard to come by. (Gorman ch. 8.2.1 to 8.2.5; the eighth,
 * both thresholds and the order of the tests are those of Linux 2.6.24)
 *
 * Different from Linux: red zones are kept whatever the alignment, by an object
 * offset of as many bytes, and the right one begins within a word of the object's
 * last byte.
 */
#include "internal.h"

#include <lib/errno.h>
#include <lib/params.h>
#include <lib/string.h>
#include <mm/page_alloc.h>

/* From this size on the descriptor lies elsewhere: in front of so large objects
 * it would cost one of them. */
#define OFF_SLAB_MIN_SIZE (PAGE_SIZE >> 3)

#define WASTE_FRACTION 8 /* at most 1 / 8 of the slab */
#define RED_ZONE_SIZE  sizeof(u64)

/* The array's length for objects above a size: a large one is costly to hold. */
static const struct {
	unsigned int above, limit;
} array_limits[] = {{131072, 1}, {PAGE_SIZE, 8}, {1024, 24}, {256, 54}, {0, 120}};

bool slab_colouring = true;
unsigned int slab_break_gfp_order;

static int __init slab_colour_param(const char *value)
{
	if (!value || (strcmp(value, "on") != 0 && strcmp(value, "off") != 0))
		return -EINVAL;
	slab_colouring = strcmp(value, "on") == 0;
	return 0;
}
early_param("slab_colour", slab_colour_param,
            "slab_colour=on|off, slabs differ in where "
            "their objects begin");

/* 2^32 / divisor, rounded up; so offset * reciprocal >> 32 is exact for multiples. */
u32 reciprocal_value(u32 divisor)
{
	return ~0U / divisor + 1;
}

unsigned int default_array_limit(unsigned int buffer_size)
{
	unsigned int i = 0;

	while (buffer_size <= array_limits[i].above)
		i++;
	return array_limits[i].limit;
}

/* ---- What debugging adds to an object ---- */

static void lay_out_buffer(struct slab_geometry *g, size_t size, unsigned long flags)
{
	size_t end = size;

	g->obj_offset = 0;
	if (flags & SLAB_RED_ZONE) {
		g->obj_offset =
		    (unsigned int)max(g->align, (unsigned int)RED_ZONE_SIZE);
		g->red_offset = (unsigned int)ALIGN(end, sizeof(long));
		end = g->red_offset + RED_ZONE_SIZE;
	}
	if (flags & SLAB_STORE_USER) {
		g->track_offset = (unsigned int)ALIGN(end, sizeof(long));
		end = g->track_offset + sizeof(struct slab_track);
	}
	g->buffer_size = (unsigned int)ALIGN(g->obj_offset + end, (size_t)g->align);
}

/* ---- The slab ---- */

static unsigned int descriptor_size(unsigned int num)
{
	return (unsigned int)(sizeof(struct slab) + num * sizeof(kmem_bufctl_t));
}

/* How many objects fit into a slab of that order, with their descriptor or without,
 * and the bytes that are left over. */
static void cache_estimate(struct slab_geometry *g, unsigned int order)
{
	unsigned int bytes = (unsigned int)PAGE_SIZE << order, used = 0;

	g->gfporder = order;
	/* LAB 6.1 BEGIN
	 * num: as many objects as fit into so many bytes, off_slab without the descriptor,
	 * else behind it, which is aligned like them. left_over: the bytes that remain.
	 * START WITH
	 *	if (!g->off_slab)
	 *		used = ALIGN(descriptor_size(1), g->align);
	 *	g->num = used + g->buffer_size <= bytes;
	 *	g->left_over = 0;
	 */
	if (g->off_slab) {
		g->num = bytes / g->buffer_size;
	} else {
		/* Buffers and pages are multiples of align, so aligning fits too. */
		g->num = (bytes - descriptor_size(0)) /
		         (g->buffer_size + (unsigned int)sizeof(kmem_bufctl_t));
		used = ALIGN(descriptor_size(g->num), g->align);
	}
	g->left_over = g->num ? bytes - used - g->num * g->buffer_size : bytes;
	/* LAB 6.1 END */
}

/* LAB 6.1 BEGIN
 * Choose the order: the first that wastes at most an eighth, or the first one from
 * slab_break_gfp_order on, or for SLAB_RECLAIM_ACCOUNT any, that holds an object. If
 * the descriptor (elsewhere) gets as large as an object, the order before is the last.
 * false: there is none.
 * START WITH
 * static bool calculate_slab_order(struct slab_geometry *g, unsigned long flags)
 * {
 *	(void)flags;
 *	for (unsigned int order = 0; order < MAX_ORDER; order++) {
 *		cache_estimate(g, order);
 *		if (g->num)
 *			return true;
 *	}
 *	return false;
 * }
 */
/*
 * A descriptor must come from a cache of smaller objects than its own, or freeing
 * one might free another without end.
 */
static bool descriptor_too_large(const struct slab_geometry *g)
{
	return g->off_slab && descriptor_size(g->num) >= g->buffer_size;
}

static bool waste_is_fine(const struct slab_geometry *g, unsigned long flags)
{
	if (flags & SLAB_RECLAIM_ACCOUNT) /* many of them: single pages always exist */
		return true;
	if (g->gfporder >= slab_break_gfp_order)
		return true;
	return g->left_over * WASTE_FRACTION <= PAGE_SIZE << g->gfporder;
}

static bool calculate_slab_order(struct slab_geometry *g, unsigned long flags)
{
	struct slab_geometry best = {.num = 0};

	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		cache_estimate(g, order);
		if (!g->num)
			continue;
		if (descriptor_too_large(g))
			break;
		best = *g;
		if (waste_is_fine(g, flags))
			break;
	}
	if (!best.num)
		return false;
	*g = best;
	return true;
}
/* LAB 6.1 END */

/* A descriptor that fits into what is left over costs nothing there. */
static void place_descriptor(struct slab_geometry *g)
{
	unsigned int aligned = ALIGN(descriptor_size(g->num), g->align);

	g->slab_size = g->off_slab ? descriptor_size(g->num) : aligned;
	/* LAB 6.1 BEGIN
	 * If the descriptor lies elsewhere and fits into what is left over, put it there:
	 * then it is aligned like the objects behind it.
	 * START WITH
	 */
	if (g->off_slab && g->left_over >= aligned) {
		g->off_slab = false;
		g->slab_size = aligned;
		g->left_over -= aligned;
	}
	/* LAB 6.1 END */
}

static void choose_colours(struct slab_geometry *g)
{
	/* LAB 6.3 BEGIN
	 * colour_off: a line of the CPU's cache, or the alignment if that is more. colour: how
	 * many such steps what is left over has room for; none while slab_colouring is off.
	 * START WITH
	 *	g->colour_off = L1_CACHE_BYTES;
	 *	g->colour = 0;
	 */
	g->colour_off = max((unsigned int)L1_CACHE_BYTES, g->align);
	g->colour = slab_colouring ? g->left_over / g->colour_off : 0;
	/* LAB 6.3 END */
}

static bool cut(struct slab_geometry *g, size_t size, unsigned long flags,
                bool off_slab_allowed)
{
	lay_out_buffer(g, size, flags);
	g->off_slab = off_slab_allowed && g->buffer_size >= OFF_SLAB_MIN_SIZE;
	if (calculate_slab_order(g, flags))
		return true;
	g->off_slab = false; /* many objects in a descriptor too large: on-slab then */
	return calculate_slab_order(g, flags);
}

bool slab_geometry(struct slab_geometry *g, size_t size, size_t align,
                   unsigned long *flags, bool off_slab_allowed)
{
	const unsigned long costly = SLAB_RED_ZONE | SLAB_STORE_USER;

	*g = (struct slab_geometry){.align = (unsigned int)align};
	if (!cut(g, size, *flags, off_slab_allowed)) {
		if (!(*flags & costly))
			return false;
		*flags &= ~costly; /* of the largest sizes there is nothing to spare */
		if (!cut(g, size, *flags, off_slab_allowed))
			return false;
	}
	place_descriptor(g);
	choose_colours(g);
	return true;
}
