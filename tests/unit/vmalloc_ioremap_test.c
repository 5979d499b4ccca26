/* ioremap: which ranges it takes and what the entries say; and the reporter. */
#include "ktest.h"
#include "said.h"
#include "vmalloc_test.h"

#include <asm/processor.h>
#include <lib/vsprintf.h>
#include <proc/proc.h>

/* Where a PC has its HPET, if any: above RAM, below 4 GiB. */
#define DEVICE 0xfed00000UL

static unsigned long pfn_at(const void *addr, unsigned long n)
{
	return vmalloc_to_pfn((const char *)addr + (n << PAGE_SHIFT));
}

TEST(vmalloc_ioremap, a_device_s_frames_are_mapped_in_a_row_and_not_cached)
{
	char *addr = ioremap(DEVICE, 3 * PAGE_SIZE);
	struct vm_area_view area = view_of(addr);

	ASSERT(addr);
	for (unsigned long i = 0; i < 3; i++) {
		EXPECT_EQ(pfn_at(addr, i), PFN_DOWN(DEVICE) + i);
		EXPECT(pte_val(*vmap_pte((unsigned long)addr + (i << PAGE_SHIFT))) &
		       _PAGE_PCD);
	}
	EXPECT_EQ(pfn_at(addr, 3), 0);
	EXPECT(!vmalloc_to_page(addr));
	EXPECT_EQ(area.end - area.start, 4 * PAGE_SIZE);
	EXPECT_EQ(area.flags, VM_IOREMAP);
	EXPECT_EQ(area.phys, DEVICE);
	EXPECT_EQ(area.nr_pages, 0);
	EXPECT_EQ(vmalloc_check(), 0);
	iounmap(addr);
	EXPECT_EQ(pfn_at(addr, 0), 0);
	EXPECT_EQ(vmalloc_check(), 0);
}

TEST(vmalloc_ioremap, any_byte_range_becomes_whole_pages_around_it)
{
	char *addr = ioremap_nocache(DEVICE + 0xffc, 8);
	char *page = (char *)((unsigned long)addr & PAGE_MASK);

	ASSERT(addr);
	EXPECT_EQ((unsigned long)addr & ~PAGE_MASK, 0xffc);
	EXPECT_EQ(pfn_at(page, 0), PFN_DOWN(DEVICE));
	EXPECT_EQ(pfn_at(page, 1), PFN_DOWN(DEVICE) + 1);
	EXPECT_EQ(pfn_at(page, 2), 0);
	iounmap(addr); /* with its offset */
	EXPECT_EQ(pfn_at(page, 0), 0);
}

TEST(vmalloc_ioremap, an_area_is_aligned_to_its_size_up_to_512_kib)
{
	const struct {
		unsigned long size, align;
	} cases[] = {{PAGE_SIZE, PAGE_SIZE},
	             {2 * PAGE_SIZE, 2 * PAGE_SIZE},
	             {3 * PAGE_SIZE, 4 * PAGE_SIZE},
	             {64 * PAGE_SIZE, 64 * PAGE_SIZE},
	             {128 * PAGE_SIZE, 512 << 10},
	             {300 * PAGE_SIZE, 512 << 10}};
	void *odd = take_addresses(1);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		void *addr = ioremap(DEVICE, cases[i].size);

		ASSERT(addr);
		EXPECT_EQ((unsigned long)addr % cases[i].align, 0);
		EXPECT_EQ(vmalloc_check(), 0);
		iounmap(addr);
	}
	remove_vm_area(odd);
}

TEST(vmalloc_ioremap, ranges_that_cannot_be_are_refused)
{
	unsigned int bits = min(boot_cpu_data.phys_bits,
	                        (unsigned int)__builtin_ctzl(MAX_ARCH_PFN) + PAGE_SHIFT);
	phys_addr_t end = (phys_addr_t)1 << bits;

	EXPECT_EQ(ioremap(DEVICE, 0), NULL);
	EXPECT_EQ(ioremap(end, PAGE_SIZE), NULL);
	EXPECT_EQ(ioremap(end - PAGE_SIZE, PAGE_SIZE + 1), NULL);
	EXPECT_EQ(ioremap((phys_addr_t)0 - 1, 1), NULL);
	EXPECT_EQ(ioremap((phys_addr_t)0 - PAGE_SIZE, 2 * PAGE_SIZE), NULL);
	EXPECT_EQ(ioremap(DEVICE, -1UL), NULL);
	EXPECT_EQ(vmalloc_check(), 0);
}

