/*
 * The zones of thirteen machines as a real Linux 6.1 printed them, in pages.
 * tools/oracle-table.py made this table from tests/oracle, and a test of
 * tests/boot makes it again and compares.
 */
#ifndef WATERMARK_ORACLE_H
#define WATERMARK_ORACLE_H

#include <mm/mmzone.h>

struct oracle_zone {
	unsigned long managed;
	unsigned long min, low, high;
	unsigned long protection[MAX_NR_ZONES];
	int batch, pcp_high; /* 0: the zone is empty and has no lists */
};

struct oracle_machine {
	const char *name;
	unsigned long min_free_kbytes;
	unsigned long reserve; /* what MemAvailable leaves out of MemFree */
	struct oracle_zone zones[MAX_NR_ZONES];
};

/* clang-format off */
static const struct oracle_machine oracle[] = {
	{"pc-128M", 1337, 593, {
		[ZONE_DMA] = {3840, 45, 56, 67,
			{0, 94, 94, 94}, 1, 56},
		[ZONE_NORMAL] = {24623, 288, 360, 432,
			{0, 0, 0, 0}, 3, 360},
		[ZONE_HIGHMEM] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
		[ZONE_MOVABLE] = {0, 0, 0, 0,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"pc-16G", 3393, 138389, {
		[ZONE_DMA] = {3840, 17, 21, 25,
			{0, 692, 16180, 16180}, 1, 21},
		[ZONE_NORMAL] = {177895, 830, 1037, 1244,
			{0, 0, 123903, 123903}, 63, 1037},
		[ZONE_HIGHMEM] = {3964896, 128, 4765, 9402,
			{0, 0, 0, 0}, 63, 4765},
		[ZONE_MOVABLE] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"pc-1G", 3759, 3509, {
		[ZONE_DMA] = {3840, 16, 20, 24,
			{0, 852, 980, 980}, 1, 20},
		[ZONE_NORMAL] = {218856, 922, 1152, 1382,
			{0, 0, 1023, 1023}, 63, 1152},
		[ZONE_HIGHMEM] = {32736, 32, 66, 100,
			{0, 0, 0, 0}, 7, 66},
		[ZONE_MOVABLE] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"pc-2G", 3737, 13362, {
		[ZONE_DMA] = {3840, 16, 20, 24,
			{0, 842, 1994, 1994}, 1, 20},
		[ZONE_NORMAL] = {216296, 917, 1146, 1375,
			{0, 0, 9215, 9215}, 63, 1146},
		[ZONE_HIGHMEM] = {294880, 128, 441, 754,
			{0, 0, 0, 0}, 63, 441},
		[ZONE_MOVABLE] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"pc-3G", 3715, 23122, {
		[ZONE_DMA] = {3840, 16, 20, 24,
			{0, 832, 3008, 3008}, 1, 20},
		[ZONE_NORMAL] = {213736, 911, 1138, 1365,
			{0, 0, 17407, 17407}, 63, 1138},
		[ZONE_HIGHMEM] = {557024, 128, 723, 1318,
			{0, 0, 0, 0}, 63, 723},
		[ZONE_MOVABLE] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"pc-4G", 3671, 32687, {
		[ZONE_DMA] = {3840, 16, 20, 24,
			{0, 812, 4012, 4012}, 1, 20},
		[ZONE_NORMAL] = {208616, 900, 1125, 1350,
			{0, 0, 25599, 25599}, 63, 1125},
		[ZONE_HIGHMEM] = {819168, 128, 1013, 1898,
			{0, 0, 0, 0}, 63, 1013},
		[ZONE_MOVABLE] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"pc-512M", 2831, 1532, {
		[ZONE_DMA] = {3840, 21, 26, 31,
			{0, 474, 474, 474}, 1, 26},
		[ZONE_NORMAL] = {121895, 685, 856, 1027,
			{0, 0, 0, 0}, 31, 856},
		[ZONE_HIGHMEM] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
		[ZONE_MOVABLE] = {0, 0, 0, 0,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"pc-64G", 1962, 126542, {
		[ZONE_DMA] = {3840, 30, 37, 44,
			{0, 222, 63838, 63838}, 1, 37},
		[ZONE_NORMAL] = {57572, 459, 573, 687,
			{0, 0, 508927, 508927}, 15, 573},
		[ZONE_HIGHMEM] = {16285664, 128, 32875, 65622,
			{0, 0, 0, 0}, 63, 32875},
		[ZONE_MOVABLE] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"pc-64M", 867, 351, {
		[ZONE_DMA] = {3840, 70, 87, 104,
			{0, 30, 30, 30}, 1, 87},
		[ZONE_NORMAL] = {8411, 145, 181, 217,
			{0, 0, 0, 0}, 1, 181},
		[ZONE_HIGHMEM] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
		[ZONE_MOVABLE] = {0, 0, 0, 0,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"pc-896M", 3761, 2261, {
		[ZONE_DMA] = {3840, 16, 20, 24,
			{0, 854, 854, 854}, 1, 20},
		[ZONE_NORMAL] = {219143, 923, 1153, 1383,
			{0, 0, 0, 0}, 63, 1153},
		[ZONE_HIGHMEM] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
		[ZONE_MOVABLE] = {0, 0, 0, 0,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"pc-8G", 3581, 67792, {
		[ZONE_DMA] = {3840, 17, 21, 25,
			{0, 772, 8068, 8068}, 1, 21},
		[ZONE_NORMAL] = {198376, 877, 1096, 1315,
			{0, 0, 58367, 58367}, 63, 1096},
		[ZONE_HIGHMEM] = {1867744, 128, 2199, 4270,
			{0, 0, 0, 0}, 63, 2199},
		[ZONE_MOVABLE] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"q35-2G", 3737, 13361, {
		[ZONE_DMA] = {3840, 16, 20, 24,
			{0, 842, 1994, 1994}, 1, 20},
		[ZONE_NORMAL] = {216296, 917, 1146, 1375,
			{0, 0, 9214, 9214}, 63, 1146},
		[ZONE_HIGHMEM] = {294879, 128, 441, 754,
			{0, 0, 0, 0}, 63, 441},
		[ZONE_MOVABLE] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
	}},
	{"q35-4G", 3648, 32689, {
		[ZONE_DMA] = {3840, 16, 20, 24,
			{0, 802, 4002, 4002}, 1, 20},
		[ZONE_NORMAL] = {206056, 895, 1118, 1341,
			{0, 0, 25598, 25598}, 63, 1118},
		[ZONE_HIGHMEM] = {819167, 128, 1019, 1910,
			{0, 0, 0, 0}, 63, 1019},
		[ZONE_MOVABLE] = {0, 32, 32, 32,
			{0, 0, 0, 0}, 0, 0},
	}},
};
/* clang-format on */

#endif
