/*
 * The machine's map through the boot, message by message. On the host only: in
 * the booted kernel the map is in use.
 */
#include "ktest.h"
#include "said.h"

#include <asm/boot_info.h>
#include <asm/e820.h>
#include <lib/errno.h>
#include <lib/string.h>
#include <lib/util.h>

#ifdef K896_HOST

#define LIMIT_64G (1UL << 24)

static struct boot_info boot;

/* QEMU's pc with 4 GiB, see tests/oracle/pc-4G/firmware_memmap. */
static const struct e820_entry pc_4g[] = {
    {0, 0x9fc00, E820_RAM},
    {0x9fc00, 0x400, E820_RESERVED},
    {0xf0000, 0x10000, E820_RESERVED},
    {0x100000, 0xbfee0000, E820_RAM},
    {0xbffe0000, 0x20000, E820_RESERVED},
    {0xfffc0000, 0x40000, E820_RESERVED},
    {0x100000000, 0x40000000, E820_RAM},
};

static void boot_with(const struct e820_entry *entries, unsigned int nr)
{
	unsigned int i;

	memset(&boot, 0, sizeof(boot));
	for (i = 0; i < nr; i++)
		e820_add(&boot.map, entries[i].addr, entries[i].size, entries[i].type);
	boot.has_map = nr > 0;
	said_nothing_yet();
}

static void start_pc_4g(void)
{
	boot_with(pc_4g, ARRAY_SIZE(pc_4g));
	e820_setup(&boot);
}

TEST(e820_boot, the_4g_machines_boot_log_is_linuxs)
{
	start_pc_4g();
	EXPECT(said("BIOS-provided physical RAM map:"));
	EXPECT(said("BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable"));
	EXPECT(said("BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved"));
	EXPECT(said("BIOS-e820: [mem 0x00000000000f0000-0x00000000000fffff] reserved"));
	EXPECT(said("BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable"));
	EXPECT(said("BIOS-e820: [mem 0x00000000bffe0000-0x00000000bfffffff] reserved"));
	EXPECT(said("BIOS-e820: [mem 0x00000000fffc0000-0x00000000ffffffff] reserved"));
	EXPECT(said("BIOS-e820: [mem 0x0000000100000000-0x000000013fffffff] usable"));
	EXPECT_EQ(times_said("BIOS-e820"), 7);
	e820_finish();
	EXPECT(said("e820: update [mem 0x00000000-0x00000fff] usable ==> reserved"));
	EXPECT(said("e820: remove [mem 0x000a0000-0x000fffff] usable"));
	EXPECT(!said("user"));
	EXPECT_EQ(e820_last_pfn(LIMIT_64G), 0x140000);
	EXPECT(said("last_pfn = 0x140000 max_arch_pfn = 0x1000000"));
	EXPECT(!said("ignored"));
	EXPECT_EQ(e820.nr, 8);
	EXPECT_EQ(e820_firmware.nr, 7);
}

TEST(e820_boot, ram_beyond_64_gib_is_kept_in_the_map_and_reported)
{
	start_pc_4g();
	e820_add(&boot.map, 0x140000000, 0xf00000000, E820_RAM);
	e820_setup(&boot);
	said_nothing_yet();
	EXPECT_EQ(e820_last_pfn(LIMIT_64G), LIMIT_64G);
	EXPECT(said("e820: 1048576 KiB of RAM at and above 0x1000000000 cannot be "
	            "reached and are ignored"));
	EXPECT_EQ(e820_ram_bytes(&e820), 0x9fc00 + 0xbfee0000 + 0xf40000000);
}

TEST(e820_boot, without_a_map_the_basic_sizes_serve)
{
	boot_with(NULL, 0);
	boot.has_basic = true;
	boot.mem_lower_kb = 639;
	boot.mem_upper_kb = 129920;
	e820_setup(&boot);
	EXPECT(
	    said("gave no memory map: falling back to its basic memory information"));
	EXPECT(said("BIOS-88: [mem 0x0000000000000000-0x000000000009fbff] usable"));
	EXPECT(said("BIOS-88: [mem 0x0000000000100000-0x0000000007fdffff] usable"));
	EXPECT_EQ(e820.nr, 2);
}

TEST(e820_boot, a_map_without_ram_falls_back_too)
{
	static const struct e820_entry reserved = {0, 0x100000000, E820_RESERVED};

	boot_with(&reserved, 1);
	boot.has_basic = true;
	boot.mem_upper_kb = 1024;
	e820_setup(&boot);
	EXPECT(said("no memory map with RAM in it"));
	EXPECT_EQ(e820.nr, 1);
	EXPECT_EQ(e820.entries[0].addr, 0x100000);
}

