/* Bits of the control registers and of CPUID, by the names of the manual
 * (SDM vol. 3A 2.5; vol. 2A CPUID). Usable before paging. */
#ifndef ASM_PROCESSOR_FLAGS_H
#define ASM_PROCESSOR_FLAGS_H

#define X86_EFLAGS_TF 0x00000100UL
#define X86_EFLAGS_IF 0x00000200UL
#define X86_EFLAGS_ID 0x00200000UL

#define X86_CR0_PE 0x00000001UL
#define X86_CR0_MP 0x00000002UL
#define X86_CR0_EM 0x00000004UL
#define X86_CR0_TS 0x00000008UL
#define X86_CR0_ET 0x00000010UL
#define X86_CR0_NE 0x00000020UL
#define X86_CR0_WP 0x00010000UL
#define X86_CR0_AM 0x00040000UL
#define X86_CR0_NW 0x20000000UL
#define X86_CR0_CD 0x40000000UL
#define X86_CR0_PG 0x80000000UL

#define X86_CR4_PSE 0x00000010UL
#define X86_CR4_PAE 0x00000020UL
#define X86_CR4_PGE 0x00000080UL

#define DR6_BS 0x00004000UL /* a single step raised the debug exception */

/* CPUID leaf 1, EDX */
#define X86_FEATURE_FPU  (1U << 0)
#define X86_FEATURE_PSE  (1U << 3)
#define X86_FEATURE_TSC  (1U << 4)
#define X86_FEATURE_MSR  (1U << 5)
#define X86_FEATURE_PAE  (1U << 6)
#define X86_FEATURE_CX8  (1U << 8)
#define X86_FEATURE_APIC (1U << 9)
#define X86_FEATURE_PGE  (1U << 13)
#define X86_FEATURE_CMOV (1U << 15)

/* CPUID leaf 0x80000001, EDX */
#define X86_FEATURE_NX (1U << 20)

#define MSR_EFER 0xc0000080U
#define EFER_NX  (1U << 11)

/* The error code of a page fault (SDM vol. 3A, 4.7) */
#define PF_PROT  0x01U /* the page was there: a right was missing */
#define PF_WRITE 0x02U
#define PF_USER  0x04U
#define PF_RSVD  0x08U /* an entry has a reserved bit set */
#define PF_INSTR 0x10U

#endif
