/*
 * The host's stand-in for <asm/pageattr.h>: what is not mapped is what
 * AddressSanitizer lets nobody touch.
 */
#ifndef ASM_PAGEATTR_H
#define ASM_PAGEATTR_H

#include <mm/mmzone.h>

void __asan_poison_memory_region(const volatile void *address, size_t size);
void __asan_unpoison_memory_region(const volatile void *address, size_t size);
int __asan_address_is_poisoned(const volatile void *address);

static inline void kernel_map_pages(struct page *page, int numpages, int enable)
{
	for (int i = 0; i < numpages && !PageHighMem(page + i); i++) {
		if (enable)
			__asan_unpoison_memory_region(lowmem_page_address(page + i),
			                              PAGE_SIZE);
		else
			__asan_poison_memory_region(lowmem_page_address(page + i),
			                            PAGE_SIZE);
	}
}

static inline bool kernel_page_present(const struct page *page)
{
	return !__asan_address_is_poisoned(lowmem_page_address(page));
}

#endif
