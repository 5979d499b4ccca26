/*
 * PAE: a page-directory-pointer table of 4 entries (pgd), page directories of
 * 512 (pmd), page tables of 512 (pte); entries have 64 bits. The pud level of
 * Linux's four is folded into the pgd. (SDM vol. 3A, 4.4.)
 *
 * A 32-bit CPU writes 64 bits in two stores, and the walker may look between
 * them. set_pte therefore writes the half with the present bit last, which is
 * safe when the old entry is not present; set_pte_atomic replaces a live one.
 */
#ifndef ASM_PGTABLE_3LEVEL_H
#define ASM_PGTABLE_3LEVEL_H

#define PGDIR_SHIFT    30
#define PTRS_PER_PGD   4
#define PTRS_PER_PMD   512
#define PTRS_PER_PTE   512
#define PAGETABLE_LEVELS 3

static inline void __set_entry(volatile pteval_t *where, pteval_t value)
{
	volatile u32 *half = (volatile u32 *)where;

	half[1] = (u32)(value >> 32);
	barrier();
	half[0] = (u32)value;
}

/* The same, from a frame and the rest of the entry: without a shift of 64 bits, and
 * with few registers. (Volatile stores stay in their order.) */
static inline void __set_frame(volatile pteval_t *where, unsigned long pfn,
                               const pteval_t *rest)
{
	volatile u32 *half = (volatile u32 *)where;

	half[1] = (u32)(pfn >> (32 - PAGE_SHIFT)) | ((const u32 *)rest)[1];
	half[0] = (u32)(pfn << PAGE_SHIFT) | ((const u32 *)rest)[0];
}

static inline void __clear_entry(volatile pteval_t *where)
{
	volatile u32 *half = (volatile u32 *)where;

	half[0] = 0;
	barrier();
	half[1] = 0;
}

/* Replace in one bus cycle (cmpxchg8b); returns what was there. */
static inline pteval_t __xchg_entry(volatile pteval_t *where, pteval_t value)
{
	pteval_t old = *where, seen;

	while ((seen = __sync_val_compare_and_swap(where, old, value)) != old)
		old = seen;
	return old;
}

static inline bool pud_none(pud_t pud)
{
	return pud_val(pud) == 0;
}

static inline bool pud_present(pud_t pud)
{
	return pud_val(pud) & _PAGE_PRESENT;
}

/*
 * The CPU caches the four pgd entries when CR3 is loaded: after changing one
 * that was not present, reload CR3 (QEMU forgives it, hardware does not).
 * A pgd entry may hold no flags but P, PWT and PCD: reserved bits are a #GP.
 */
static inline void set_pud(pud_t *pudp, pud_t pud)
{
	__set_entry(&pudp->pud, pud_val(pud));
}

static inline void pud_populate(pud_t *pudp, phys_addr_t pmd_table)
{
	set_pud(pudp, __pud(pmd_table | _PAGE_PRESENT));
}

static inline phys_addr_t pud_page_paddr(pud_t pud)
{
	return pud_val(pud) & PTE_PFN_MASK;
}

static inline pmd_t *pmd_offset(pud_t *pud, unsigned long address)
{
	pmd_t *table = __va(pud_page_paddr(*pud));

	return table + ((address >> PMD_SHIFT) & (PTRS_PER_PMD - 1));
}

#endif
