/*
 * The names that the boot calls to get memory, in front of the two allocators
 * that can be behind them: bootmem=bitmap (the default) or bootmem=memblock. The
 * choice is made once, before any of them is in service; a call costs one more
 * jump. Linux decided at build time, by CONFIG_NO_BOOTMEM.
 */
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/string.h>
#include <lib/util.h>
#include <mm/bootmem.h>
#include <mm/memblock.h>

const struct boot_allocator *boot_allocator = &bitmap_allocator;

/* Is this the first word of the list, of len bytes? */
static bool is_word(const char *list, size_t len, const char *word)
{
	return len == strlen(word) && !strncmp(list, word, len);
}

static int bootmem_parameter(const char *list)
{
	const struct boot_allocator *chosen = boot_allocator;
	bool debug = false;

	if (!list)
		return -EINVAL;
	for (;; list++) {
		size_t len = strcspn(list, ",");

		if (is_word(list, len, bitmap_allocator.name))
			chosen = &bitmap_allocator;
		else if (is_word(list, len, memblock_allocator.name))
			chosen = &memblock_allocator;
		else if (is_word(list, len, "debug"))
			debug = true;
		else
			return -EINVAL;
		list += len;
		if (!*list)
			break;
	}
	boot_allocator = chosen;
	contig_bootmem_data.debug |= debug;
	memblock_debug |= debug;
	return 0;
}
early_param("bootmem", bootmem_parameter, "bootmem=bitmap, memblock, debug or a list");

void free_bootmem(phys_addr_t addr, phys_addr_t size)
{
	boot_allocator->free(addr, size);
}

int reserve_bootmem(phys_addr_t addr, phys_addr_t size, int flags)
{
	return boot_allocator->reserve(addr, size, flags);
}

/* NULL: nothing fits. */
static void *alloc_raw(const struct bootmem_request *req)
{
	phys_addr_t addr;

	return boot_allocator->place(req, &addr) ? __va(addr) : NULL;
}

static void *alloc_or_panic(const struct bootmem_request *req)
{
	void *p = alloc_raw(req);

	if (!p)
		panic(
		    "bootmem: out of memory: wanted %lu bytes, align %lu, goal %#llx, "
		    "limit %#llx; %lu pages free, longest run %lu",
		    req->size, req->align, req->goal, req->limit, bootmem_free_pages(),
		    bootmem_longest_run());
	return memset(p, 0, req->size);
}

void *__alloc_bootmem(unsigned long size, unsigned long align, phys_addr_t goal)
{
	const struct bootmem_request req = {size, align, goal, 0};

	return alloc_or_panic(&req);
}

void *__alloc_bootmem_low(unsigned long size, unsigned long align, phys_addr_t goal)
{
	const struct bootmem_request req = {size, align, goal, MAX_DMA_ADDRESS};

	return alloc_or_panic(&req);
}

void *__alloc_bootmem_raw(unsigned long size, unsigned long align, phys_addr_t goal)
{
	const struct bootmem_request req = {size, align, goal, 0};

	return alloc_raw(&req);
}

void *__alloc_bootmem_nopanic(unsigned long size, unsigned long align, phys_addr_t goal)
{
	void *p = __alloc_bootmem_raw(size, align, goal);

	return p ? memset(p, 0, size) : NULL;
}

unsigned long free_all_bootmem(void)
{
	return boot_allocator->free_all();
}

unsigned long bootmem_free_pages(void)
{
	return boot_allocator->free_pages();
}

unsigned long bootmem_longest_run(void)
{
	return boot_allocator->longest_run();
}

unsigned int bootmem_check(void)
{
	return boot_allocator->check();
}