TEST(e820_boot, basic_sizes_that_cannot_be_are_cut)
{
	boot_with(NULL, 0);
	boot.has_basic = true;
	boot.mem_lower_kb = 0xffffffff;
	boot.mem_upper_kb = 0xffffffff;
	e820_setup(&boot);
	EXPECT_EQ(times_said("are believed"), 2);
	EXPECT_EQ(e820.entries[0].size, 0xa0000);
	EXPECT_EQ(e820_last(&e820.entries[1]), 0xffffffff);
}

static void setup(void *info)
{
	e820_setup(info);
}

TEST(e820_boot, without_any_memory_the_boot_panics)
{
	static const struct e820_entry tiny = {0x1001, 0x1ffe, E820_RAM};

	boot_with(NULL, 0);
	EXPECT_BUG(setup, &boot);
	boot.has_basic = true;
	EXPECT_BUG(setup, &boot);
	boot_with(&tiny, 1);
	EXPECT_BUG(setup, &boot);
}

TEST(e820_boot, what_is_dropped_is_said_and_a_flood_is_counted)
{
	unsigned int i;

	boot_with(pc_4g, ARRAY_SIZE(pc_4g));
	e820_add(&boot.map, 0x5000, 0xffffffffffffffff, E820_RAM);
	boot.dropped_entries = 3;
	for (i = 0; i < 300; i++)
		e820_add(&boot.map, i, 0, E820_NVS);
	e820_setup(&boot);
	EXPECT(said("3 entries more than the 1024 that fit"));
	EXPECT(
	    said("entry 0x5000, length 0xffffffffffffffff, usable, ends beyond 2^64: "
	         "dropped"));
	EXPECT(said("entry 0x2, length 0x0, ACPI NVS, has no length: dropped"));
	EXPECT_EQ(times_said("has no length"), 7);
	EXPECT(said("and 293 more such entries"));
	EXPECT_EQ(e820.nr, 7);
}

TEST(e820_boot, a_map_of_a_thousand_entries_is_kept)
{
	unsigned int i;

	boot_with(NULL, 0);
	boot.has_map = true;
	for (i = 0; i < 1000; i++)
		e820_add(&boot.map, (999 - i) * 0x10000ULL, 0x8000, E820_RAM);
	e820_setup(&boot);
	EXPECT_EQ(e820.nr, 1000);
	EXPECT_EQ(e820.entries[999].addr, 999 * 0x10000);
}

/* tests/oracle/README.md: mem=1G cuts at exactly 1 GiB. */
TEST(e820_boot, mem_removes_the_ram_above)
{
	start_pc_4g();
	EXPECT_EQ(parse_params("mem=1G"), 0);
	EXPECT(said("e820: remove [mem 0x40000000-0xfffffffffffffffe] usable"));
	e820_finish();
	EXPECT(said("user-defined physical RAM map:"));
	EXPECT(said("user: [mem 0x0000000000100000-0x000000003fffffff] usable"));
	EXPECT(said("user: [mem 0x00000000bffe0000-0x00000000bfffffff] reserved"));
	EXPECT_EQ(times_said("user: "), 6);
	EXPECT_EQ(e820_last_pfn(LIMIT_64G), 0x40000);
}

TEST(e820_boot, a_malformed_mem_is_named_and_changes_nothing)
{
	static const char *const bad[] = {"mem=banana", "mem=",         "mem",
	                                  "mem=0",      "mem=1Gx",      "mem=-1",
	                                  "mem=99E",    "mem=nopentium"};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		start_pc_4g();
		EXPECT_EQ(parse_params(bad[i]), 1);
		EXPECT(said(bad[i]));
		EXPECT(said("expected mem=SIZE[KMG]"));
		e820_finish();
		EXPECT(!said("user"));
		EXPECT_EQ(e820_last_pfn(LIMIT_64G), 0x140000);
	}
}

TEST(e820_boot, exactmap_keeps_only_what_is_given)
{
	start_pc_4g();
	EXPECT_EQ(parse_params("memmap=exactmap,640K@0,127M@1M "
	                       "memmap=0x20000#0x8000000,64K$0xf0000"),
	          0);
	e820_finish();
	EXPECT(said("user: [mem 0x0000000000000000-0x000000000009ffff] usable"));
	EXPECT(said("user: [mem 0x00000000000f0000-0x00000000000fffff] reserved"));
	EXPECT(said("user: [mem 0x0000000000100000-0x0000000007ffffff] usable"));
	EXPECT(said("user: [mem 0x0000000008000000-0x000000000801ffff] ACPI data"));
	EXPECT_EQ(times_said("user: "), 4);
}

