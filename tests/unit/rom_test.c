/*
 * The ROM scan on areas laid out by hand.
 */
#include "ktest.h"

#include <asm/rom.h>
#include <lib/string.h>

static u8 area[ROM_AREA_SIZE];
static struct rom_region roms[ROM_REGIONS_MAX];

static void fresh(void)
{
	memset(area, 0xff, sizeof(area)); /* what an empty bus reads as */
}

/* A ROM of `units` times 512 bytes whose bytes add up to zero. */
static void put_rom(u32 phys, u8 units)
{
	u8 *rom = area + (phys - ROM_AREA_START);

	memset(rom, 0, units * ROM_LENGTH_UNIT);
	rom[0] = 0x55;
	rom[1] = 0xaa;
	rom[2] = units;
	rom[5] = (u8)(0 - 0x55 - 0xaa - units);
}

static void expect_rom(unsigned int i, u32 start, u32 end, const char *name)
{
	EXPECT_EQ(roms[i].start, start);
	EXPECT_EQ(roms[i].end, end);
	EXPECT_STR(roms[i].name, name);
}

TEST(rom, an_empty_area_has_the_system_rom_only)
{
	fresh();
	ASSERT_EQ(rom_scan(area, roms), 1);
	expect_rom(0, 0xf0000, 0x100000, "System ROM");
}

/* tests/oracle/pc-4G/iomem: c0000-c9bff and ca000-cadff */
TEST(rom, qemus_video_bios_and_boot_rom_are_found)
{
	fresh();
	put_rom(0xc0000, 0x9c00 / 512);
	put_rom(0xca000, 0x0e00 / 512);
	ASSERT_EQ(rom_scan(area, roms), 3);
	expect_rom(0, 0xc0000, 0xc9c00, "Video ROM");
	expect_rom(1, 0xca000, 0xcae00, "Adapter ROM");
	expect_rom(2, 0xf0000, 0x100000, "System ROM");
}

TEST(rom, a_video_rom_with_a_wrong_checksum_reaches_up_to_the_adapters)
{
	fresh();
	put_rom(0xc0000, 64);
	area[100]++;
	ASSERT_EQ(rom_scan(area, roms), 2);
	expect_rom(0, 0xc0000, 0xc8000, "Video ROM");
}

TEST(rom, a_video_rom_may_start_late)
{
	fresh();
	put_rom(0xc4000, 16);
	ASSERT_EQ(rom_scan(area, roms), 2);
	expect_rom(0, 0xc4000, 0xc6000, "Video ROM");
}

TEST(rom, an_adapter_with_a_wrong_checksum_is_not_one)
{
	fresh();
	put_rom(0xd0000, 4);
	area[0xd0010 - ROM_AREA_START]++;
	EXPECT_EQ(rom_scan(area, roms), 1);
}

TEST(rom, an_adapter_without_length_is_not_one)
{
	fresh();
	put_rom(0xd0000, 1);
	area[0xd0002 - ROM_AREA_START] = 0;
	area[0xd0005 - ROM_AREA_START]++;
	EXPECT_EQ(rom_scan(area, roms), 1);
}

TEST(rom, an_adapter_that_reaches_into_the_bios_is_not_one)
{
	fresh();
	put_rom(0xef000, 9);
	EXPECT_EQ(rom_scan(area, roms), 1);
	put_rom(0xef000, 8);
	ASSERT_EQ(rom_scan(area, roms), 2);
	expect_rom(0, 0xef000, 0xf0000, "Adapter ROM");
}

TEST(rom, a_signature_inside_another_rom_is_covered)
{
	fresh();
	put_rom(0xd0000, 16); /* 8 KiB: up to d2000 */
	put_rom(0xd0800, 4);  /* adds up to zero, so the outer sum stays right */
	ASSERT_EQ(rom_scan(area, roms), 2);
	expect_rom(0, 0xd0000, 0xd2000, "Adapter ROM");
}

TEST(rom, a_signature_off_the_2_kib_grid_does_not_count)
{
	fresh();
	put_rom(0xd0200, 4);
	EXPECT_EQ(rom_scan(area, roms), 1);
}

TEST(rom, the_whole_area_full_of_roms_fits_the_result)
{
	fresh();
	for (u32 at = ROM_AREA_START; at < SYSTEM_START; at += ROM_STEP)
		put_rom(at, 4);
	/* one video ROM; what it leaves below the adapters does not count */
	ASSERT_EQ(rom_scan(area, roms), (0xf0000 - 0xc8000) / 2048 + 2);
	expect_rom(0, 0xc0000, 0xc0800, "Video ROM");
	expect_rom(1, 0xc8000, 0xc8800, "Adapter ROM");
}

TEST(rom, random_bytes_give_ascending_regions_inside_the_area)
{
	u64 state = ktest_seed();

	for (int round = 0; round < 20; round++) {
		u32 end = ROM_AREA_START;
		unsigned int count;

		for (size_t i = 0; i < sizeof(area); i += 8) {
			u64 bytes = ktest_random(&state);

			memcpy(area + i, &bytes, sizeof(bytes));
		}
		for (u32 at = ROM_AREA_START; at < SYSTEM_START; at += ROM_STEP) {
			if (ktest_random_below(&state, 4) == 0)
				put_rom(at, (u8)ktest_random_below(&state, 5));
		}
		count = rom_scan(area, roms);
		ASSERT(count >= 1 && count <= ROM_REGIONS_MAX);
		for (unsigned int i = 0; i < count; i++) {
			ASSERT(roms[i].start >= end && roms[i].end > roms[i].start);
			end = roms[i].end;
		}
		ASSERT_EQ(end, ROM_AREA_END);
	}
}
