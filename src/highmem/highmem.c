/*
 * Contents of pages, wherever they are: each helper maps the page for a moment by
 * kmap_atomic. (Linux: include/linux/highmem.h, which has them in line)
 *
 * They differ from Linux in that what reaches beyond the page is a BUG always.
 */
#include <lib/bug.h>
#include <mm/highmem.h>

static void zero_segment(u8 *page, unsigned int start, unsigned int end)
{
	if (end > start)
		memset(page + start, 0, end - start);
}

void zero_user_segments(struct page *page, unsigned int start1, unsigned int end1,
			unsigned int start2, unsigned int end2)
{
	void *address;

	BUG_ON(end1 > PAGE_SIZE || end2 > PAGE_SIZE);
	address = kmap_atomic(page);
	zero_segment(address, start1, end1);
	zero_segment(address, start2, end2);
	kunmap_atomic(address);
}

void memcpy_to_page(struct page *page, size_t offset, const void *from, size_t len)
{
	u8 *address;

	check_in_page(offset, len);
	address = kmap_atomic(page);
	memcpy(address + offset, from, len);
	kunmap_atomic(address);
}

void memcpy_from_page(void *to, struct page *page, size_t offset, size_t len)
{
	u8 *address;

	check_in_page(offset, len);
	address = kmap_atomic(page);
	memcpy(to, address + offset, len);
	kunmap_atomic(address);
}