TEST(vmalloc_ioremap, the_last_frame_that_the_cpu_reaches_can_be_mapped)
{
	unsigned int bits = min(boot_cpu_data.phys_bits,
	                        (unsigned int)__builtin_ctzl(MAX_ARCH_PFN) + PAGE_SHIFT);
	phys_addr_t last = ((phys_addr_t)1 << bits) - PAGE_SIZE;
	void *addr;

	if (pfn_valid(PFN_DOWN(last)))
		SKIP("there is RAM");
	addr = ioremap(last, PAGE_SIZE);
	ASSERT(addr);
	EXPECT_EQ(vmalloc_to_pfn(addr), PFN_DOWN(last));
	iounmap(addr);
}

TEST(vmalloc_ioremap, ram_of_the_page_allocator_is_refused)
{
	struct page *low = alloc_page(GFP_KERNEL), *high = alloc_page(GFP_TEST);

	ASSERT(low && high);
	said_nothing_yet();
	EXPECT_EQ(ioremap(page_to_phys(low), PAGE_SIZE), NULL);
	EXPECT_EQ(ioremap(page_to_phys(high), 1), NULL);
	EXPECT_EQ(ioremap(page_to_phys(high) - 1, 2), NULL);
	EXPECT_EQ(times_said("contains RAM in use"), 3);
	__free_page(low);
	__free_page(high);
	EXPECT_EQ(ioremap(page_to_phys(low), PAGE_SIZE), NULL); /* free: no less */
}

TEST(vmalloc_ioremap, ram_that_is_reserved_can_be_mapped)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *addr;

	ASSERT(page);
	SetPageReserved(page);
	addr = ioremap(page_to_phys(page), PAGE_SIZE);
	EXPECT_EQ(vmalloc_to_page(addr), page);
	iounmap(addr);
	ClearPageReserved(page);
	__free_page(page);
}

TEST(vmalloc_ioremap, video_ram_and_roms_are_where_they_always_were)
{
	unsigned long before = vmalloc_info().nr_areas;

	EXPECT_EQ(ioremap(VGA_TEXT_START, 4000), __va(VGA_TEXT_START));
	EXPECT_EQ(ioremap(0xffff0, 16), __va(0xffff0));
	EXPECT_EQ(vmalloc_info().nr_areas, before);
	iounmap(__va(VGA_TEXT_START));
	iounmap(__va(0xffff0));
	EXPECT_EQ(vmalloc_check(), 0);
}

TEST(vmalloc_ioremap, vread_does_not_touch_a_device)
{
	char *addr = ioremap(DEVICE, PAGE_SIZE), byte = '?';

	ASSERT(addr);
	EXPECT_EQ(vread(&byte, addr, 1), 1);
	EXPECT_EQ(byte, 0);
	iounmap(addr);
}

/* ---- /proc/vmallocinfo ---- */

#define TEXT_SIZE 4096

static char text[TEXT_SIZE];

/* The reporter's line about the area at addr, or "". */
static const char *line_about(const void *addr)
{
	const struct proc_file *file = proc_find("vmallocinfo");
	struct seq_buffer buffer;
	char start[12], *line, *end;

	seq_buffer_init(&buffer, text, sizeof(text));
	if (!file || file->show(&buffer.seq))
		return "no such file";
	snprintf(start, sizeof(start), "0x%08lx-", (unsigned long)addr);
	line = strstr(text, start);
	if (!line)
		return "";
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	return line;
}

/* The line of an area as Linux writes it, what comes after the caller given. */
static void expect_line(const void *addr, const char *tail)
{
	static char expected[160];
	struct vm_area_view area = view_of(addr);

	snprintf(expected, sizeof(expected), "0x%08lx-0x%08lx %7lu %pS %s", area.start,
	         area.end, area.end - area.start, area.caller, tail);
	EXPECT_STR(line_about(addr), expected);
}

TEST(vmalloc_ioremap, vmallocinfo_describes_each_kind_as_linux_does)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *plain = vmalloc(5000), *user = vmalloc_user(1);
	void *mapped = vmap(&page, 1, 0, PAGE_KERNEL), *device = ioremap(DEVICE, 1);
	void *large = vmalloc(1025 * PAGE_SIZE);

	ASSERT(page && plain && user && mapped && device && large);
	expect_line(plain, "pages=2 vmalloc");
	expect_line(user, "pages=1 vmalloc user");
	expect_line(mapped, "vmap");
	expect_line(device, "phys=0x00000000fed00000 ioremap");
	expect_line(large, "pages=1025 vmalloc vpages");
	vfree(plain);
	EXPECT_STR(line_about(plain), "");
	vfree(user);
	vfree(large);
	vunmap(mapped);
	iounmap(device);
	__free_page(page);
}
