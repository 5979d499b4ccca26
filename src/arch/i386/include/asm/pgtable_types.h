/*
 * The bits of a page-table entry (Intel SDM vol. 3A, 4.3 for the 32-bit
 * format, 4.4 for PAE), and the types that keep the levels apart. Both formats
 * use the same names; bit 63, execute-disable, exists with PAE only.
 */
#ifndef ASM_PGTABLE_TYPES_H
#define ASM_PGTABLE_TYPES_H

#include <asm/page.h>

#ifdef CONFIG_X86_PAE
typedef u64 pteval_t;
#define _PAGE_NX (1ULL << 63)
#else
typedef u32 pteval_t;
#define _PAGE_NX 0U
#endif

#define _PAGE_PRESENT  ((pteval_t)0x001)
#define _PAGE_RW       ((pteval_t)0x002)
#define _PAGE_USER     ((pteval_t)0x004)
#define _PAGE_PWT      ((pteval_t)0x008)
#define _PAGE_PCD      ((pteval_t)0x010)
#define _PAGE_ACCESSED ((pteval_t)0x020)
#define _PAGE_DIRTY    ((pteval_t)0x040)
#define _PAGE_PSE      ((pteval_t)0x080) /* in a pmd: maps a large page */
#define _PAGE_PAT      ((pteval_t)0x080) /* in a pte */
#define _PAGE_GLOBAL   ((pteval_t)0x100)

/* The bits that hold a frame's address, in an entry for a page or a table. */
#ifdef CONFIG_X86_PAE
#define PTE_PFN_MASK ((pteval_t)0x000ffffffffff000ULL)
#else
#define PTE_PFN_MASK ((pteval_t)0xfffff000U)
#endif
#define PTE_FLAGS_MASK ((pteval_t)~PTE_PFN_MASK)

typedef struct {
	pteval_t pte;
} pte_t;
typedef struct {
	pteval_t pmd;
} pmd_t;
typedef struct {
	pteval_t pud;
} pud_t;
typedef struct {
	pteval_t pgd;
} pgd_t;
typedef struct {
	pteval_t pgprot;
} pgprot_t;

#define __pte(x)    ((pte_t){x})
#define __pmd(x)    ((pmd_t){x})
#define __pud(x)    ((pud_t){x})
#define __pgd(x)    ((pgd_t){x})
#define __pgprot(x) ((pgprot_t){x})

#define pte_val(x)    ((x).pte)
#define pmd_val(x)    ((x).pmd)
#define pud_val(x)    ((x).pud)
#define pgd_val(x)    ((x).pgd)
#define pgprot_val(x) ((x).pgprot)

/*
 * Bits that this CPU does not have (NX, GLOBAL) are missing here; set_pte's
 * callers build entries with mk_pte/pfn_pte, which apply it.
 */
extern pteval_t __supported_pte_mask;

#define _KERNPG_TABLE (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)
#define _PAGE_TABLE   (_KERNPG_TABLE | _PAGE_USER) /* its pages may be a process's */
#define __PAGE_KERNEL_EXEC \
	(_PAGE_PRESENT | _PAGE_RW | _PAGE_DIRTY | _PAGE_ACCESSED | _PAGE_GLOBAL)
#define __PAGE_KERNEL    (__PAGE_KERNEL_EXEC | _PAGE_NX)
#define __PAGE_KERNEL_RO (__PAGE_KERNEL & ~_PAGE_RW)
#define __PAGE_KERNEL_RX (__PAGE_KERNEL_EXEC & ~_PAGE_RW)

#define PAGE_KERNEL         __pgprot(__PAGE_KERNEL)
#define PAGE_KERNEL_RO      __pgprot(__PAGE_KERNEL_RO)
#define PAGE_KERNEL_EXEC    __pgprot(__PAGE_KERNEL_EXEC)
#define PAGE_KERNEL_RX      __pgprot(__PAGE_KERNEL_RX)
#define PAGE_KERNEL_NOCACHE __pgprot(__PAGE_KERNEL | _PAGE_PCD)

/* Pages of a process: not global, since each process has its own. */
#define __PAGE_READONLY (_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_NX)
#define PAGE_READONLY   __pgprot(__PAGE_READONLY)
#define PAGE_SHARED     __pgprot(__PAGE_READONLY | _PAGE_RW)

#endif
