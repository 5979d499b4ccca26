/*
 * Multiboot1 information, as QEMU's -kernel writes it and as a broken loader
 * might. A buffer plays the physical memory from MEMORY_AT on; the parser can
 * reach what a case has put there and nothing else.
 */
#include "ktest.h"
#include "said.h"

#include <asm/boot_info.h>
#include <asm/multiboot.h>
#include <lib/string.h>
#include <lib/util.h>

#define MEMORY_MAX 8192
#define MEMORY_AT  0x10000

static u8 memory[MEMORY_MAX];
static size_t memory_len;
static struct multiboot1_info info;
static struct boot_info boot;

static void put(const void *data, size_t len)
{
	memcpy(memory + memory_len, data, len);
	memory_len += len;
}

static void put_u32(u32 value)
{
	put(&value, sizeof(value));
}

static void put_u64(u64 value)
{
	put(&value, sizeof(value));
}

static const void *phys(u32 addr, size_t len)
{
	if (addr < MEMORY_AT || addr - MEMORY_AT > memory_len ||
	    len > memory_len - (addr - MEMORY_AT))
		return NULL;
	return memory + (addr - MEMORY_AT);
}

static void begin(void)
{
	memset(&info, 0xff, sizeof(info));
	info.flags = 0;
	memory_len = 0;
	said_nothing_yet();
}

/* The address at which the next bytes are put. */
static u32 here(void)
{
	return MEMORY_AT + (u32)memory_len;
}

static u32 put_text(const char *text)
{
	u32 addr = here();

	put(text, strlen(text) + 1);
	return addr;
}

static void mmap_entry(u32 size, u64 addr, u64 len, u32 type)
{
	put_u32(size);
	put_u64(addr);
	put_u64(len);
	put_u32(type);
}

TEST(multiboot1, what_qemu_says_is_all_there_without_the_file_name)
{
	u32 cmdline = 0;

	begin();
	info.flags = MULTIBOOT1_INFO_MEMORY | MULTIBOOT1_INFO_CMDLINE |
	             MULTIBOOT1_INFO_MODS | MULTIBOOT1_INFO_MMAP |
	             MULTIBOOT1_INFO_LOADER;
	info.mem_lower_kb = 639;
	info.mem_upper_kb = 130944;
	info.cmdline = put_text("build/k896.elf mem=64M  quiet");
	info.loader_name = put_text("qemu");
	cmdline = put_text("module one");
	info.mods_addr = here();
	info.mods_count = 1;
	put_u32(0x500000);
	put_u32(0x501000);
	put_u32(cmdline);
	put_u32(0);
	info.mmap_addr = here();
	mmap_entry(20, 0, 0x9fc00, 1);
	mmap_entry(24, 0x100000, 0x7ee0000, 1);
	put_u32(0xdead);
	mmap_entry(20, 0x100000000, 0x40000000, 2);
	info.mmap_length = here() - info.mmap_addr;
	EXPECT_EQ(multiboot1_parse(&info, phys, &boot), 0);
	EXPECT_STR(boot.cmdline, "mem=64M  quiet");
	EXPECT_STR(boot.loader, "qemu");
	EXPECT(boot.has_basic);
	EXPECT_EQ(boot.mem_upper_kb, 130944);
	ASSERT_EQ(boot.nr_modules, 1);
	EXPECT_STR(boot.modules[0].cmdline, "module one");
	ASSERT_EQ(boot.map.nr, 3);
	EXPECT_EQ(boot.map.entries[1].size, 0x7ee0000);
	EXPECT_EQ(boot.map.entries[2].addr, 0x100000000);
	EXPECT_EQ(boot.map.entries[2].type, E820_RESERVED);
	EXPECT(!said("multiboot"));
}

TEST(multiboot1, a_file_name_alone_leaves_an_empty_command_line)
{
	begin();
	info.flags = MULTIBOOT1_INFO_CMDLINE | MULTIBOOT1_INFO_LOADER;
	info.loader_name = put_text("qemu");
	info.cmdline = put_text("k896.elf");
	multiboot1_parse(&info, phys, &boot);
	EXPECT_STR(boot.cmdline, "");
}

TEST(multiboot1, another_loaders_first_word_is_a_parameter)
{
	begin();
	info.flags = MULTIBOOT1_INFO_CMDLINE | MULTIBOOT1_INFO_LOADER;
	info.loader_name = put_text("GRUB 2.06");
	info.cmdline = put_text("quiet mem=1G");
	multiboot1_parse(&info, phys, &boot);
	EXPECT_STR(boot.cmdline, "quiet mem=1G");
}

TEST(multiboot1, fields_without_their_flag_are_not_believed)
{
	begin();
	EXPECT_EQ(multiboot1_parse(&info, phys, &boot), 0);
	EXPECT(!boot.has_basic && !boot.has_map && !boot.nr_modules);
	EXPECT_STR(boot.cmdline, "");
	EXPECT(!said("multiboot"));
}

TEST(multiboot1, addresses_that_cannot_be_reached_are_named)
{
	begin();
	info.flags = ~0U;
	EXPECT_EQ(multiboot1_parse(&info, phys, &boot), 0);
	EXPECT(!boot.has_map && !boot.nr_modules);
	EXPECT_EQ(times_said("cannot be reached"), 2);
	EXPECT(said("memory map broken at 0xffffffff"));
	EXPECT(said("modules 1 to 4294967295"));
}

TEST(multiboot1, a_map_whose_entry_has_no_size_ends_there)
{
	static const u32 sizes[] = {0, 4, 19};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		begin();
		info.flags = MULTIBOOT1_INFO_MMAP;
		info.mmap_addr = here();
		mmap_entry(20, 0, 0x1000, 1);
		mmap_entry(sizes[i], 0x1000, 0x1000, 1);
		mmap_entry(20, 0x2000, 0x1000, 1);
		info.mmap_length = here() - info.mmap_addr;
		EXPECT_EQ(multiboot1_parse(&info, phys, &boot), 0);
		EXPECT_EQ(boot.map.nr, 1);
		EXPECT(said("memory map broken at 0x10018"));
	}
}

TEST(multiboot1, an_entry_that_leads_out_of_the_map_is_the_last)
{
	begin();
	info.flags = MULTIBOOT1_INFO_MMAP;
	info.mmap_addr = here();
	mmap_entry(0xffffffff, 0, 0x1000, 1);
	mmap_entry(20, 0x2000, 0x1000, 1);
	info.mmap_length = 0xffffffff;
	EXPECT_EQ(multiboot1_parse(&info, phys, &boot), 0);
	EXPECT_EQ(boot.map.nr, 1);
	EXPECT(said("memory map of 4294967295 bytes"));
}

TEST(multiboot1, a_text_without_an_end_stops_where_memory_does)
{
	begin();
	info.flags = MULTIBOOT1_INFO_CMDLINE;
	info.cmdline = here();
	put("quiet", 5);
	EXPECT_EQ(multiboot1_parse(&info, phys, &boot), 0);
	EXPECT_STR(boot.cmdline, "quiet");
	EXPECT(said("cannot be reached to its end"));
}

TEST(multiboot1, a_long_text_of_version_1_is_cut_and_marked)
{
	begin();
	info.flags = MULTIBOOT1_INFO_CMDLINE;
	info.cmdline = here();
	memset(memory, 'x', MEMORY_MAX);
	memory_len = MEMORY_MAX;
	EXPECT_EQ(multiboot1_parse(&info, phys, &boot), 0);
	EXPECT(boot.cmdline_truncated);
	EXPECT_EQ(strlen(boot.cmdline), COMMAND_LINE_SIZE - 1);
}
