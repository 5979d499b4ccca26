/*
 * The software page-table walk: what `pt`, /proc/pagetables and every fault
 * report show. It follows the tables as the CPU does (SDM vol. 3A, 4.3 and 4.4),
 * with its own indexing instead of the kernel's accessors, so that it can
 * witness against them.
 *
 * A table in highmem (highpte=on) is read through a fixmap slot of the walk's own.
 * kmap_atomic would do, but not in a panic: its slots may be what is broken, and
 * it would change what the walk looks at. The slot is put back as it was, so that
 * a fault in the middle of one walk can be reported by another.
 */
#include <asm/boot_entry.h>
#include <asm/fixmap.h>
#include <asm/setup.h>
#include <asm/tlbflush.h>
#include <asm/walk.h>
#include <lib/string.h>
#include <lib/vsprintf.h>

#define CR3_TABLE_MASK ((phys_addr_t)0xffffffe0UL)

struct level_format {
	const char *name;
	unsigned int shift; /* of the index in the address */
	unsigned int bits;  /* of the index */
	bool has_rights;    /* a PDPTE has no RW, US or NX bit */
};

#ifdef CONFIG_X86_PAE
static const struct level_format format[] = {
	{"PDPT", 30, 2, false}, {"PD", 21, 9, true}, {"PT", 12, 9, true}};
#else
static const struct level_format format[] = {{"PD", 22, 10, true}, {"PT", 12, 10, true}};
#endif

/* Where the direct map can be read: all of it once paging_init has run. */
static bool in_direct_map(phys_addr_t phys)
{
	phys_addr_t end = PFN_PHYS(max_low_pfn);

	return phys < (end ? end : BOOT_MAPPED_BYTES);
}

/* RAM, and so without effect when it is read. */
static bool in_highmem(phys_addr_t phys)
{
	unsigned long pfn = PFN_DOWN(phys);

	if (!fixmap_page_table || phys >= PFN_PHYS(highend_pfn))
		return false;
	for (unsigned int i = 0; i < nr_ram_ranges; i++)
		if (pfn >= ram_ranges[i].start_pfn && pfn < ram_ranges[i].end_pfn)
			return true;
	return false;
}

static u64 read_highmem(phys_addr_t where)
{
	unsigned long window = fix_to_virt(FIX_PT_WALK), flags;
	pte_t *slot = fixmap_pte(window), before;
	u64 value;

	local_irq_save(flags);
	before = *slot;
	set_pte_atomic(slot, pfn_pte(PFN_DOWN(where), PAGE_KERNEL));
	__flush_tlb_one(window, TLB_FIXMAP);
	value = *(const volatile pteval_t *)(window +
					     (unsigned long)(where & ~(phys_addr_t)PAGE_MASK));
	set_pte_atomic(slot, before);
	__flush_tlb_one(window, TLB_FIXMAP);
	local_irq_restore(flags);
	return value;
}

/* The entry at a physical address, wherever it lies; false if out of reach. */
static bool read_entry(phys_addr_t where, u64 *value)
{
	if (in_direct_map(where))
		*value = *(const volatile pteval_t *)__va(where);
	else if (in_highmem(where))
		*value = read_highmem(where);
	else
		return false;
	return true;
}

/* LAB 4.1 BEGIN
 * Fill *walk (asm/walk.h), a level at a time, with format[] and read_entry().
 * START WITH
 * void pt_walk(phys_addr_t cr3, unsigned long address, struct pt_walk *walk)
 * {
 *	(void)cr3, (void)read_entry;
 *	*walk = (struct pt_walk){.address = address};
 * }
 */
static bool maps_a_page(unsigned int depth, u64 value)
{
	return depth == ARRAY_SIZE(format) - 1 ||
	       (depth == ARRAY_SIZE(format) - 2 && (value & _PAGE_PSE));
}

static void finish(struct pt_walk *walk, unsigned int depth, u64 value)
{
	unsigned long size = 1UL << format[depth].shift;

	walk->present = true;
	walk->page_size = size;
	walk->phys = (value & PTE_PFN_MASK & ~(u64)(size - 1)) |
		     (walk->address & (size - 1));
	walk->global = value & _PAGE_GLOBAL;
}

void pt_walk(phys_addr_t cr3, unsigned long address, struct pt_walk *walk)
{
	phys_addr_t table = cr3 & CR3_TABLE_MASK;

	*walk = (struct pt_walk){
		.address = address, .write = true, .user = true, .exec = true};
	for (unsigned int depth = 0; depth < ARRAY_SIZE(format); depth++) {
		const struct level_format *f = &format[depth];
		unsigned int index = (unsigned int)(address >> f->shift) &
				     ((1U << f->bits) - 1);
		phys_addr_t where = table + index * sizeof(pteval_t);
		u64 value;

		if (!read_entry(where, &value)) {
			walk->unreachable = true;
			return;
		}
		walk->level[walk->nr_levels++] =
			(struct pt_level){f->name, index, where, value};
		if (!(value & _PAGE_PRESENT))
			return;
		if (f->has_rights) {
			walk->write &= !!(value & _PAGE_RW);
			walk->user &= !!(value & _PAGE_USER);
			walk->exec &= !(value & _PAGE_NX);
		}
		if (maps_a_page(depth, value)) {
			finish(walk, depth, value);
			return;
		}
		table = value & PTE_PFN_MASK;
	}
}
/* LAB 4.1 END */

