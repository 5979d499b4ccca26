/*
 * The windows of kmap and kmap_atomic on the host. The arena is a file in memory,
 * so that one page of it can be mapped at two addresses, as with page tables; what
 * is not mapped faults.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <asm/host_window.h>

static int arena_file;

static void *map(void *address, size_t size, int rights, int flags, int file, off_t offset)
{
	void *mapped = mmap(address, size, rights, flags, file, offset);

	if (mapped == MAP_FAILED) {
		perror("mmap");
		abort();
	}
	return mapped;
}

static void reserve(unsigned long address, size_t pages)
{
	map((void *)address, pages * PAGE_SIZE, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
}

__attribute__((constructor)) static void windows_init(void)
{
	arena_file = memfd_create("arena", MFD_CLOEXEC);
	if (arena_file < 0 || ftruncate(arena_file, HOST_ARENA_SIZE)) {
		perror("memfd_create");
		abort();
	}
	map(host_arena, HOST_ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
	    arena_file, 0);
	reserve(HOST_PKMAP_WINDOW, LAST_PKMAP);
	reserve(HOST_KMAP_WINDOW, NR_KMAP_SLOTS * KMAP_SLOT_STRIDE);
}

void host_map_page(unsigned long address, unsigned long pfn)
{
	map((void *)address, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
	    arena_file, (off_t)(pfn << PAGE_SHIFT));
}

void host_unmap_page(unsigned long address)
{
	map((void *)address, PAGE_SIZE, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
}
