/*
 * The GDT's layout, Linux's: what a selector means is the same in a book, in
 * Linux and here. An entry's selector is its number times 8, plus the RPL.
 *
 *    0 null            12 kernel code      18-22 PNP BIOS
 *    1-3 reserved      13 kernel data      23-25 APM
 *    4-5 unused        14 user code        26 espfix
 *    6-8 TLS           15 user data        27 per-CPU data
 *    9-11 reserved     16 TSS, 17 LDT      28-30 unused, 31 double-fault TSS
 */
#ifndef ASM_SEGMENT_H
#define ASM_SEGMENT_H

#define GDT_ENTRIES                32
#define GDT_ENTRY_TLS_MIN          6
#define GDT_ENTRY_TLS_MAX          8
#define GDT_ENTRY_KERNEL_CS        12
#define GDT_ENTRY_KERNEL_DS        13
#define GDT_ENTRY_DEFAULT_USER_CS  14
#define GDT_ENTRY_DEFAULT_USER_DS  15
#define GDT_ENTRY_TSS              16
#define GDT_ENTRY_LDT              17
#define GDT_ENTRY_DOUBLEFAULT_TSS  31

#define __KERNEL_CS (GDT_ENTRY_KERNEL_CS * 8)
#define __KERNEL_DS (GDT_ENTRY_KERNEL_DS * 8)
#define __USER_CS   (GDT_ENTRY_DEFAULT_USER_CS * 8 + 3)
#define __USER_DS   (GDT_ENTRY_DEFAULT_USER_DS * 8 + 3)

#endif
