/*
 * Enumerating PCI. Buses are walked from a set: bus 0 is in it, each bridge adds
 * its secondary bus, each bus is walked once; so loops and lies in the bridges'
 * registers cost at most 256 walks. A base address register is measured by
 * writing ones and reading back which bits stuck (PCI 3.0, 6.2.5.1), with the
 * function's memory decoding off; host bridges are left alone, because some stop
 * forwarding to RAM with it. A register that holds 0 was not assigned by the
 * firmware and is skipped, as is the boot VGA's ROM, which the BIOS copied to
 * 0xc0000 (there it is the "Video ROM").
 */
#include <asm/pci.h>
#include <lib/bitops.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>

/* Registers of the header, as the doublewords that hold them */
#define REG_ID         0x00 /* vendor, device */
#define REG_COMMAND    0x04 /* command, status */
#define REG_CLASS      0x08 /* revision, class */
#define REG_HEADER     0x0c /* cache line, latency, header type, BIST */
#define REG_BAR0       0x10
#define REG_BUSES      0x18 /* bridge: primary, secondary, subordinate, latency */
#define REG_ROM        0x30
#define REG_ROM_BRIDGE 0x38

#define ID_NONE        0xffffffffU
#define VENDOR_INVALID 0xffff

#define COMMAND_MASK   0xffffU /* above it: status, whose ones clear */
#define COMMAND_IO     0x0001U
#define COMMAND_MEMORY 0x0002U

#define HEADER_MULTIFUNCTION 0x80
#define HEADER_TYPE_MASK     0x7f
#define HEADER_NORMAL        0
#define HEADER_BRIDGE        1
#define HEADER_CARDBUS       2

#define CLASS_HOST_BRIDGE 0x0600
#define CLASS_VGA         0x0300
#define CLASS_SUB_SHIFT   8 /* leaves base class and subclass */

#define BAR_IO           0x1U
#define BAR_TYPE_MASK    0x6U
#define BAR_TYPE_64      0x4U
#define BAR_PREFETCHABLE 0x8U
#define BAR_ADDRESS_MASK 0xfffffff0U
#define ROM_ADDRESS_MASK 0xfffff800U
#define ALL_ONES         0xffffffffU

#define BARS_MAX    6
#define REGIONS_MAX (BARS_MAX + 1) /* and the ROM */

#define BUSES         256U
#define SLOTS         32U
#define FUNCTIONS     8U
#define BITS_PER_WORD 32U

struct scan {
	const struct pci_ops *ops;
	const struct pci_visitor *visitor;
	u32 pending[BUSES / BITS_PER_WORD];
	u32 walked[BUSES / BITS_PER_WORD];
	bool boot_vga_seen;
	unsigned int found;
};

static u32 config_read(const struct scan *s, const struct pci_function *f,
                       unsigned int reg)
{
	return s->ops->read(f->bus, f->devfn, (u8)reg);
}

static void config_write(const struct scan *s, const struct pci_function *f,
                         unsigned int reg, u32 value)
{
	s->ops->write(f->bus, f->devfn, (u8)reg, value);
}

/* Write ones, read what stuck, put the old value back. */
static u32 measure(const struct scan *s, const struct pci_function *f, unsigned int reg,
                   u32 ones)
{
	u32 old = config_read(s, f, reg);
	u32 stuck;

	config_write(s, f, reg, ones);
	stuck = config_read(s, f, reg);
	config_write(s, f, reg, old);
	return stuck;
}

/* The lowest address bit that can be set is the size; 0: no register there. */
static u64 size_of(u64 stuck)
{
	return stuck & -stuck;
}

/* What one function answers to, collected while its decoding is off: the
 * visitor may print, and the function may be the screen. */
struct regions {
	struct pci_region region[REGIONS_MAX];
	unsigned int count;
};

static void collect(struct regions *all, const struct pci_region *region)
{
	bool wraps = region->start + region->size - 1 < region->start;

	if (region->start == 0 || region->size == 0 || wraps)
		return;
	all->region[all->count++] = *region;
}

/* Measure the memory BAR at reg; last: no register behind it. Returns how many
 * registers it took. */
static int scan_bar(const struct scan *s, const struct pci_function *f, int bar,
                    bool last, struct regions *all)
{
	unsigned int reg = REG_BAR0 + (unsigned int)bar * sizeof(u32);
	u32 low = config_read(s, f, reg);
	bool wide = !(low & BAR_IO) && (low & BAR_TYPE_MASK) == BAR_TYPE_64;
	struct pci_region region = {
	    .bar = bar,
	    .start = low & BAR_ADDRESS_MASK,
	    .prefetchable = low & BAR_PREFETCHABLE,
	};
	u64 stuck;

	if (low & BAR_IO)
		return 1;
	if (wide && last)
		return 1; /* its upper half would be another register */
	stuck = measure(s, f, reg, ALL_ONES) & BAR_ADDRESS_MASK;
	if (wide) {
		region.start |= (u64)config_read(s, f, reg + sizeof(u32)) << 32;
		stuck |= (u64)measure(s, f, reg + sizeof(u32), ALL_ONES) << 32;
	}
	region.size = size_of(stuck);
	collect(all, &region);
	return wide ? 2 : 1;
}

