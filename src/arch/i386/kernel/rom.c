/*
 * Finding ROMs. An option ROM starts at a 2 KiB boundary with the bytes 0x55
 * 0xaa and its length in units of 512 bytes, and all its bytes add up to 0
 * modulo 256 (BIOS Boot Specification 3.3). The rules are Linux's, so that
 * /proc/iomem agrees: one video ROM at most, whose signature suffices (without a
 * valid length it is taken to reach up to the adapters); behind it adapters,
 * which must have length and checksum; the last 64 KiB are the BIOS. Linux also
 * knows an "Extension ROM" of 64 KiB at 0xe0000; here that is an adapter.
 */
#include <asm/rom.h>
#include <lib/util.h>

#define ROM_SIGNATURE_0 0x55
#define ROM_SIGNATURE_1 0xaa
#define ROM_LENGTH_BYTE 2

static const u8 *rom_at(const u8 *area, u32 phys)
{
	return area + (phys - ROM_AREA_START);
}

static bool has_signature(const u8 *rom)
{
	return rom[0] == ROM_SIGNATURE_0 && rom[1] == ROM_SIGNATURE_1;
}

static bool sums_to_zero(const u8 *rom, u32 length)
{
	u8 sum = 0;

	for (u32 i = 0; i < length; i++)
		sum = (u8)(sum + rom[i]);
	return sum == 0;
}

/* The end of a ROM with valid length and checksum that lies below limit, or 0. */
static u32 valid_end(const u8 *area, u32 start, u32 limit)
{
	const u8 *rom = rom_at(area, start);
	u32 length = rom[ROM_LENGTH_BYTE] * ROM_LENGTH_UNIT;

	if (length == 0 || length > limit - start || !sums_to_zero(rom, length))
		return 0;
	return start + length;
}

static bool find_video_rom(const u8 *area, struct rom_region *out)
{
	for (u32 start = ROM_AREA_START; start < ADAPTER_START; start += ROM_STEP) {
		u32 end;

		if (!has_signature(rom_at(area, start)))
			continue;
		end = valid_end(area, start, SYSTEM_START);
		*out = (struct rom_region){
		    .start = start,
		    .end = end ? end : (u32)ADAPTER_START,
		    .name = "Video ROM",
		};
		return true;
	}
	return false;
}

static unsigned int find_adapter_roms(const u8 *area, u32 start, struct rom_region *out)
{
	unsigned int found = 0;

	while (start < SYSTEM_START) {
		u32 end = 0;

		if (has_signature(rom_at(area, start)))
			end = valid_end(area, start, SYSTEM_START);
		if (end == 0) {
			start += ROM_STEP;
			continue;
		}
		out[found++] = (struct rom_region){start, end, "Adapter ROM"};
		start = ALIGN(end, ROM_STEP);
	}
	return found;
}

unsigned int rom_scan(const u8 *area, struct rom_region out[ROM_REGIONS_MAX])
{
	u32 adapters = ADAPTER_START;
	unsigned int found = 0;

	if (find_video_rom(area, out)) {
		adapters = max(adapters, ALIGN(out[0].end, ROM_STEP));
		found = 1;
	}
	found += find_adapter_roms(area, adapters, out + found);
	out[found++] = (struct rom_region){SYSTEM_START, ROM_AREA_END, "System ROM"};
	return found;
}
