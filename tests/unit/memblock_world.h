/*
 * A memblock of the test's own: from OWN_MEMBLOCK() to the end of the case there
 * are two empty lists, no limit, and top-down allocation; then the machine's own
 * memblock is back, whatever happened.
 *
 *	TEST(memblock, two_regions_that_touch_become_one)
 *	{
 *		OWN_MEMBLOCK();
 *		memblock_add(0x1000, 0x1000);
 *		...
 *	}
 */
#ifndef MEMBLOCK_WORLD_H
#define MEMBLOCK_WORLD_H

#include "ktest.h"

#include <mm/memblock.h>

/* Memory that can be touched; other addresses may be named, not used. */
#define WORLD_PAGES 8UL
#define WORLD_BYTES (WORLD_PAGES << PAGE_SHIFT)
extern u8 world[WORLD_BYTES];

struct machines_memblock {
	struct memblock memblock;
	bool debug, movable_node;
};

/* In memblock_test.c. _end also checks the case's lists; _reset begins anew. */
struct machines_memblock memblock_world_begin(void);
void memblock_world_end(struct machines_memblock *saved);
void memblock_world_reset(void);

#define OWN_MEMBLOCK()                                                                 \
	struct machines_memblock saved_memblock __unused                               \
	    __attribute__((cleanup(memblock_world_end))) = memblock_world_begin()

/* Is region i of the list exactly this? */
static inline bool region_is(const struct memblock_type *type, unsigned long i,
                             phys_addr_t base, phys_addr_t size,
                             enum memblock_flags flags)
{
	const struct memblock_region *region = &type->regions[i];

	if (i < type->cnt && region->base == base && region->size == size &&
	    region->flags == flags)
		return true;
	if (i < type->cnt)
		ktest_printf("%s[%lu] is %#llx size %#llx flags %x", type->name, i,
		             region->base, region->size, region->flags);
	return false;
}

#define MEMORY_IS(i, base, size)                                                       \
	EXPECT(region_is(&memblock.memory, i, base, size, MEMBLOCK_NONE))
#define MEMORY_FLAGS(i, base, size, flags)                                             \
	EXPECT(region_is(&memblock.memory, i, base, size, flags))
#define RESERVED_IS(i, base, size)                                                     \
	EXPECT(region_is(&memblock.reserved, i, base, size, MEMBLOCK_NONE))

/* The list has that many regions, of so many bytes in all. */
#define LIST_HAS(type, nr, bytes)                                                      \
	do {                                                                           \
		EXPECT_EQ(memblock.type.cnt, nr);                                      \
		EXPECT_EQ(memblock.type.total_size, bytes);                            \
	} while (0)

#define LIST_IS_EMPTY(type)                                                            \
	do {                                                                           \
		LIST_HAS(type, 1, 0);                                                  \
		EXPECT(region_is(&memblock.type, 0, 0, 0, MEMBLOCK_NONE));             \
	} while (0)

#endif
