/*
 * Page tables in Linux's four-level style: pgd, pud, pmd, pte, whatever the
 * CPU walks. A level that the format does not have is folded into the one
 * above: its accessors cost nothing and its table has one entry.
 *
 * None of these sleeps, locks, or flushes the TLB; who changes an entry that
 * was present flushes (asm/tlbflush.h). Tables lie in lowmem.
 */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <asm/pgtable_types.h>
#include <lib/compiler.h>

#ifdef CONFIG_X86_PAE
#include <asm/pgtable-3level.h>
#else
#include <asm/pgtable-2level.h>
#endif

#define PGDIR_SIZE (1UL << PGDIR_SHIFT)
#define PGDIR_MASK (~(PGDIR_SIZE - 1))

/* The kernel's own page directory; every process shares its upper part. */
extern pgd_t swapper_pg_dir[PTRS_PER_PGD];

/* Indexes of an address. */
static inline unsigned long pgd_index(unsigned long address)
{
	return address >> PGDIR_SHIFT;
}

static inline unsigned long pte_index(unsigned long address)
{
	return (address >> PAGE_SHIFT) & (PTRS_PER_PTE - 1);
}

/* The entry of address at each level; the level above must be present. */
static inline pgd_t *pgd_offset(pgd_t *pgd, unsigned long address)
{
	return pgd + pgd_index(address);
}

static inline pgd_t *pgd_offset_k(unsigned long address)
{
	return pgd_offset(swapper_pg_dir, address);
}

static inline pud_t *pud_offset(pgd_t *pgd, unsigned long address)
{
	(void)address;
	return (pud_t *)pgd; /* folded */
}

static inline bool pgd_none(pgd_t pgd)
{
	(void)pgd;
	return false;
}

static inline bool pgd_present(pgd_t pgd)
{
	(void)pgd;
	return true;
}

/* Middle directory: points to a page table, or maps a large page. */
static inline bool pmd_none(pmd_t pmd)
{
	return pmd_val(pmd) == 0;
}

static inline bool pmd_present(pmd_t pmd)
{
	return pmd_val(pmd) & _PAGE_PRESENT;
}

static inline bool pmd_large(pmd_t pmd)
{
	return (pmd_val(pmd) & (_PAGE_PSE | _PAGE_PRESENT)) ==
	       (_PAGE_PSE | _PAGE_PRESENT);
}

static inline unsigned long pmd_pfn(pmd_t pmd)
{
	return (unsigned long)((pmd_val(pmd) & PTE_PFN_MASK) >> PAGE_SHIFT);
}

static inline void set_pmd(pmd_t *pmdp, pmd_t pmd)
{
	__set_entry(&pmdp->pmd, pmd_val(pmd));
}

/* Replace an entry that is present, as set_pte_atomic does. */
static inline void set_pmd_atomic(pmd_t *pmdp, pmd_t pmd)
{
	__xchg_entry(&pmdp->pmd, pmd_val(pmd));
}

static inline void pmd_clear(pmd_t *pmdp)
{
	__clear_entry(&pmdp->pmd);
}

static inline void pmd_populate_kernel(pmd_t *pmdp, phys_addr_t pte_table)
{
	set_pmd(pmdp, __pmd((pteval_t)pte_table | _KERNPG_TABLE));
}

/* A pmd that maps a large page: pfn aligned to PMD_SIZE. */
static inline pmd_t pfn_pmd(unsigned long pfn, pgprot_t prot)
{
	return __pmd((((pteval_t)pfn << PAGE_SHIFT) | pgprot_val(prot) | _PAGE_PSE) &
		     __supported_pte_mask);
}

static inline pte_t *pte_offset_kernel(pmd_t *pmd, unsigned long address)
{
	pte_t *table = __va(pmd_val(*pmd) & PTE_PFN_MASK);

	return table + pte_index(address);
}

/* The entry of a page. */
static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte((((pteval_t)pfn << PAGE_SHIFT) | pgprot_val(prot)) &
		     __supported_pte_mask);
}

static inline unsigned long pte_pfn(pte_t pte)
{
	return (unsigned long)((pte_val(pte) & PTE_PFN_MASK) >> PAGE_SHIFT);
}

static inline pgprot_t pte_pgprot(pte_t pte)
{
	return __pgprot(pte_val(pte) & PTE_FLAGS_MASK);
}

static inline bool pte_none(pte_t pte)
{
	return pte_val(pte) == 0;
}

static inline bool pte_present(pte_t pte)
{
	return pte_val(pte) & _PAGE_PRESENT;
}

static inline bool pte_write(pte_t pte)
{
	return pte_val(pte) & _PAGE_RW;
}

static inline bool pte_user(pte_t pte)
{
	return pte_val(pte) & _PAGE_USER;
}

static inline bool pte_dirty(pte_t pte)
{
	return pte_val(pte) & _PAGE_DIRTY;
}

static inline bool pte_young(pte_t pte)
{
	return pte_val(pte) & _PAGE_ACCESSED;
}

static inline bool pte_global(pte_t pte)
{
	return pte_val(pte) & _PAGE_GLOBAL;
}

static inline bool pte_exec(pte_t pte)
{
	return !(pte_val(pte) & _PAGE_NX);
}

#define PTE_MODIFIER(name, expression)                                         \
	static inline pte_t name(pte_t pte)                                    \
	{                                                                      \
		return __pte(expression);                                      \
	}
PTE_MODIFIER(pte_mkwrite, pte_val(pte) | _PAGE_RW)
PTE_MODIFIER(pte_wrprotect, pte_val(pte) & ~_PAGE_RW)
PTE_MODIFIER(pte_mkdirty, pte_val(pte) | _PAGE_DIRTY)
PTE_MODIFIER(pte_mkclean, pte_val(pte) & ~_PAGE_DIRTY)
PTE_MODIFIER(pte_mkyoung, pte_val(pte) | _PAGE_ACCESSED)
PTE_MODIFIER(pte_mkold, pte_val(pte) & ~_PAGE_ACCESSED)
PTE_MODIFIER(pte_mkexec, pte_val(pte) & ~_PAGE_NX)
PTE_MODIFIER(pte_exprotect, (pte_val(pte) | _PAGE_NX) & __supported_pte_mask)
#undef PTE_MODIFIER

static inline pte_t pte_modify(pte_t pte, pgprot_t prot)
{
	return __pte((pte_val(pte) & PTE_PFN_MASK) |
		     (pgprot_val(prot) & PTE_FLAGS_MASK & __supported_pte_mask));
}

/* Fill an entry that is not present. */
static inline void set_pte(pte_t *ptep, pte_t pte)
{
	__set_entry(&ptep->pte, pte_val(pte));
}

/* The same, from a frame and the other bits. */
static inline void set_pte_frame(pte_t *ptep, unsigned long pfn, const pteval_t *rest)
{
	__set_frame(&ptep->pte, pfn, rest);
}

/* Replace an entry that may be present; the walker never sees a mixture. */
static inline void set_pte_atomic(pte_t *ptep, pte_t pte)
{
	__xchg_entry(&ptep->pte, pte_val(pte));
}

static inline void pte_clear(pte_t *ptep)
{
	__clear_entry(&ptep->pte);
}

/* Clear and return the old entry with the A and D bits that the CPU set. */
static inline pte_t ptep_get_and_clear(pte_t *ptep)
{
	return __pte(__xchg_entry(&ptep->pte, 0));
}

#endif