TEST(e820_boot, memmap_adds_to_the_firmwares_map_and_the_stronger_type_wins)
{
	start_pc_4g();
	parse_params("memmap=1M$16M memmap=64K@0xf0000");
	e820_finish();
	EXPECT(said("user: [mem 0x0000000000100000-0x0000000000ffffff] usable"));
	EXPECT(said("user: [mem 0x0000000001000000-0x00000000010fffff] reserved"));
	EXPECT(said("user: [mem 0x0000000001100000-0x00000000bffdffff] usable"));
	EXPECT(said("user: [mem 0x00000000000f0000-0x00000000000fffff] reserved"));
}

TEST(e820_boot, a_memmap_element_without_a_sign_is_a_limit)
{
	start_pc_4g();
	parse_params("memmap=512M");
	EXPECT(said("e820: remove [mem 0x20000000-0xfffffffffffffffe] usable"));
	EXPECT_EQ(e820_end_of_ram_pfn(&e820, LIMIT_64G), 0x20000);
}

TEST(e820_boot, a_malformed_element_of_memmap_is_named_and_the_others_count)
{
	start_pc_4g();
	parse_params("memmap=1M$16M,banana,,2M@,3M!1G,4M@x,0@1M,1M$32M,2M@-1,"
	             "16E@1,0x2000$0xffffffffffffffff,exactmapx");
	EXPECT(said("memmap=: \"banana\" ignored: expected SIZE[KMG]@START (RAM)"));
	EXPECT(said("memmap=: \"\" ignored"));
	EXPECT(said("memmap=: \"2M@\" ignored"));
	EXPECT(said("memmap=: \"3M!1G\" ignored"));
	EXPECT(said("memmap=: \"4M@x\" ignored"));
	EXPECT(said("memmap=: \"0@1M\" ignored"));
	EXPECT(said("memmap=: \"2M@-1\" ignored"));
	EXPECT(said("memmap=: \"16E@1\" ignored"));
	EXPECT(said("memmap=: \"0x2000$0xffffffffffffffff\" ignored"));
	EXPECT(said("memmap=: \"exactmapx\" ignored"));
	EXPECT_EQ(times_said("ignored"), 10);
	EXPECT(e820_all_of_type(&e820, 16 << 20, 17 << 20, E820_RESERVED));
	EXPECT(e820_all_of_type(&e820, 32 << 20, 33 << 20, E820_RESERVED));
	EXPECT_EQ(parse_params("memmap"), 1);
}

TEST(e820_boot, parameters_that_leave_no_ram_are_ignored)
{
	start_pc_4g();
	parse_params("memmap=exactmap");
	e820_finish();
	EXPECT(said("leave no RAM"));
	EXPECT_EQ(e820_last_pfn(LIMIT_64G), 0x140000);
	start_pc_4g();
	parse_params("mem=4K");
	e820_finish();
	EXPECT(said("leave no RAM"));
	EXPECT_EQ(e820_last_pfn(LIMIT_64G), 0x140000);
}

TEST(e820_boot, the_kernels_own_memory_is_ram_whatever_the_map_says)
{
	start_pc_4g();
	e820_finish();
	e820_add_kernel_range(0x100000, 0x400000);
	EXPECT(!said("not all RAM"));
	start_pc_4g();
	parse_params("memmap=64K$0x200000");
	e820_finish();
	e820_add_kernel_range(0x100000, 0x400000);
	EXPECT(said("the kernel's own [mem 0x00100000-0x003fffff] is not all RAM"));
	EXPECT(e820_all_of_type(&e820, 0x100000, 0xbffe0000, E820_RAM));
}

/* A map that is full already still makes room for what is cut. */
TEST(e820_boot, a_full_map_can_be_limited)
{
	unsigned int i;

	boot_with(NULL, 0);
	for (i = 0; i < E820_MAX; i++)
		e820_add(&boot.map, i * 0x100000ULL, 0x80000, E820_RAM);
	e820_setup(&boot);
	EXPECT_EQ(parse_params("mem=0x140000"), 0);
	EXPECT_EQ(e820.nr, 2);
	EXPECT_EQ(e820_ram_bytes(&e820), 0xc0000);
	EXPECT(!said("no room"));
}

#endif