const char *pt_attributes(const struct pt_walk *walk, char *buf, size_t size)
{
	u64 entry = walk->level[walk->nr_levels - 1].value;

	snprintf(buf, size, "%s%s%s%s%s%s", walk->write ? "write " : "",
		 walk->user ? "user " : "", walk->exec ? "" : "nx ",
		 walk->global ? "global " : "", entry & _PAGE_PCD ? "uncached " : "",
		 entry & _PAGE_PWT ? "writethrough " : "");
	for (size_t len = strlen(buf); len && buf[len - 1] == ' '; len--)
		buf[len - 1] = '\0';
	return buf;
}

static const struct {
	u64 bit;
	const char *name;
} flag_names[] = {
	/* LAB 1.2 BEGIN
	 * The bits of asm/pgtable_types.h by the manual's names, from the lowest up:
	 * P RW US PWT PCD A D PS G NX, and AVL9 to AVL11, which are for the kernel.
	 * START WITH
	 *	{_PAGE_PRESENT, "P"},
	 */
	{_PAGE_PRESENT, "P"}, {_PAGE_RW, "RW"},        {_PAGE_USER, "US"},
	{_PAGE_PWT, "PWT"},   {_PAGE_PCD, "PCD"},      {_PAGE_ACCESSED, "A"},
	{_PAGE_DIRTY, "D"},   {_PAGE_PSE, "PS"},       {_PAGE_GLOBAL, "G"},
	{0x200, "AVL9"},      {0x400, "AVL10"},        {0x800, "AVL11"},
	{_PAGE_NX, "NX"},
	/* LAB 1.2 END */
};

static void describe_flags(const struct pt_level *level, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++) {
		const char *name = flag_names[i].name;

		if (!(level->value & flag_names[i].bit))
			continue;
		/* LAB 1.2 BEGIN
		 * In a page table ("PT") bit 7 has another name than one level up.
		 * START WITH
		 */
		if (flag_names[i].bit == _PAGE_PAT && !strcmp(level->name, "PT"))
			name = "PAT";
		/* LAB 1.2 END */
		len += (size_t)scnprintf(buf + len, size - len, "%s%s",
					 len ? " " : "", name);
	}
}

static void describe_level(const struct pt_level *level, char *text, size_t size)
{
	char flags[64];
	int digits = sizeof(pteval_t) * 2;

	describe_flags(level, flags, sizeof(flags));
	if (!(level->value & _PAGE_PRESENT))
		snprintf(text, size, "%-4s[%3u] at %09llx: %0*llx  not present%s%s",
			 level->name, level->index, (unsigned long long)level->where,
			 digits, (unsigned long long)level->value,
			 flags[0] ? ": " : "", flags);
	else
		snprintf(text, size, "%-4s[%3u] at %09llx: %0*llx  -> %09llx %s",
			 level->name, level->index, (unsigned long long)level->where,
			 digits, (unsigned long long)level->value,
			 (unsigned long long)(level->value & PTE_PFN_MASK), flags);
}

void pt_describe(const struct pt_walk *walk, void (*line)(const char *text, void *arg),
		 void *arg)
{
	char text[128], attributes[64];

	for (unsigned int i = 0; i < walk->nr_levels; i++) {
		describe_level(&walk->level[i], text, sizeof(text));
		line(text, arg);
	}
	if (walk->unreachable)
		snprintf(text, sizeof(text), "%08lx: the next table lies outside RAM",
			 walk->address);
	else if (!walk->present)
		snprintf(text, sizeof(text), "%08lx: not mapped", walk->address);
	else
		snprintf(text, sizeof(text), "%08lx -> %09llx, %luK page: %s",
			 walk->address, (unsigned long long)walk->phys,
			 walk->page_size >> 10,
			 pt_attributes(walk, attributes, sizeof(attributes)));
	line(text, arg);
}

static bool continues(const struct pt_range *range, const struct pt_walk *walk,
		      const char *attributes)
{
	return range->page_size == walk->page_size &&
	       range->last + 1 == walk->address &&
	       range->phys + (walk->address - range->start) == walk->phys &&
	       strcmp(range->attributes, attributes) == 0;
}

/* How far the walk's answer reaches: the page, or the hole that it found. */
static unsigned long extent(const struct pt_walk *walk)
{
	return 1UL << format[walk->nr_levels - 1].shift;
}

void pt_for_each_range(phys_addr_t cr3, void (*fn)(const struct pt_range *, void *),
		       void *arg)
{
	struct pt_range range = {.page_size = 0};
	char attributes[64];
	unsigned long address = 0, step;
	struct pt_walk walk;

	do {
		pt_walk(cr3, address, &walk);
		step = walk.nr_levels ? extent(&walk) : PAGE_SIZE;
		if (walk.present) {
			pt_attributes(&walk, attributes, sizeof(attributes));
			if (range.page_size && !continues(&range, &walk, attributes)) {
				fn(&range, arg);
				range.page_size = 0;
			}
			if (!range.page_size) {
				range = (struct pt_range){.start = address,
							  .phys = walk.phys,
							  .page_size = walk.page_size};
				strlcpy(range.attributes, attributes,
					sizeof(range.attributes));
			}
			range.last = address + step - 1;
		}
		address += step;
	} while (address);
	if (range.page_size)
		fn(&range, arg);
}
