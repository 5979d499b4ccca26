/*
 * Looking at page tables as the CPU does: one address through all its levels,
 * and all mappings merged into ranges. Reads tables in lowmem by the direct map,
 * those in highmem through a fixmap slot, and trusts nothing in them: a table
 * that lies outside RAM, or a reserved bit, is reported instead of followed.
 * Does not sleep; any context, a panic included.
 */
#ifndef ASM_WALK_H
#define ASM_WALK_H

#include <asm/pgtable.h>

#define PT_MAX_LEVELS 3

struct pt_level {
	const char *name;    /* "PDPT", "PD" or "PT" */
	unsigned int index;  /* of the entry in its table */
	phys_addr_t where;   /* physical address of the entry */
	u64 value;           /* the entry itself, zero-extended */
};

struct pt_walk {
	unsigned long address;
	unsigned int nr_levels; /* entries read, the last may be not present */
	struct pt_level level[PT_MAX_LEVELS];
	bool present;
	bool unreachable;        /* a table lies where there is no RAM */
	phys_addr_t phys;        /* of the address itself, when present */
	unsigned long page_size; /* 4 KiB, 2 MiB or 4 MiB, when present */
	bool write, user, exec;  /* as all levels together allow */
	bool global;
};

/* Walk address from the tables at cr3. */
void pt_walk(phys_addr_t cr3, unsigned long address, struct pt_walk *walk);

/* "write nx global" and the like, of a present walk; buf is at least 64 bytes. */
const char *pt_attributes(const struct pt_walk *walk, char *buf, size_t size);

/* One line a level and one for the result, each without its newline. */
void pt_describe(const struct pt_walk *walk, void (*line)(const char *text, void *arg),
		 void *arg);

/* A run of addresses that map consecutive frames in the same way. */
struct pt_range {
	unsigned long start, last; /* last is inclusive: the top is 0xffffffff */
	phys_addr_t phys;
	unsigned long page_size;
	char attributes[64];
};

/* Call fn for every range mapped from the tables at cr3, lowest first. */
void pt_for_each_range(phys_addr_t cr3, void (*fn)(const struct pt_range *, void *),
		       void *arg);

#endif
