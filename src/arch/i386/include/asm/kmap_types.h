/*
 * What kmap_atomic's typed slots are for, with Linux 2.6.24's names and order: one
 * slot a type and CPU, so that a use never finds another one in its place. And how
 * the slots lie in the fixmap: the stack for who names no type, then those of the
 * types. (Gorman ch. 9, "Mapping High Memory Pages Atomically")
 */
#ifndef ASM_KMAP_TYPES_H
#define ASM_KMAP_TYPES_H

#include <asm/smp.h>

enum km_type {
	KM_BOUNCE_READ,      /* end of a bounced read, in its interrupt */
	KM_SKB_SUNRPC_DATA,
	KM_SKB_DATA_SOFTIRQ,
	KM_USER0,            /* threads: */
	KM_USER1,            /* the second page of a copy */
	KM_BIO_SRC_IRQ,
	KM_BIO_DST_IRQ,
	KM_PTE0,             /* page tables in highmem */
	KM_PTE1,
	KM_IRQ0,             /* interrupt handlers */
	KM_IRQ1,
	KM_SOFTIRQ0,
	KM_SOFTIRQ1,
	KM_TYPE_NR
};

/* How deep the stack of mappings without a type is, interrupts included. */
#define KMAP_ATOMIC_SLOTS 16

/* Pages of address space a slot: in debug builds a guard, never mapped, lies above
 * each one. */
#ifdef CONFIG_DEBUG
#define KMAP_SLOT_STRIDE 2U
#else
#define KMAP_SLOT_STRIDE 1U
#endif
#define KMAP_SLOT_STEP (KMAP_SLOT_STRIDE * PAGE_SIZE) /* bytes from slot to slot */

/* The addresses: a CPU's stack, then its types. */
#define NR_KMAP_SLOTS (NR_CPUS * (KMAP_ATOMIC_SLOTS + KM_TYPE_NR))
#define KMAP_SLOT_OFFSET(nr)                                                           \
	(KMAP_SLOT_STEP * ((nr) + smp_processor_id() * (KMAP_ATOMIC_SLOTS + KM_TYPE_NR)))
#define KMAP_TYPE_OFFSET(type) KMAP_SLOT_OFFSET(KMAP_ATOMIC_SLOTS + (unsigned int)(type))
#define KMAP_STACK_SLOT(depth) (KMAP_SLOTS_START + KMAP_SLOT_OFFSET(depth))
#define KMAP_TYPE_SLOT(type)   (KMAP_SLOTS_START + KMAP_TYPE_OFFSET(type))

/* Whether an address lies in a slot, or in a guard between two; and in which slot, of
 * a guard's address the one below it, counted over all CPUs. */
#define is_kmap_slot(address)                                                          \
	((address) - KMAP_SLOTS_START < NR_KMAP_SLOTS * KMAP_SLOT_STEP)
#define KMAP_SLOT_NR(address)                                                          \
	((unsigned int)(((address) - KMAP_SLOTS_START) / KMAP_SLOT_STEP))

#endif
