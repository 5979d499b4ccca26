/* The borders of the address space as data: tools/gdb reads them. */
#include <asm/memory_layout.h>

const struct memory_layout memory_layout = {
	.page_offset = PAGE_OFFSET,
	.vmalloc_end = VMALLOC_END,
	.pkmap_base = PKMAP_BASE,
	.pkmap_end = PKMAP_END,
	.fixaddr_start = FIXADDR_START,
	.fixaddr_top = FIXADDR_TOP,
	.pmd_size = PMD_SIZE,
};