static void scan_rom(const struct scan *s, const struct pci_function *f,
                     unsigned int reg, struct regions *all)
{
	struct pci_region region = {.bar = PCI_ROM, .prefetchable = true};

	if (f->boot_vga)
		return;
	region.start = config_read(s, f, reg) & ROM_ADDRESS_MASK;
	region.size = size_of(measure(s, f, reg, ROM_ADDRESS_MASK) & ROM_ADDRESS_MASK);
	collect(all, &region);
}

struct header_layout {
	int bars;
	unsigned int rom_reg; /* 0: none */
};

static struct header_layout layout_of(u8 header_type)
{
	switch (header_type) {
	case HEADER_NORMAL:
		return (struct header_layout){BARS_MAX, REG_ROM};
	case HEADER_BRIDGE:
		return (struct header_layout){2, REG_ROM_BRIDGE};
	case HEADER_CARDBUS:
		return (struct header_layout){1, 0};
	default:
		return (struct header_layout){0, 0};
	}
}

static void scan_regions(const struct scan *s, const struct pci_function *f)
{
	struct header_layout layout = layout_of(f->header_type);
	u32 command = config_read(s, f, REG_COMMAND) & COMMAND_MASK;
	struct regions all = {.count = 0};

	if (f->class >> CLASS_SUB_SHIFT == CLASS_HOST_BRIDGE)
		return;
	config_write(s, f, REG_COMMAND, command & ~COMMAND_MEMORY);
	for (int bar = 0; bar < layout.bars;)
		bar += scan_bar(s, f, bar, bar == layout.bars - 1, &all);
	if (layout.rom_reg)
		scan_rom(s, f, layout.rom_reg, &all);
	config_write(s, f, REG_COMMAND, command);

	for (unsigned int i = 0; i < all.count; i++)
		s->visitor->region(f, &all.region[i], s->visitor->arg);
}

static void note_secondary_bus(struct scan *s, const struct pci_function *f)
{
	unsigned int bus = config_read(s, f, REG_BUSES) >> 8 & (BUSES - 1);

	s->pending[bus / BITS_PER_WORD] |= 1U << bus % BITS_PER_WORD;
}

static bool is_boot_vga(struct scan *s, const struct pci_function *f)
{
	u32 decodes = COMMAND_IO | COMMAND_MEMORY;

	if (s->boot_vga_seen || f->class >> CLASS_SUB_SHIFT != CLASS_VGA)
		return false;
	if ((config_read(s, f, REG_COMMAND) & decodes) != decodes)
		return false;
	s->boot_vga_seen = true;
	return true;
}

/* Visit one function. false: there is none. *more: it has siblings. */
static bool scan_function(struct scan *s, u8 bus, u8 devfn, bool *more)
{
	struct pci_function f = {.bus = bus, .devfn = devfn};
	u32 id = config_read(s, &f, REG_ID);
	u8 header;

	if (id == ID_NONE || id == 0 || (id & 0xffff) == VENDOR_INVALID)
		return false;
	header = (u8)(config_read(s, &f, REG_HEADER) >> 16);
	*more = header & HEADER_MULTIFUNCTION;
	f.header_type = header & HEADER_TYPE_MASK;
	f.vendor = (u16)id;
	f.device = (u16)(id >> 16);
	f.class = config_read(s, &f, REG_CLASS) >> 8;
	f.boot_vga = is_boot_vga(s, &f);

	s->found++;
	s->visitor->function(&f, s->visitor->arg);
	if (f.header_type == HEADER_BRIDGE || f.header_type == HEADER_CARDBUS)
		note_secondary_bus(s, &f);
	scan_regions(s, &f);
	return true;
}

static void walk_bus(struct scan *s, u8 bus)
{
	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		bool more = false;
		bool ignored;

		if (!scan_function(s, bus, PCI_DEVFN(slot, 0), &more) || !more)
			continue;
		for (unsigned int function = 1; function < FUNCTIONS; function++)
			scan_function(s, bus, PCI_DEVFN(slot, function), &ignored);
	}
}

/* The lowest bus that waits and was not walked yet, or BUSES. */
static unsigned int next_bus(const struct scan *s)
{
	for (unsigned int bus = 0; bus < BUSES; bus++) {
		u32 bit = 1U << bus % BITS_PER_WORD;
		unsigned int word = bus / BITS_PER_WORD;

		if (s->pending[word] & ~s->walked[word] & bit)
			return bus;
	}
	return BUSES;
}

unsigned int pci_scan(const struct pci_ops *ops, const struct pci_visitor *visitor)
{
	struct scan s = {.ops = ops, .visitor = visitor, .pending = {1}};
	unsigned int bus;

	while ((bus = next_bus(&s)) < BUSES) {
		s.walked[bus / BITS_PER_WORD] |= 1U << bus % BITS_PER_WORD;
		walk_bus(&s, (u8)bus);
	}
	return s.found;
}

char *pci_name(const struct pci_function *f, char name[PCI_NAME_SIZE])
{
	scnprintf(name, PCI_NAME_SIZE, "0000:%02x:%02x.%u", f->bus, PCI_SLOT(f->devfn),
	          PCI_FUNC(f->devfn));
	return name;
}
