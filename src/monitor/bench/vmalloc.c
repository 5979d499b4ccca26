/* bench: vmalloc, and looking into page tables. */
#include "internal.h"

#include <asm/pageattr.h>
#include <lib/util.h>
#include <mm/vmalloc.h>

/* On both kernels a page of its own maps the first address, a large page the second. */
#define SMALL_MAPPING 0xc0100000UL
#define LARGE_MAPPING 0xd0000000UL

#define VMALLOC_HALVES(name, size)                                                     \
	BENCH_HALVES(vmalloc_##name, alloc, free, void *, vmalloc(size), vfree(it))

VMALLOC_HALVES(4k, KiB(4))
VMALLOC_HALVES(64k, KiB(64))
VMALLOC_HALVES(1m, MiB(1))
VMALLOC_HALVES(8m, MiB(8))

#define LOOKUP(name, address)                                                          \
	BENCH_LOOP(lookup_address_##name, enum pg_level level;                         \
		   lookup_address(address, &level))

LOOKUP(c0100000, SMALL_MAPPING)
LOOKUP(d0000000, LARGE_MAPPING)
LOOKUP(vmalloc, (unsigned long)bench.area)
BENCH_LOOP(vmalloc_to_page, vmalloc_to_page(bench.area))

#define VMALLOC_ROWS(name, n) BENCH_HALVES_ROWS(name, alloc, free, n, BENCH_SLEEPS)

static const struct bench rows[] = {
	VMALLOC_ROWS(vmalloc_4k, 10000),
	VMALLOC_ROWS(vmalloc_64k, 2000),
	VMALLOC_ROWS(vmalloc_1m, 200),
	VMALLOC_ROWS(vmalloc_8m, 40),
	BENCH_ROW(lookup_address_c0100000, 10000, BENCH_ATOMIC),
	BENCH_ROW(lookup_address_d0000000, 10000, BENCH_ATOMIC),
	BENCH_ROW(lookup_address_vmalloc, 10000, BENCH_ATOMIC),
	BENCH_ROW(vmalloc_to_page, 10000, BENCH_ATOMIC),
};
BENCH_GROUP(bench_vmalloc, rows);
