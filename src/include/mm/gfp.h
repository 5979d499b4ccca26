/*
 * GFP flags: where a page may come from and how hard to try, with Linux
 * 2.6.24's names and values. (Gorman ch. 6, "Get Free Page (GFP) Flags")
 */
#ifndef MM_GFP_H
#define MM_GFP_H

#include <lib/compiler.h>
#include <lib/types.h>

typedef unsigned int gfp_t;

/* Zone modifiers: the best zone; the ones below it serve as well. */
#define __GFP_DMA     0x000001u
#define __GFP_HIGHMEM 0x000002u

/* Action modifiers. */
#define __GFP_WAIT       0x000010u /* may sleep, and so reclaim */
#define __GFP_HIGH       0x000020u /* may use half of the reserve */
#define __GFP_IO         0x000040u /* reclaim may start input/output */
#define __GFP_FS         0x000080u /* reclaim may enter a file system */
#define __GFP_COLD       0x000100u /* its cache lines will not be used soon */
#define __GFP_NOWARN     0x000200u /* fail in silence */
#define __GFP_REPEAT     0x000400u /* try again after reclaim, may still fail */
#define __GFP_NOFAIL     0x000800u /* the caller cannot fail: panic instead */
#define __GFP_NORETRY    0x001000u /* reclaim once, then fail */
#define __GFP_COMP       0x004000u /* make it a compound page */
#define __GFP_ZERO       0x008000u /* cleared */
#define __GFP_NOMEMALLOC 0x010000u /* keep off the reserve even with PF_MEMALLOC */

/* Mobility: which pageblocks it belongs to. Neither: unmovable. */
#define __GFP_RECLAIMABLE 0x080000u
#define __GFP_MOVABLE     0x100000u

#define GFP_MOVABLE_MASK  (__GFP_RECLAIMABLE | __GFP_MOVABLE)
#define GFP_MOVABLE_SHIFT 19

/* Set in gfp_always only, by a debugging option: take the long way. */
#define __GFP_HOOKS 0x800000u

#define GFP_NOWAIT   (GFP_ATOMIC & ~__GFP_HIGH)
#define GFP_ATOMIC   (__GFP_HIGH)
#define GFP_NOIO     (__GFP_WAIT)
#define GFP_NOFS     (__GFP_WAIT | __GFP_IO)
#define GFP_KERNEL   (__GFP_WAIT | __GFP_IO | __GFP_FS)
#define GFP_USER     (__GFP_WAIT | __GFP_IO | __GFP_FS)
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_DMA      __GFP_DMA

/* "GFP_KERNEL|__GFP_ZERO" and so on; returns its length. */
#define GFP_TEXT_MAX 128
size_t gfp_text(gfp_t gfp, char *buf, size_t size);

/*
 * A mask that cannot be meant: two best zones, two mobilities, something that
 * must not fail and may not wait or retry.
 */
static inline bool gfp_contradicts(gfp_t gfp)
{
	const gfp_t zones = __GFP_DMA | __GFP_HIGHMEM;

	return (gfp & zones) == zones ||
	       (gfp & GFP_MOVABLE_MASK) == GFP_MOVABLE_MASK ||
	       ((gfp & __GFP_NOFAIL) && (!(gfp & __GFP_WAIT) || (gfp & __GFP_NORETRY)));
}

#endif
